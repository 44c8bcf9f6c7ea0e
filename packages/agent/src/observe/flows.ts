import { BpfMap, layout, type RawMap, StructCodec, u32Codec } from "@ringfence/kernel";
import type { ReportOutcome } from "@ringfence/model";

const flowCodec = new StructCodec(layout.rf_flow, "rf_flow");
const fenceCodec = new StructCodec(layout.rf_fence, "rf_fence");

/** RF_OVERFLOW_ROWS of bpf/include/abi.h: bit 0 of such a row's index is the action, bit 1 the shadow action. */
export const OVERFLOW_ROWS = 4;

/** The fence's own state: processes inside, rows in use. */
export function readFence(map: RawMap): layout.rf_fence {
  const state = new BpfMap(map, u32Codec, fenceCodec).get(0);
  if (state === undefined) throw new Error('Cannot read map "fence": its only element is missing');
  return state;
}

/** The rows of the flow table in use, without the empty ones that two CPUs leave when they race for a key. */
export function* readFlows(map: RawMap, nextFlow: number): Generator<layout.rf_flow> {
  const key = new Uint32Array(1);
  for (let index = OVERFLOW_ROWS; index < nextFlow; index++) {
    key[0] = index;
    const value = map.lookup(new Uint8Array(key.buffer));
    if (value === undefined) return;
    const flow = flowCodec.fromBytes(value);
    if (flow.verdicts > 0n || flow.sent_bytes > 0n) yield flow;
  }
}

/** Verdicts that found no row of their own, by what they were. */
export function readOverflow(map: RawMap): Readonly<Record<ReportOutcome, number>> {
  const verdicts = (index: number) => {
    const value = map.lookup(new Uint8Array(Uint32Array.of(index).buffer));
    return value === undefined ? 0 : Number(flowCodec.fromBytes(value).verdicts);
  };
  return { allowed: verdicts(0), "would-allow": verdicts(1), "would-deny": verdicts(2), denied: verdicts(3) };
}
