import { createHash } from "node:crypto";
import { fstatSync, ftruncateSync, readSync, writeSync } from "node:fs";
import { deserialize, serialize } from "node:v8";
import type { Resolver } from "@ringfence/policy";
import { hostResolver } from "../host/host-resolver.js";
import type { PolicyFile } from "../policy/read-policy-files.js";
import { stampOf } from "../policy/watched-file.js";
import type { ParsedFile } from "./settle-files.js";

/** Bytes before what is remembered: how long it is. */
const HEADER_BYTES = 8;

/** A file of the folder as the language reads it. */
export interface ReadFile extends ParsedFile {
  readonly warnings: readonly string[];
}

/** What of a file the language decides by. */
export type ParsePolicy = (
  bytes: Uint8Array,
  file: string,
  resolver: Resolver,
) => Pick<ParsedFile, "profiles" | "errors"> & { readonly warnings: readonly { format(): string }[] };

/**
 * Reads files, and remembers what it read in a file in memory that outlives this process, for the next one. Only what a file's
 * name and bytes decide is remembered: no file with an error, and none that names a user, a group or a service of the host.
 */
export class ParsedFiles {
  readonly #parse: ParsePolicy;
  readonly #memory: number | null;
  readonly #known: ReadonlyMap<string, Uint8Array>;
  /** It may be replaced while the agent runs. */
  readonly #program = stampOf(process.argv[1] ?? "");
  readonly #kept = new Map<string, Uint8Array>();

  /** `memory` is the descriptor of the file in memory, null for none. */
  constructor(parse: ParsePolicy, memory: number | null) {
    this.#parse = parse;
    this.#memory = memory;
    this.#known = memory === null ? new Map() : remembered(memory);
  }

  read({ file, bytes }: PolicyFile): ReadFile {
    const key = this.#memory === null ? "" : this.#keyOf(file, bytes);
    const known = this.#known.get(key);
    if (known !== undefined) {
      this.#kept.set(key, known);
      return deserialize(known) as ReadFile;
    }
    let hasAsked = false;
    const read = this.#readNow({ file, bytes }, () => {
      hasAsked = true;
    });
    if (this.#memory !== null && !hasAsked && read.errors.length === 0) this.#kept.set(key, serialize(read));
    return read;
  }

  /** Remembers what was read, and nothing else. Where there is no memory for that, the next process reads it again. */
  save(): void {
    if (this.#memory === null) return;
    try {
      const bytes = serialize(this.#kept);
      const header = Buffer.alloc(HEADER_BYTES);
      // zero until all is there: whoever is killed in between leaves nothing
      ftruncateSync(this.#memory);
      for (let written = 0; written < bytes.length; )
        written += writeSync(this.#memory, bytes, written, bytes.length - written, HEADER_BYTES + written);
      header.writeBigUInt64LE(BigInt(bytes.length));
      writeSync(this.#memory, header, 0, HEADER_BYTES, 0);
    } catch {
      // see above
    }
  }

  /** By program, name and content. */
  #keyOf(file: string, bytes: Uint8Array): string {
    return createHash("sha256")
      .update(JSON.stringify([this.#program, file]))
      .update(bytes)
      .digest("hex");
  }

  #readNow({ file, bytes }: PolicyFile, asks: () => void): ReadFile {
    const { profiles, errors, warnings } = this.#parse(bytes, file, noting(asks));
    return { file, profiles, errors, warnings: warnings.map((warning) => warning.format()) };
  }
}

/** Nothing where somebody was killed while writing, and where it was written by another Node. */
function remembered(memory: number): ReadonlyMap<string, Uint8Array> {
  try {
    const bytes = Buffer.alloc(fstatSync(memory).size);
    const count = readSync(memory, bytes, 0, bytes.length, 0);
    const isWhole = count === bytes.length && bytes.readBigUInt64LE() === BigInt(count - HEADER_BYTES);
    return isWhole ? (deserialize(bytes.subarray(HEADER_BYTES)) as Map<string, Uint8Array>) : new Map();
  } catch {
    return new Map();
  }
}

function noting(asks: () => void): Resolver {
  return {
    uidOf: (user) => {
      asks();
      return hostResolver.uidOf(user);
    },
    gidOf: (group) => {
      asks();
      return hostResolver.gidOf(group);
    },
    portOf: (service, protocol) => {
      asks();
      return hostResolver.portOf(service, protocol);
    },
  };
}
