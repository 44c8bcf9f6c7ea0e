import { RecentMap } from "@ringfence/rules";

interface Bytes {
  readonly sent: number;
  readonly received: number;
}

/** As many as the kernel's flow table has rows. */
const ROWS = 65_536;

/** What a row of the flow table counted since its last connection ended: several sockets may count in one. */
export class RowTotals {
  readonly #told = new RecentMap<Bytes, number>(ROWS);

  /**
   * A row only counts up; one that is another flow's by now tells nothing, and takes nothing back.
   * @param reference of the row, which is another one once the row is another flow's
   */
  since(reference: number, now: Bytes): Bytes {
    const before = this.#told.get(reference) ?? { sent: 0, received: 0 };
    const sent = Math.max(now.sent - before.sent, 0);
    const received = Math.max(now.received - before.received, 0);
    this.#told.set(reference, { sent: before.sent + sent, received: before.received + received });
    return { sent, received };
  }
}
