import { RecentMap } from "@ringfence/rules";

interface Bytes {
  readonly sent: bigint;
  readonly received: bigint;
}

/** As many as the kernel's flow table has rows. */
const ROWS = 65_536;

/** What a row of the flow table counted since its last connection ended: several sockets may count in one. */
export class RowTotals {
  readonly #told = new RecentMap<Bytes, number>(ROWS);

  /** @param reference of the row, which is another one once the row is another flow's */
  since(reference: number, now: Bytes): Bytes {
    const before = this.#told.get(reference) ?? { sent: 0n, received: 0n };
    this.#told.set(reference, now);
    return { sent: now.sent - before.sent, received: now.received - before.received };
  }
}
