import type { CallResults } from "../calls/measure-calls.js";
import type { Bar } from "./bar.js";

const NS_PER_US = 1000;

export function barsOfCalls(calls: CallResults): readonly Bar[] {
  const call = (order: string) => {
    const result = calls.calls.find((candidate) => candidate.order === order);
    if (result === undefined) throw new Error(`Cannot find "${order}" among the results: measure it first`);
    return result;
  };
  const added = (order: string) => call(order).addedByOurs.p50 / NS_PER_US;
  const alone = (order: string) => (call(order).addedByUnread.p50 / NS_PER_US).toFixed(2);
  return [
    {
      what: "UDP `connect()` adds",
      bound: 0.6,
      unit: "us",
      found: added("udp-connect"),
      because: `every connect() is told as an event that names the caller; without the wake-ups of the reader it is ${alone("udp-connect")} us`,
    },
    {
      what: "`sendto()` on an unconnected socket adds",
      bound: 0.55,
      unit: "us",
      found: added("udp-sendto"),
      because: `two hooks are passed, the call and the packet, and both look up the socket; empty programs there cost ${(call("udp-sendto").addedByEmpty.p50 / NS_PER_US).toFixed(2)} us`,
    },
    {
      what: "`send()` on a judged connected socket adds",
      bound: 0.25,
      unit: "us",
      found: added("udp-send"),
      because: `one look-up of the socket's verdict and one counter per packet; an empty program there costs ${(call("udp-send").addedByEmpty.p50 / NS_PER_US).toFixed(2)} us`,
    },
  ];
}
