import { existsSync } from "node:fs";
import { RingfenceError } from "@ringfence/model";
import koffi from "koffi";
import type { Codec } from "../layout/codec.js";
import { BpfMap } from "../maps/bpf-map.js";
import { PerCpuMap } from "../maps/per-cpu-map.js";
import { RawMap } from "../maps/raw-map.js";
import { BpfProgram } from "./bpf-program.js";
import { captureMessages } from "./capture-messages.js";
import { errnoText } from "./errno.js";
import { Handle } from "./handle.js";
import { libbpf } from "./library.js";
import { loadError } from "./load-error.js";

type Pointer = bigint | null;

const objectOpen = libbpf.func<(path: string) => Pointer>("void *bpf_object__open(const char *path)");
const objectLoad = libbpf.func<(object: bigint) => number>("int bpf_object__load(void *object)");
const objectClose = libbpf.func<(object: bigint) => void>("void bpf_object__close(void *object)");
const nextProgram = libbpf.func<(object: bigint, previous: Pointer) => Pointer>(
  "void *bpf_object__next_program(void *object, void *previous)",
);
const findMap = libbpf.func<(object: bigint, name: string) => Pointer>(
  "void *bpf_object__find_map_by_name(void *object, const char *name)",
);
const mapFd = libbpf.func<(map: bigint) => number>("int bpf_map__fd(void *map)");
const mapType = libbpf.func<(map: bigint) => number>("int bpf_map__type(void *map)");
const nextMap = libbpf.func<(object: bigint, previous: Pointer) => Pointer>(
  "void *bpf_object__next_map(void *object, void *previous)",
);
const mapName = libbpf.func<(map: bigint) => string>("const char *bpf_map__name(void *map)");
const mapKeySize = libbpf.func<(map: bigint) => number>("uint32_t bpf_map__key_size(void *map)");
const mapValueSize = libbpf.func<(map: bigint) => number>("uint32_t bpf_map__value_size(void *map)");
const mapMaxEntries = libbpf.func<(map: bigint) => number>("uint32_t bpf_map__max_entries(void *map)");
const mapFlags = libbpf.func<(map: bigint) => number>("uint32_t bpf_map__map_flags(void *map)");
const mapIsInternal = libbpf.func<(map: bigint) => boolean>("bool bpf_map__is_internal(void *map)");
const mapReuseFd = libbpf.func<(map: bigint, fd: number) => number>(
  "int bpf_map__reuse_fd(void *map, int fd)",
);
const mapSetMaxEntries = libbpf.func<(map: bigint, count: number) => number>(
  "int bpf_map__set_max_entries(void *map, uint32_t count)",
);
const mapSetInitialValue = libbpf.func<(map: bigint, data: Uint8Array, size: number) => number>(
  "int bpf_map__set_initial_value(void *map, const void *data, size_t size)",
);
const programSetAutoload = libbpf.func<(program: bigint, load: boolean) => number>(
  "int bpf_program__set_autoload(void *program, bool load)",
);
const programSetLogLevel = libbpf.func<(program: bigint, level: number) => number>(
  "int bpf_program__set_log_level(void *program, uint32_t level)",
);

export interface OpenOptions {
  /** sizes of maps by name, instead of those in the object */
  readonly maxEntries?: Readonly<Record<string, number>>;
  /** bytes of sections for constants, such as `.rodata.scope`, instead of those in the object */
  readonly constants?: Readonly<Record<string, Uint8Array>>;
  /** verifier log even on success: 1 states, 2 every instruction, 4 statistics */
  readonly kernelLogLevel?: number;
}

/** A map as the object file has it. Sizes in bytes. */
export interface MapDefinition {
  readonly name: string;
  readonly type: number;
  readonly keySize: number;
  readonly valueSize: number;
  readonly maxEntries: number;
  readonly flags: number;
}

/** An ELF file with BPF programs and maps: opened, adjusted, then loaded into the kernel as a whole. */
export class BpfObject implements Disposable {
  readonly path: string;
  readonly #handle: Handle;
  readonly #programs: readonly BpfProgram[];
  readonly #messages: string[] = [];
  readonly #kernelLogLevel: number;
  #loaded = false;

  private constructor(path: string, pointer: bigint, kernelLogLevel: number) {
    this.path = path;
    this.#handle = new Handle(pointer, `BPF object "${path}"`);
    this.#programs = programsOf(this.#handle);
    this.#kernelLogLevel = kernelLogLevel;
  }

  /** Parses the file; nothing enters the kernel yet. Throws RF_LOAD_REFUSED, RF_LIBBPF_MISSING. */
  static open(path: string, options: OpenOptions = {}): BpfObject {
    const { maxEntries = {}, constants = {}, kernelLogLevel = 0 } = options;
    const messages: string[] = [];
    let errno = 0;
    const pointer = captureMessages(messages, () => {
      const object = objectOpen()(path);
      if (object === null) errno = koffi.errno();
      return object;
    });
    if (pointer === null) {
      const reason = existsSync(path)
        ? errnoText(errno)
        : "the file does not exist; build it with make -C bpf";
      throw new RingfenceError("RF_LOAD_REFUSED", `Cannot open BPF object "${path}": ${reason}`, {
        cause: messages.length === 0 ? undefined : new Error(messages.join("").trim()),
      });
    }
    const object = new BpfObject(path, pointer, kernelLogLevel);
    for (const [name, count] of Object.entries(maxEntries)) object.setMaxEntries(name, count);
    for (const [section, bytes] of Object.entries(constants)) object.setConstants(section, bytes);
    return object;
  }

  /** What libbpf said so far; with `kernelLogLevel` the verifier's log of every program. */
  get messages(): string {
    return this.#messages.join("");
  }

  /** Sets a map's size before load. */
  setMaxEntries(map: string, count: number): void {
    const result = mapSetMaxEntries()(this.#mapPointer(map), count);
    if (result < 0) throw new Error(`Cannot set the size of map "${map}" to ${count}: ${errnoText(-result)}`);
  }

  /** Sets all bytes of a section for constants before load; the verifier then knows their values. */
  setConstants(section: string, bytes: Uint8Array): void {
    const result = mapSetInitialValue()(this.#mapPointer(section), bytes, bytes.length);
    if (result < 0) throw new Error(`Cannot set the constants of "${section}": ${errnoText(-result)}`);
  }

  /** The maps of the file, without those that hold its constants. */
  mapDefinitions(): MapDefinition[] {
    const definitions: MapDefinition[] = [];
    let map = nextMap()(this.#handle.pointer, null);
    while (map !== null) {
      if (!mapIsInternal()(map)) {
        definitions.push({
          name: mapName()(map),
          type: mapType()(map),
          keySize: mapKeySize()(map),
          valueSize: mapValueSize()(map),
          maxEntries: mapMaxEntries()(map),
          flags: mapFlags()(map),
        });
      }
      map = nextMap()(this.#handle.pointer, map);
    }
    return definitions;
  }

  /** Has `load` use a map that is there already, with its entries and its size. The descriptor stays the caller's. */
  reuseMap(name: string, fd: number): void {
    const result = mapReuseFd()(this.#mapPointer(name), fd);
    if (result < 0) throw new Error(`Cannot use the map that is there for "${name}": ${errnoText(-result)}`);
  }

  /** Includes a program in load, or leaves it out. */
  setAutoload(program: string, load: boolean): void {
    const result = programSetAutoload()(this.program(program).pointer, load);
    if (result < 0) throw new Error(`Cannot set autoload of program "${program}": ${errnoText(-result)}`);
  }

  /**
   * Creates the maps and loads the programs.
   * Throws BpfLoadError: RF_FEATURE_MISSING naming what the kernel lacks, RF_NOT_ROOT, RF_NO_BTF
   * or RF_LOAD_REFUSED with the verifier's reason.
   */
  load(): void {
    if (this.#loaded) throw new Error(`Cannot load BPF object "${this.path}" twice`);
    const level = this.#kernelLogLevel;
    if (level > 0) for (const program of this.#programs) programSetLogLevel()(program.pointer, level);
    const object = this.#handle.pointer;
    const result = captureMessages(this.#messages, () => objectLoad()(object), level > 0);
    if (result < 0) throw this.#loadError(-result);
    this.#loaded = true;
  }

  /** A map of the loaded object with typed keys and values. */
  map<K, V, KI = K, VI = V>(name: string, key: Codec<K, KI>, value: Codec<V, VI>): BpfMap<K, V, KI, VI> {
    return new BpfMap(this.rawMap(name), key, value);
  }

  /** A per-CPU map of the loaded object. */
  perCpuMap<K, V, KI = K, VI = V>(
    name: string,
    key: Codec<K, KI>,
    value: Codec<V, VI>,
  ): PerCpuMap<K, V, KI, VI> {
    return new PerCpuMap(this.rawMap(name), key, value);
  }

  /** A map of the loaded object as bytes; also for ring buffers, whose descriptor matters only. */
  rawMap(name: string): RawMap {
    return RawMap.fromFd(this.mapFd(name), name);
  }

  /** Descriptor of a map, owned by this object. */
  mapFd(name: string): number {
    const fd = mapFd()(this.#mapPointer(name));
    if (fd < 0) throw new Error(`Cannot use map "${name}" of "${this.path}": the object is not loaded`);
    return fd;
  }

  program(name: string): BpfProgram {
    const program = this.programs().find((p) => p.name === name);
    if (program === undefined) throw new Error(`Cannot find program "${name}" in "${this.path}"`);
    return program;
  }

  programs(): readonly BpfProgram[] {
    this.#handle.assertOpen();
    return this.#programs;
  }

  /** Frees the object and its descriptors, not links nor pins; safe to call twice. */
  close(): void {
    const pointer = this.#handle.take();
    if (pointer !== undefined) objectClose()(pointer);
  }

  [Symbol.dispose](): void {
    this.close();
  }

  #loadError(errno: number): Error {
    const { path, messages } = this;
    return loadError({
      path,
      errno,
      messages,
      sectionOf: (name) => this.#programs.find((program) => program.name === name)?.section,
      mapTypeOf: (name) => {
        const map = findMap()(this.#handle.pointer, name);
        return map === null ? undefined : mapType()(map);
      },
    });
  }

  #mapPointer(name: string): bigint {
    const map = findMap()(this.#handle.pointer, name);
    if (map === null) throw new Error(`Cannot find map "${name}" in "${this.path}"`);
    return map;
  }
}

function programsOf(handle: Handle): BpfProgram[] {
  const programs: BpfProgram[] = [];
  let pointer = nextProgram()(handle.pointer, null);
  while (pointer !== null) {
    programs.push(new BpfProgram(handle, pointer));
    pointer = nextProgram()(handle.pointer, pointer);
  }
  return programs;
}
