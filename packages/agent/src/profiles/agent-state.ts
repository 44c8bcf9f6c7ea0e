import { join } from "node:path";
import { RingfenceError } from "@ringfence/model";
import { type FileContent, readIfThere, removeFile, replaceFile } from "../host/durable-file.js";
import type { PolicyFile } from "../policy/read-policy-files.js";

/** A change that is taken back unless it is confirmed in time. */
export interface PendingChange {
  /** The files in the folder of profiles, as they were before. */
  readonly files: readonly FileContent[];
  /** Seconds since boot (CLOCK_BOOTTIME), which do not jump; of this boot only. 0 while the change is being made. */
  readonly deadline: number;
  readonly bootId: string;
}

const GOOD = "last-good.json";
const PENDING = "pending.json";
const PANIC = "panic.json";

/** Since when the host is open, whatever the profiles say, and who wanted that. */
export interface Panic {
  readonly since: string;
  readonly by: string;
}

/** What the agent must still know after it ended in any way: files below its state folder. */
export class AgentState {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** The files that were in force last; none at the first start. Throws RF_STATE. */
  readGood(): readonly PolicyFile[] {
    const files = this.#read<Readonly<Record<string, string>>>(GOOD) ?? {};
    return Object.entries(files).map(([file, text]) => ({ file, bytes: Buffer.from(text) }));
  }

  writeGood(files: readonly PolicyFile[]): void {
    // A policy that was accepted is valid UTF-8.
    const texts = files.map(({ file, bytes }) => [file, Buffer.from(bytes).toString("utf8")]);
    replaceFile(join(this.#folder, GOOD), JSON.stringify(Object.fromEntries(texts)));
  }

  readPending(): PendingChange | null {
    return this.#read<PendingChange>(PENDING);
  }

  writePending(change: PendingChange): void {
    replaceFile(join(this.#folder, PENDING), JSON.stringify(change));
  }

  removePending(): void {
    removeFile(join(this.#folder, PENDING));
  }

  readPanic(): Panic | null {
    return this.#read<Panic>(PANIC);
  }

  writePanic(panic: Panic): void {
    replaceFile(join(this.#folder, PANIC), JSON.stringify(panic));
  }

  removePanic(): void {
    removeFile(join(this.#folder, PANIC));
  }

  #read<T>(name: string): T | null {
    const path = join(this.#folder, name);
    const text = readIfThere(path);
    try {
      return text === null ? null : (JSON.parse(text) as T);
    } catch (cause) {
      throw new RingfenceError("RF_STATE", `"${path}" is damaged: ${(cause as Error).message}`, {
        hint: "Remove it: the files in the folder of profiles are read again",
        cause,
      });
    }
  }
}
