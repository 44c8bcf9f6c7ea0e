import { EventHub, RecordFold, verdictEvent, verdictShape } from "@ringfence/agent";
import { layout, StructCodec } from "@ringfence/kernel";
import type { Effort } from "../host/effort.js";
import { eventNames, recordsOf } from "./made-up-verdicts.js";

const verdictCodec = new StructCodec(layout.rf_verdict_event, "rf_verdict_event");
const RECORD_BYTES = layout.rf_verdict_event.size;
/** About as many records as the kernel's ring holds: what one turn of the event loop finds at most. */
const GROUP = 12_000;
const FOLD_CAPACITY = 16_384;

export interface EventRate {
  /** different verdicts among them */
  readonly kinds: number;
  readonly perSecond: number;
  /** events that reached the subscriber for each record, after folding */
  readonly publishedShare: number;
  readonly lost: number;
}

export interface EventResults {
  readonly rates: readonly EventRate[];
}

/** Records as the ring has them, decoded, folded and published to one subscriber, on one core. */
export async function measureEvents(effort: Effort, signal: AbortSignal): Promise<EventResults> {
  const rates: EventRate[] = [];
  for (const kinds of [100, 10_000, 4 * GROUP]) {
    signal.throwIfAborted();
    await rateOf(kinds, 200_000); // warm
    rates.push(await rateOf(kinds, effort.rounds(4_000_000)));
  }
  return { rates };
}

async function rateOf(kinds: number, records: number): Promise<EventRate> {
  const view = recordsOf(4 * GROUP, kinds);
  const clock = { bootId: "bench", bootMs: () => 0, toIso: eventNames.toIsoMs };
  const hub = new EventHub({ host: "bench", labels: {}, clock });
  let counted = 0;
  let untaken = 0;
  const subscription = hub.subscribe({ name: "bench" }, (events, lost) => {
    for (const event of events) counted += event.type === "verdict" ? event.count : 0;
    untaken += lost;
  });
  const fold = new RecordFold(verdictShape, FOLD_CAPACITY, {
    onSeen: () => undefined,
    onFolded: (record, offset, folded) =>
      hub.publish(
        verdictEvent(verdictCodec.decode(record, offset), folded, eventNames.flows, eventNames.knowledge),
        Number(folded.lastNs) / 1e6,
      ),
  });
  const began = performance.now();
  let flushedAt = began;
  for (let done = 0; done < records; done += GROUP) {
    const from = done % (4 * GROUP);
    for (let index = from; index < from + GROUP; index++) fold.add(view, index * RECORD_BYTES);
    if (performance.now() - flushedAt > 500) {
      flushedAt = performance.now();
      fold.look(true);
    }
    await new Promise((resolve) => setImmediate(resolve));
  }
  fold.flush();
  await hub.drained();
  const seconds = (performance.now() - began) / 1000;
  if (subscription.lost === 0 && counted !== fold.total) {
    throw new Error(`Cannot account for ${fold.total - counted} events`);
  }
  return {
    kinds,
    perSecond: fold.total / seconds,
    publishedShare: hub.published / fold.total,
    lost: untaken,
  };
}
