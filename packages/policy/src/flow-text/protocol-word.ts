import type { FlowFacts } from "../evaluate/facts.js";

type FlowProtocol = FlowFacts["protocol"];

/** What a flow's protocol can be, as far as a policy tells protocols apart. */
export const flowProtocols: readonly FlowProtocol[] = ["tcp", "udp", "sctp", "icmp", "other"];

/** The protocol behind a word of flow text or of a report, where numbers are IP protocols; null when it is none. */
export function flowProtocolOf(word: string): FlowProtocol | null {
  const known = flowProtocols.find((protocol) => protocol === word);
  if (known !== undefined) return known;
  if (word === "icmpv6" || word === "1" || word === "58") return "icmp";
  if (word === "6") return "tcp";
  if (word === "udplite" || word === "17" || word === "136") return "udp";
  if (word === "132") return "sctp";
  return /^[0-9]{1,3}$/.test(word) && Number(word) <= 255 ? "other" : null;
}
