import { layout, StructCodec } from "@ringfence/kernel";
import type { Ending, Opening } from "@ringfence/rules";
import type { AttackWatch } from "../attacks/attack-watch.js";
import { endingOf, openingOf } from "../attacks/observed-events.js";
import { connectionEvent, type EventSources } from "../events/connection-event.js";
import { ConnectionFold, type ConnectionSums } from "../events/connection-fold.js";
import type { EventHub } from "../events/event-hub.js";
import { type FoldedRecords, RecordFold } from "../events/record-fold.js";
import { verdictShape } from "../events/record-shapes.js";
import { RowTotals } from "../events/row-totals.js";
import { type VerdictDraft, verdictEvent } from "../events/verdict-event.js";
import { bootMs } from "../observe/boot-clock.js";

/** Kinds that are joined at a time. Both together are less than a subscriber's queue holds. */
const VERDICT_KINDS = 16_384;
const CONNECTION_KINDS = 8_192;

const verdictCodec = new StructCodec(layout.rf_verdict_event, "rf_verdict_event");
const connectionCodec = new StructCodec(layout.rf_connection_event, "rf_connection_event");
const { exec_ns, tgid } = layout.rf_flow_key.fields;
const KEY = layout.rf_verdict_event.fields.key.offset;

/** Whose verdict a kind was when it was decoded, and what detectors are shown of it. */
interface VerdictNote {
  readonly tgid: number;
  readonly execNs: bigint;
  readonly opening: Opening | null;
}

export interface FoldedEventsOptions {
  /** Whether repeats become one event. */
  readonly fold: boolean;
  readonly hub: EventHub;
  readonly attacks: Pick<AttackWatch, "observe">;
  readonly sources: EventSources;
}

/**
 * Verdicts and ends of connections, which come by the thousand, from the kernel's records to the hub and the detectors. Detectors
 * are shown each kind at each look at which it came again, however late it is told.
 */
export class FoldedEvents {
  readonly #options: FoldedEventsOptions;
  readonly #verdicts: RecordFold<VerdictNote>;
  readonly #connections: ConnectionFold<Ending | null>;

  constructor(options: FoldedEventsOptions) {
    this.#options = options;
    this.#verdicts = new RecordFold(verdictShape, VERDICT_KINDS, {
      onSeen: (view, offset, lastNs, note) => this.#seeVerdict(view, offset, lastNs, note),
      onFolded: (view, offset, folded, isNews) =>
        this.tellVerdict(verdictCodec.decode(view, offset), folded, isNews),
    });
    this.#connections = new ConnectionFold(CONNECTION_KINDS, new RowTotals(), {
      onSeen: (_view, _offset, lastNs, ending) => this.#observe(ending, lastNs),
      onFolded: (view, offset, sums, isNews) =>
        this.#tellConnection(connectionCodec.decode(view, offset), sums, isNews),
    });
  }

  /** Takes the record of a verdict in the kernel's memory. */
  verdict(view: DataView, offset: number): void {
    this.#verdicts.add(view, offset);
    if (!this.#options.fold) this.#verdicts.look(true);
  }

  /** Takes the record of a connection's end in the kernel's memory. */
  connection(view: DataView, offset: number): void {
    this.#connections.add(view, offset);
    if (!this.#options.fold) this.#connections.look(true);
  }

  /** Records that were not told yet. */
  get waiting(): number {
    return this.#verdicts.waiting + this.#connections.waiting;
  }

  /** Tells what is new, and repeats of what was told before, where somebody watches. */
  look(): void {
    const { isWatched } = this.#options.hub;
    this.#verdicts.look(isWatched);
    this.#connections.look(isWatched);
  }

  /** Tells all repeats there are. */
  flush(): void {
    this.#verdicts.flush();
    this.#connections.flush();
  }

  /** Tells verdicts of one kind; `isNews`: shows them to the detectors, too. */
  tellVerdict(record: layout.rf_verdict_event, folded: FoldedRecords, isNews: boolean): VerdictNote {
    const draft = this.#verdictDraft(record, folded);
    const note = noteOf(record, draft);
    if (isNews) this.#observe(note.opening, folded.lastNs);
    this.#options.hub.publish(draft, bootMs(folded.lastNs));
    return note;
  }

  #verdictDraft(record: layout.rf_verdict_event, folded: FoldedRecords): VerdictDraft {
    const { names, knowledge } = this.#options.sources;
    return verdictEvent(record, folded, names, knowledge);
  }

  /** Another process's by now: detectors answer to the one that is there. */
  #seeVerdict(view: DataView, offset: number, lastNs: bigint, note: VerdictNote): VerdictNote {
    const key = offset + KEY;
    const isSame =
      view.getUint32(key + tgid.offset, true) === note.tgid &&
      view.getBigUint64(key + exec_ns.offset, true) === note.execNs;
    const latest = isSame || note.opening === null ? note : this.#newNote(view, offset, lastNs);
    this.#observe(latest.opening, lastNs);
    return latest;
  }

  #newNote(view: DataView, offset: number, lastNs: bigint): VerdictNote {
    const record = verdictCodec.decode(view, offset);
    return noteOf(record, this.#verdictDraft(record, { count: 1, lastNs }));
  }

  #tellConnection(record: layout.rf_connection_event, sums: ConnectionSums, isNews: boolean): Ending | null {
    const draft = connectionEvent(record, sums, this.#options.sources);
    const ending = endingOf(draft);
    if (isNews) this.#observe(ending, sums.lastNs);
    this.#options.hub.publish(draft, bootMs(sums.lastNs));
    return ending;
  }

  #observe<Shown extends Opening | Ending | null>(shown: Shown, lastNs: bigint): Shown {
    if (shown !== null) this.#options.attacks.observe({ ...shown, atMs: bootMs(lastNs) });
    return shown;
  }
}

function noteOf({ key }: layout.rf_verdict_event, draft: VerdictDraft): VerdictNote {
  return { tgid: key.tgid, execNs: key.exec_ns, opening: openingOf(draft) };
}
