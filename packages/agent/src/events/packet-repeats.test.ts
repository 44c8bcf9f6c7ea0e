import assert from "node:assert/strict";
import { test } from "node:test";
import { layout, StructCodec } from "@ringfence/kernel";
import { PacketRepeats } from "./packet-repeats.js";

const codec = new StructCodec(layout.rf_flow, "rf_flow");
const { RF_HOOK_PACKET, RF_HOOK_CONNECT } = layout.rf_hook;

/** A row that counted so many denied packets, the first at 2 ns, the last at as many ns as packets. */
function row(reference: number, verdicts: bigint, hook: number = RF_HOOK_PACKET): layout.rf_flow {
  const empty = codec.fromBytes(new Uint8Array(codec.size));
  const key = { ...empty.key, hook, action: layout.rf_action.RF_DENY } as layout.rf_flow_key;
  return { ...empty, key, reference, verdicts, first_ns: 2n, last_ns: verdicts };
}

test("PacketRepeats tells what came after the first, once, and what a retired row had left", () => {
  const told: [number, number, bigint, bigint][] = [];
  const repeats = new PacketRepeats([row(1, 5n)], ({ flow, time_ns }, count, lastNs) =>
    told.push([flow, count, time_ns, lastNs]),
  );
  repeats.look([row(1, 5n), row(2, 1n), row(3, 4n)]);
  repeats.look([row(1, 6n), row(2, 1n), row(3, 4n)]);
  assert.deepEqual(told.splice(0), [
    [3, 3, 2n, 4n],
    [1, 1, 5n, 6n],
  ]);
  repeats.retired(row(3, 9n));
  repeats.retired(row(4, 3n, RF_HOOK_CONNECT));
  assert.deepEqual(told.splice(0), [[3, 5, 4n, 9n]]);
  repeats.look([row(3, 2n)]);
  assert.deepEqual(told, [[3, 1, 2n, 2n]], "the row is another flow's");
});
