import type { HostUser } from "@ringfence/agent";
import { changeableByOthers, type LoadOptions, stampOf } from "@ringfence/agent/policy";
import { RingfenceError } from "@ringfence/model";
import type { RunOptions } from "./run-options.js";

/** A change is taken when the files have stood still for one look, so that half-written ones are rare. */
const LOOK_EVERY_MS = 100;

export interface PolicyWatchOptions {
  readonly files: readonly string[];
  /** What the files were like, by stampsOf, before they were loaded for the first time. */
  readonly loaded: string;
  /**
   * Called when the files have changed, one call at a time: what changes meanwhile is loaded afterwards, so that the
   * last content wins. Calls `onRead` when it has read them. What it throws is told and changes nothing.
   */
  readonly reload: (load: Required<LoadOptions>) => Promise<string>;
  readonly tell: (text: string) => void;
}

/** Looks at policy files and has them loaded again when they change. */
export class PolicyWatch {
  readonly #options: PolicyWatchOptions;
  readonly #timer: NodeJS.Timeout;
  readonly #stop = new AbortController();
  #loaded: string;
  #seen: string;
  #loading: Promise<void> | null = null;

  constructor(options: PolicyWatchOptions) {
    this.#options = options;
    this.#loaded = options.loaded;
    this.#seen = options.loaded;
    this.#timer = setInterval(() => this.#look(), LOOK_EVERY_MS).unref();
  }

  /** Stops looking, and gives up a load that is under way. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    this.#stop.abort();
    await this.#loading;
  }

  #look(): void {
    const now = stampsOf(this.#options.files);
    const still = now === this.#seen;
    this.#seen = now;
    if (!still || now === this.#loaded || this.#loading !== null) return;
    this.#loaded = now;
    this.#loading = this.#load(now).finally(() => {
      this.#loading = null;
    });
  }

  async #load(stamps: string): Promise<void> {
    const { files, reload, tell } = this.#options;
    const { signal } = this.#stop;
    const onRead = () => {
      if (stampsOf(files) !== stamps) throw new ChangedMeanwhile();
    };
    try {
      checkOwners(files);
      tell(await reload({ signal, onRead }));
    } catch (error) {
      if (signal.aborted || error instanceof ChangedMeanwhile) return;
      const reason = error instanceof RingfenceError ? error.format() : error;
      tell(`the policy stays as it was: ${reason instanceof Error ? reason.message : String(reason)}`);
    }
  }
}

/** What was read may be half of something; the next look finds the rest. */
class ChangedMeanwhile extends Error {}

/** What tells these files from what they were like before, without reading them. */
export function stampsOf(files: readonly string[]): string {
  return files.map(stampOf).join(";");
}

/** A command that may write the policy that fences it has none. Throws RF_USAGE, RF_POLICY_FILE. */
export function checkWatch({ policyFiles }: RunOptions, user: HostUser | null): void {
  const problem =
    policyFiles.length === 0
      ? ['Option "--watch" needs a policy file', "add --policy FILE"]
      : user === null || user.uid === 0
        ? ['Option "--watch" is not for a root command, which could write its own policy', "add --user NAME"]
        : null;
  if (problem !== null) throw new RingfenceError("RF_USAGE", problem[0] ?? "", { hint: problem[1] });
  checkOwners(policyFiles);
}

/** Refuses to follow a file that somebody other than root could write. Throws RF_POLICY_FILE. */
function checkOwners(files: readonly string[]): void {
  for (const file of files) {
    const weak = weakPartOf(file);
    if (weak === null) continue;
    throw new RingfenceError(
      "RF_POLICY_FILE",
      `Cannot follow policy file "${file}": others may change "${weak}"`,
      {
        hint: "let root own the file and every directory above it, and nobody else write there",
      },
    );
  }
}

function weakPartOf(file: string): string | null {
  try {
    return changeableByOthers(file);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new RingfenceError("RF_POLICY_FILE", `Cannot look at policy file "${file}": ${reason}`, {
      cause: error,
    });
  }
}
