import { ourId } from "../ladder/ladder-case.js";
import type { LadderCall, LadderResults } from "../ladder/measure-ladder.js";
import type { Bar } from "./bar.js";

const NS_PER_US = 1000;
const CONNECT = "udp-connect";
const ROTATING = "udp-connect-rotating";

export function barsOfLadder(ladder: LadderResults): readonly Bar[] {
  const call = (set: string, order: string): LadderCall => {
    const row = ladder.rows.find(({ id }) => id === ourId(set));
    const found = row?.calls.find((candidate) => candidate.order === order);
    if (found === undefined) throw new Error(`Cannot find "${order}" of "${set}": measure it first`);
    return found;
  };
  const added = (set: string, order: string) => call(set, order).added.p50 / NS_PER_US;
  const cost = (what: string, set: string, order: string, bound: number, because: string): Bar => ({
    what,
    bound,
    unit: "us",
    found: added(set, order),
    because,
  });
  const fixed = `with no rule at all it is ${added("realistic-0", CONNECT).toFixed(2)} us: finding the caller, the record and the event; the rest is the look-up of executable, user, cgroup, address and port`;
  const grows = (what: string, kind: string, order: string, where: string): Bar => ({
    what,
    bound: 1.5,
    unit: "x",
    found: added(`${kind}-10000`, order) / added(`${kind}-10`, order),
    because: `${added(`${kind}-10`, order).toFixed(2)} us with 10 rules, ${added(`${kind}-10000`, order).toFixed(2)} us with 10,000: ${where}`,
  });
  const summaries = "summaries name the one or two blocks of bits that are looked at";
  const rows =
    "each destination has a row of bits of its own, in tables that the CPU's nearest cache does not hold";
  const blocks = "no summary spares anything, and every block of bits is looked at";
  return [
    cost("UDP `connect()` with 10 rules adds", "realistic-10", CONNECT, 0.6, fixed),
    cost("UDP `connect()` with 1,000 rules adds", "realistic-1000", CONNECT, 0.6, fixed),
    cost("UDP `connect()` with 10,000 rules adds", "realistic-10000", CONNECT, 0.6, fixed),
    grows("10,000 rules against 10, same destination", "realistic", CONNECT, summaries),
    grows("10,000 rules against 10, rotating destinations", "realistic", ROTATING, rows),
    grows("10,000 rules against 10, adversarial", "adversarial", CONNECT, blocks),
    grows("10,000 rules against 10, adversarial, rotating", "adversarial", ROTATING, blocks),
    cost(
      "UDP `connect()` with 100,000 prefixes adds",
      "prefixes-100000",
      CONNECT,
      0.9,
      `${added("prefixes-100000", ROTATING).toFixed(2)} us when every call goes elsewhere, where the tables come from further away than the first cache`,
    ),
    cost(
      "`sendto()` with 10,000 rules adds",
      "realistic-10000",
      "udp-sendto",
      0.55,
      `the socket's last verdict answers; ${added("realistic-10000", "udp-sendto-rotating").toFixed(2)} us when every datagram goes elsewhere`,
    ),
    cost(
      "`send()` on a connected socket with 10,000 rules adds",
      "realistic-10000",
      "udp-send",
      0.25,
      "no rule is looked at: one look-up of the socket's verdict and one counter per packet",
    ),
  ];
}
