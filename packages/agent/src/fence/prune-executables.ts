import { layout, type RawMap } from "@ringfence/kernel";

const { exe, line, line_count: lineCount } = layout.rf_process.fields;
const KEY_BYTES = 16;

/** The table is pruned when so much of it is taken. */
const FULL = 3 / 4;

/**
 * Forgets executables that no process runs, nor ran before, once the table is nearly full: a later policy can then be asked
 * about new ones. Returns how many. A program that begins meanwhile and was forgotten at that very moment is unknown to
 * later policies until it begins again.
 */
export function pruneExecutables(executables: RawMap, processes: RawMap): number {
  const keys = keysOf(executables);
  if (keys.length < executables.info.maxEntries * FULL) return 0;
  const used = usedBy(processes);
  const idle = keys.filter((key) => !used.has(textOf(key, 0)));
  for (const key of idle) executables.delete(key);
  return idle.length;
}

function keysOf(map: RawMap): Uint8Array[] {
  const keys: Uint8Array[] = [];
  for (
    let key = map.nextKey(null);
    key !== undefined && keys.length < map.info.maxEntries;
    key = map.nextKey(key)
  )
    keys.push(key);
  return keys;
}

/** The images that processes run now, and those of their lines. */
function usedBy(processes: RawMap): Set<string> {
  const used = new Set<string>();
  for (const { count, values } of processes.batches()) {
    const view = new DataView(values.buffer, values.byteOffset, values.byteLength);
    for (let i = 0; i < count; i++) {
      const record = i * processes.valueBytes;
      used.add(textOf(values, record + exe.offset));
      const before = view.getUint32(record + lineCount.offset, true);
      for (let n = 0; n < before; n++) used.add(textOf(values, record + line.offset + n * KEY_BYTES));
    }
  }
  return used;
}

function textOf(bytes: Uint8Array, at: number): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset + at, KEY_BYTES).toString("latin1");
}
