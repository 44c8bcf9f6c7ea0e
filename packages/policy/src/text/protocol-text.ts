import type { PortRange, Protocol } from "@ringfence/model";
import type { Fault } from "./fault.js";
import { choiceHint } from "./nearest.js";

const protocols: readonly Protocol[] = ["tcp", "udp", "sctp", "icmp"];

/** Reads one entry of `protocol`. */
export function parseProtocol(text: string): { readonly protocol: Protocol | "any" } | Fault {
  if (text === "any") return { protocol: "any" };
  const protocol = protocols.find((name) => name === text);
  if (protocol !== undefined) return { protocol };
  return {
    code: "RF_POLICY_PROTOCOL",
    message: `Unknown protocol "${text}"`,
    hint: choiceHint(text, [...protocols, "any"]),
  };
}

/** Null when ports can go with the protocols of their rule, else why they never match. */
export function checkPortsWithProtocols(
  ports: readonly PortRange[],
  protocols: readonly Protocol[] | null,
): Fault | null {
  const code = "RF_POLICY_PROTOCOL";
  if (protocols === null) return null;
  if (protocols.includes("icmp")) {
    return {
      code,
      message: "Ports cannot go with protocol icmp, which has none",
      hint: "Remove ports or icmp",
    };
  }
  const stranger = ports.find(({ protocol }) => protocol !== null && !protocols.includes(protocol))?.protocol;
  if (stranger === undefined || stranger === null) return null;
  return {
    code,
    message: `A port with suffix "/${stranger}" never matches protocol ${protocols.join(" or ")}`,
    hint: "Remove the suffix or the protocol",
  };
}
