import { readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type NamedPolicy, PolicyNames } from "../observe/policy-names.js";

/** Policies that are remembered: events and flows of older ones do not say their rule. */
const REMEMBERED = 8;

interface Stored {
  readonly first: number;
  readonly policies: readonly NamedPolicy[];
}

/**
 * Which rule each bit of a policy named, kept in the state folder: what the kernel counted while no agent ran, it counted
 * by numbers.
 */
export class PolicyArchive {
  readonly #path: string;
  #names: PolicyNames;

  constructor(state: string) {
    this.#path = join(state, "policy-names.json");
    this.#names = new PolicyNames([]);
  }

  get names(): PolicyNames {
    return this.#names;
  }

  /** Goes on with what an agent before this one had written; `generation` is the policy that is in force. */
  resume(generation: number): void {
    const { first, policies } = this.#read();
    const known = policies.slice(0, Math.max(0, generation - first + 1));
    this.#names = new PolicyNames(known, known.length === 0 ? generation + 1 : first);
  }

  /** The next policy is in force. */
  add(policy: NamedPolicy): void {
    const { first, all } = this.#names;
    const kept = [...all, policy].slice(-REMEMBERED);
    this.#names = new PolicyNames(kept, first + all.length + 1 - kept.length);
    this.#write({ first: this.#names.first, policies: kept });
  }

  /** An archive that cannot be read costs the names of old rules. */
  #read(): Stored {
    try {
      return JSON.parse(readFileSync(this.#path, "utf8")) as Stored;
    } catch {
      return { first: 1, policies: [] };
    }
  }

  #write(stored: Stored): void {
    const beside = `${this.#path}.new`;
    writeFileSync(beside, JSON.stringify(stored), { mode: 0o600 });
    renameSync(beside, this.#path);
  }
}
