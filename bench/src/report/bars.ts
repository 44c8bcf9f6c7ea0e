import type { Results } from "./results.js";

/** A bound that the project promises, and what was found. */
export interface Bar {
  readonly what: string;
  readonly bound: number;
  readonly unit: "ms" | "MiB" | "us";
  readonly found: number;
  /** where most of it goes */
  readonly because: string;
}

const NS_PER_US = 1000;

export function isMet({ found, bound }: Bar): boolean {
  return found <= bound;
}

/** The bounds, judged by the medians of one run. */
export function barsOf({ calls, start, memory }: Results): readonly Bar[] {
  const call = (order: string) => {
    const result = calls.calls.find((candidate) => candidate.order === order);
    if (result === undefined) throw new Error(`Cannot find "${order}" among the results: measure it first`);
    return result;
  };
  const added = (order: string) => call(order).addedByOurs.p50 / NS_PER_US;
  const alone = (order: string) => (call(order).addedByUnread.p50 / NS_PER_US).toFixed(2);
  const { phases, commands } = start;
  const phase = (ms: number) => ms.toFixed(0);
  return [
    {
      what: "`ringfence run true` adds",
      bound: 400,
      unit: "ms",
      found: start.added.p50,
      because: `${phase(phases.plain.total)} ms make the fence; the rest is Node, which takes ${phase(commands.node.p50)} ms to start and end even without a program`,
    },
    {
      what: "of it, compile and load",
      bound: 150,
      unit: "ms",
      found: phases.plain.total,
      because: `${phase(phases.plain.load)} ms are \`bpf_object__load\`, and ${phase(start.verification.ms)} of these the kernel's verifier`,
    },
    {
      what: "supervisor and guardian hold (RSS)",
      bound: 90,
      unit: "MiB",
      found: memory.together.rss,
      because: `the supervisor is a Node process; the guardian is a shell that waits (${memory.guardian.rss.toFixed(1)} MiB)`,
    },
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
