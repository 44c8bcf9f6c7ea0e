import type { FlowFacts } from "../evaluate/facts.js";

type FlowProtocol = FlowFacts["protocol"];

/** What a flow's protocol can be, as far as a policy tells protocols apart. */
export const flowProtocols: readonly FlowProtocol[] = ["tcp", "udp", "icmp", "other"];

/** True for the protocols that have ports. */
export function hasPorts(protocol: FlowProtocol): boolean {
  return protocol === "tcp" || protocol === "udp";
}

/** The protocol behind a word of flow text or of a report, where numbers are IP protocols; null when it is none. */
export function flowProtocolOf(word: string): FlowProtocol | null {
  const known = flowProtocols.find((protocol) => protocol === word);
  if (known !== undefined) return known;
  if (word === "icmpv6" || word === "1" || word === "58") return "icmp";
  if (word === "6") return "tcp";
  if (word === "17") return "udp";
  if (word === "udplite" || word === "sctp") return "other";
  return /^[0-9]{1,3}$/.test(word) && Number(word) <= 255 ? "other" : null;
}
