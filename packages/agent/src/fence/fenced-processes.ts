import { layout, type RawMap } from "@ringfence/kernel";

const { fenced, tgid } = layout.rf_process.fields;

/** Process ids, as the initial pid namespace has them, of everything inside the fence. */
export function fencedProcesses(processes: RawMap): number[] {
  const inside: number[] = [];
  for (const { count, values } of processes.batches()) {
    const view = new DataView(values.buffer, values.byteOffset, values.byteLength);
    for (let i = 0; i < count; i++) {
      const at = i * processes.valueBytes;
      if (view.getUint32(at + fenced.offset, true) !== 0) inside.push(view.getUint32(at + tgid.offset, true));
    }
  }
  return inside;
}
