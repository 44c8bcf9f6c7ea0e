import { layout } from "@ringfence/kernel";
import type { RecordShape } from "./record-fold.js";

const verdict = layout.rf_verdict_event;
const KEY = verdict.fields.key.offset;
const ACTOR = verdict.fields.actor.offset;
const key = layout.rf_flow_key.fields;
const actor = layout.rf_actor.fields;

/** One kind of verdict: whose executable, in which cgroup, as which user, where to, by which rule. */
export const verdictShape: RecordShape = {
  bytes: verdict.size,
  time: verdict.fields.time_ns.offset,
  words: [
    ...words(KEY + key.domain.offset, KEY + key.address.offset + 16),
    ...words(KEY + key.uid.offset, KEY + key.unused.offset),
    ...words(ACTOR + actor.exe.offset, ACTOR + actor.parent_tgid.offset),
  ],
  process: [...words(KEY, KEY + 8), KEY + key.tgid.offset],
};

const connection = layout.rf_connection_event;
const end = connection.fields;

/** One kind of connection, with what `ConnectionFold` adds: of which process, where to, by which name and policy, and how it ended. */
export const connectionShape: RecordShape = {
  bytes: connection.size,
  time: end.time_ns.offset,
  words: [
    end.flow.offset,
    ...words(end.exec_ns.offset, end.sent_bytes.offset),
    ...words(end.exe.offset, end.address.offset + 16),
    ...words(end.tgid.offset, end.rtt_us.offset),
    ...words(end.error.offset, end.port.offset),
  ],
  process: [],
};

function words(from: number, to: number): number[] {
  return Array.from({ length: (to - from) / 4 }, (_, index) => from + 4 * index);
}
