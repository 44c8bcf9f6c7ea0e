import { layout, type RawMap, StructCodec } from "@ringfence/kernel";
import { RecentMap } from "@ringfence/rules";

const keyCodec = new StructCodec(layout.rf_exe_key, "rf_exe_key");
const { offset: lengthOffset } = layout.rf_executable.fields.path_len;
const { offset: pathOffset } = layout.rf_executable.fields.path;

/** Paths that are kept: as many as the kernel's table has. */
const KEPT = 16_384;

/** What a report says where a path could not be kept. */
export const UNKNOWN_EXECUTABLE = "(unknown)";

/** Paths of executables by the key that events and flows carry, read from the kernel's table once each. */
export class Executables {
  readonly #map: RawMap;
  readonly #paths = new RecentMap<string>(KEPT);

  constructor(map: RawMap) {
    this.#map = map;
  }

  pathOf(key: layout.rf_exe_key): string {
    const [a = 0n, b = 0n] = key.hash;
    const id = `${a}:${b}`;
    const known = this.#paths.get(id);
    if (known !== undefined) return known;
    const value = this.#map.lookup(keyCodec.toBytes(key));
    if (value === undefined) return UNKNOWN_EXECUTABLE;
    const length = new DataView(value.buffer).getUint32(lengthOffset, true);
    const path =
      Buffer.from(value.subarray(pathOffset, pathOffset + length)).toString() || UNKNOWN_EXECUTABLE;
    this.#paths.set(id, path);
    return path;
  }
}
