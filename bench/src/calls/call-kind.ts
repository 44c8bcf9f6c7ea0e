/** A call that is measured. */
export interface CallKind {
  /** as bench/native/calls.c names it */
  readonly order: string;
  readonly title: string;
  /** calls that are timed together; the served sockets hold that many without loss */
  readonly count: number;
  /** whether each one is a verdict of its own */
  readonly judged: boolean;
}

export const callKinds = [
  { order: "udp-connect", title: "UDP `connect()`", count: 800, judged: true },
  {
    order: "udp-sendto",
    title: "UDP `sendto()`, 64 B, same destination as before",
    count: 400,
    judged: true,
  },
  {
    order: "udp-sendto-alternating",
    title: "UDP `sendto()`, 64 B, another destination each time",
    count: 400,
    judged: true,
  },
  { order: "udp-send", title: "UDP `send()`, 64 B, on a judged connected socket", count: 400, judged: false },
  {
    order: "tcp-write",
    title: "TCP `send()`, 64 B, on an established connection",
    count: 400,
    judged: false,
  },
  { order: "tcp-connect", title: "TCP `socket()` + `connect()` + `close()`", count: 60, judged: true },
] as const satisfies readonly CallKind[];

/** What the measuring itself costs. */
export const harnessKinds = [
  { order: "nothing", title: "empty loop", count: 20_000, judged: false },
  { order: "getppid", title: "`getppid()`", count: 2_000, judged: false },
] as const satisfies readonly CallKind[];
