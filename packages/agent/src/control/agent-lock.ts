import { createHash } from "node:crypto";
import { closeSync, ftruncateSync, openSync, readFileSync, writeSync } from "node:fs";
import { join } from "node:path";
import { tryLock } from "@ringfence/kernel/system";
import { RingfenceError } from "@ringfence/model";
import { makeFolder } from "../host/make-folder.js";

/** Where agents say which pins are theirs: a BPF file system holds no file to lock. */
const PIN_LOCKS = "/run/ringfence/agents";

/** The right to be the one agent with a folder; the kernel takes it back however the process ends. */
export class AgentLock implements Disposable {
  readonly #fd: number;

  private constructor(fd: number) {
    this.#fd = fd;
  }

  /** Makes the state folder, for root alone, where it is missing. Throws RF_AGENT_RUNS and RF_STATE. */
  static take(state: string): AgentLock {
    return AgentLock.#lock(state, "agent.lock", state);
  }

  /** The same for a folder of pins. */
  static takePins(pins: string): AgentLock {
    const name = createHash("sha256").update(pins).digest("hex").slice(0, 16);
    return AgentLock.#lock(PIN_LOCKS, `${name}.lock`, pins);
  }

  static #lock(folder: string, name: string, what: string): AgentLock {
    const path = join(folder, name);
    const fd = open(folder, path);
    if (!tryLock(fd)) {
      closeSync(fd);
      throw new RingfenceError(
        "RF_AGENT_RUNS",
        `Another agent works with "${what}" already: process ${readFileSync(path, "utf8").trim()}`,
        { hint: "End it first, or give this one a state, pins and a socket of its own" },
      );
    }
    ftruncateSync(fd);
    writeSync(fd, `${process.pid}\n`, 0);
    return new AgentLock(fd);
  }

  release(): void {
    closeSync(this.#fd);
  }

  [Symbol.dispose](): void {
    this.release();
  }
}

function open(state: string, path: string): number {
  try {
    makeFolder(state, 0o700);
    return openSync(path, "a+", 0o600);
  } catch (cause) {
    throw new RingfenceError(
      "RF_STATE",
      `Cannot use the state folder "${state}": ${(cause as Error).message}`,
      {
        hint: "Check it, or name another one in state",
        cause,
      },
    );
  }
}
