/** A call that is measured. */
export interface CallKind {
  /** as worker.c names it */
  readonly order: string;
  readonly title: string;
  /** calls that are timed together; the served sockets hold that many without loss */
  readonly count: number;
}

export const callKinds = [
  { order: "udp-connect", title: "UDP `connect()`", count: 800 },
  { order: "udp-sendto", title: "UDP `sendto()`, 64 B, same destination as before", count: 400 },
  {
    order: "udp-sendto-alternating",
    title: "UDP `sendto()`, 64 B, another destination each time",
    count: 400,
  },
  { order: "udp-send", title: "UDP `send()`, 64 B, on a judged connected socket", count: 400 },
  { order: "tcp-connect", title: "TCP `socket()` + `connect()` + `close()`", count: 60 },
] as const satisfies readonly CallKind[];

/** What the measuring itself costs. */
export const harnessKinds = [
  { order: "nothing", title: "empty loop", count: 20_000 },
  { order: "getppid", title: "`getppid()`", count: 2_000 },
] as const satisfies readonly CallKind[];
