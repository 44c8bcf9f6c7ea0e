import { BpfMap, layout, type RawMap, StructCodec, u32Codec } from "@ringfence/kernel";

const flowCodec = new StructCodec(layout.rf_flow, "rf_flow");
const fenceCodec = new StructCodec(layout.rf_fence, "rf_fence");

/** The fence's own state: processes inside, rows in use. */
export function readFence(map: RawMap): layout.rf_fence {
  const state = new BpfMap(map, u32Codec, fenceCodec).get(0);
  if (state === undefined) throw new Error('Cannot read map "fence": its only element is missing');
  return state;
}

/** The rows of the flow table in use, without the empty ones that two CPUs leave when they race for a key. */
export function* readFlows(map: RawMap, nextFlow: number): Generator<layout.rf_flow> {
  const key = new Uint32Array(1);
  for (let index = 1; index < nextFlow; index++) {
    key[0] = index;
    const value = map.lookup(new Uint8Array(key.buffer));
    if (value === undefined) return;
    const flow = flowCodec.fromBytes(value);
    if (flow.verdicts > 0n || flow.sent_bytes > 0n) yield flow;
  }
}
