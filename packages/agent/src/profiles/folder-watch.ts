import { type FSWatcher, watch } from "node:fs";
import { stampOfFolder } from "./profile-folder.js";

/** A change is taken when the folder was quiet for so long, so that half-written files are rare. */
const QUIET_MS = 100;
/** Whoever writes without a pause is not waited for longer than that. */
const LONGEST_WAIT_MS = 500;
/** The kernel tells of changes; what it does not tell of, as on a network file system, is looked for that often. */
const LOOK_EVERY_MS = 1000;

/** Tells when a folder, or a file in it, has changed. */
export class FolderWatch {
  readonly #folder: string;
  readonly #changed: () => void;
  readonly #looking: NodeJS.Timeout;
  #watcher: FSWatcher | null = null;
  #seen: string | null;
  #quiet: NodeJS.Timeout | null = null;
  #waitingSince = 0;

  constructor(folder: string, changed: () => void) {
    this.#folder = folder;
    this.#changed = changed;
    this.#seen = stampOfFolder(folder);
    this.#watch();
    this.#looking = setInterval(() => this.#look(), LOOK_EVERY_MS).unref();
  }

  stop(): void {
    clearInterval(this.#looking);
    if (this.#quiet !== null) clearTimeout(this.#quiet);
    this.#watcher?.close();
  }

  #watch(): void {
    this.#watcher?.close();
    this.#watcher = null;
    try {
      this.#watcher = watch(this.#folder, { persistent: false }, () => this.#wait());
      this.#watcher.on("error", () => this.#watch());
    } catch {
      // There is no such folder, or no inotify instance is left: then looking has to do.
    }
  }

  #look(): void {
    if (stampOfFolder(this.#folder) === this.#seen) return;
    // Perhaps it is another folder of that name.
    this.#watch();
    this.#wait();
  }

  #wait(): void {
    const now = performance.now();
    if (this.#quiet === null) this.#waitingSince = now;
    else clearTimeout(this.#quiet);
    const delay = Math.max(0, Math.min(QUIET_MS, this.#waitingSince + LONGEST_WAIT_MS - now));
    this.#quiet = setTimeout(() => this.#take(), delay);
  }

  #take(): void {
    this.#quiet = null;
    const stamp = stampOfFolder(this.#folder);
    if (stamp === this.#seen) return;
    this.#seen = stamp;
    this.#changed();
  }
}
