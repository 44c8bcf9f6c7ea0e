import { layout, type RawMap, StructCodec } from "@ringfence/kernel";
import { OVERFLOW_ROWS } from "./flows.js";

const codec = new StructCodec(layout.rf_flow, "rf_flow");
const { rf_hook, rf_action } = layout;
const KEY = layout.rf_flow.fields.key.offset;
const { hook, action, shadow_action } = layout.rf_flow_key.fields;

/** True for a row that counts packets which are denied, or would be: only the first of them is told. */
export function isDeniedPacket({ key }: layout.rf_flow): boolean {
  return isDenied(key.hook, key.action, key.shadow_action);
}

/**
 * The rows of an agent's flow table that count such packets. Others are passed over before they are decoded: there are
 * many.
 * @param turns how often a row was taken
 */
export function* deniedPackets(flows: RawMap, turns: number): Generator<layout.rf_flow> {
  let left = OVERFLOW_ROWS + turns;
  for (const { count, values } of flows.batches()) {
    const view = new DataView(values.buffer, values.byteOffset, values.byteLength);
    for (let row = 0; row < Math.min(count, left); row++) {
      const at = row * codec.size;
      const byte = ({ offset }: { readonly offset: number }) => view.getUint8(at + KEY + offset);
      if (isDenied(byte(hook), byte(action), byte(shadow_action))) yield codec.decode(view, at);
    }
    left -= count;
    if (left <= 0) return;
  }
}

function isDenied(hookOf: number, actionOf: number, shadowOf: number): boolean {
  const denies = actionOf === rf_action.RF_DENY || shadowOf === rf_action.RF_DENY;
  return hookOf === rf_hook.RF_HOOK_PACKET && denies;
}
