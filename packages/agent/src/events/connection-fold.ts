import { layout } from "@ringfence/kernel";
import { type FoldHandlers, RecordFold } from "./record-fold.js";
import { connectionShape } from "./record-shapes.js";
import type { RowTotals } from "./row-totals.js";

const { fields } = layout.rf_connection_event;
const { RF_EGRESS } = layout.rf_direction;
const TCP = 6;
const HIGH = 2 ** 32;

/** What connections of one kind add up to. */
export interface ConnectionSums {
  readonly count: number;
  /** Boot clock's nanoseconds of the last one's end. */
  readonly lastNs: bigint;
  readonly sentBytes: number;
  readonly receivedBytes: number;
  readonly retransmits: number;
  readonly durationMs: number;
  /** Mean of those whose round trip is known, in microseconds; null when none is. */
  readonly rttUs: number | null;
}

export interface ConnectionHandlers<Note> extends Pick<FoldHandlers<Note>, "onSeen"> {
  readonly onFolded: (view: DataView, offset: number, sums: ConnectionSums, isNews: boolean) => Note;
}

/** Numbers that are kept of each kind. */
const sum = { sent: 0, received: 1, retransmits: 2, durationNs: 3, rttUs: 4, rtts: 5 } as const;
const SUMS = Object.keys(sum).length;

/** Joins ends of connections that differ in time, sizes and this machine's port only, and adds up what they carried. */
export class ConnectionFold<Note> {
  readonly #totals: RowTotals;
  readonly #fold: RecordFold<Note>;
  readonly #sums: Float64Array;

  /** @param capacity kinds that are kept until the next flush: a power of two */
  constructor(capacity: number, totals: RowTotals, { onSeen, onFolded }: ConnectionHandlers<Note>) {
    this.#totals = totals;
    this.#sums = new Float64Array(capacity * SUMS);
    this.#fold = new RecordFold(connectionShape, capacity, {
      onSeen,
      onFolded: (view, offset, { count, lastNs }, isNews, number) =>
        onFolded(view, offset, { count, lastNs, ...this.#taken(number) }, isNews),
    });
  }

  /** Takes the record of an end in the kernel's memory. */
  add(view: DataView, offset: number): void {
    const base = SUMS * this.#fold.add(view, offset, partOf(view, offset));
    const isTcp = view.getUint8(offset + fields.protocol.offset) === TCP;
    const counted = {
      sent: u64(view, offset + fields.sent_bytes.offset),
      received: u64(view, offset + fields.received_bytes.offset),
    };
    const flow = view.getUint32(offset + fields.flow.offset, true);
    const { sent, received } = isTcp ? counted : this.#totals.since(flow, counted);
    const rttUs = view.getUint32(offset + fields.rtt_us.offset, true);
    this.#add(base + sum.sent, sent);
    this.#add(base + sum.received, received);
    this.#add(base + sum.retransmits, view.getUint32(offset + fields.retransmits.offset, true));
    this.#add(base + sum.durationNs, durationNs(view, offset));
    this.#add(base + sum.rttUs, rttUs);
    this.#add(base + sum.rtts, rttUs === 0 ? 0 : 1);
  }

  /** As `RecordFold.waiting`. */
  get waiting(): number {
    return this.#fold.waiting;
  }

  /** As `RecordFold.look`. */
  look(isWatched: boolean): void {
    this.#fold.look(isWatched);
  }

  /** As `RecordFold.flush`. */
  flush(): void {
    this.#fold.flush();
  }

  #add(index: number, value: number): void {
    (this.#sums[index] as number) += value;
  }

  /** The sums of a kind, which begin anew. */
  #taken(number: number): Omit<ConnectionSums, "count" | "lastNs"> {
    const base = SUMS * number;
    const of = (index: number) => this.#sums[base + index] as number;
    const rtts = of(sum.rtts);
    const taken = {
      sentBytes: of(sum.sent),
      receivedBytes: of(sum.received),
      retransmits: of(sum.retransmits),
      durationMs: of(sum.durationNs) / 1e6,
      rttUs: rtts === 0 ? null : Math.round(of(sum.rttUs) / rtts),
    };
    this.#sums.fill(0, base, base + SUMS);
    return taken;
  }
}

/** What is no whole word of its own: the port that is not the kernel's choice, protocol, direction, and how it ended. */
function partOf(view: DataView, offset: number): number {
  const direction = view.getUint8(offset + fields.direction.offset);
  const { port, local_port, protocol, ended_by, established_ns } = fields;
  const portOffset = direction === RF_EGRESS ? port.offset : local_port.offset;
  const isEstablished = u64(view, offset + established_ns.offset) !== 0;
  return (
    view.getUint16(offset + portOffset, true) |
    (view.getUint8(offset + protocol.offset) << 16) |
    ((direction & 3) << 24) |
    ((view.getUint8(offset + ended_by.offset) & 3) << 26) |
    (isEstablished ? 1 << 28 : 0)
  );
}

function durationNs(view: DataView, offset: number): number {
  return u64(view, offset + fields.time_ns.offset) - u64(view, offset + fields.opened_ns.offset);
}

/** Exact to 2^53: 9 petabytes, or 104 days of nanoseconds since the boot, beyond which it rounds to less than a microsecond. */
function u64(view: DataView, offset: number): number {
  return view.getUint32(offset + 4, true) * HIGH + view.getUint32(offset, true);
}
