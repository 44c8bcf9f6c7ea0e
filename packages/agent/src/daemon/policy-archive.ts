import { readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type NamedPolicy, PolicyNames } from "../observe/policy-names.js";

/** Policies that are remembered, as often as they were in force: events and flows of older ones do not say their rule. */
const REMEMBERED = 1024;
/** Different ones among them: 10,000 rules take a megabyte. */
const DIFFERENT = 8;

interface Stored {
  /** The number of the first one. */
  readonly first: number;
  /** Each different one once. */
  readonly policies: readonly NamedPolicy[];
  /** Which of these was in force, number by number. */
  readonly order: readonly number[];
}

/**
 * Which rule each bit of a policy named, kept in the state folder: what the kernel counted while no agent ran, it counted
 * by numbers. The same policy comes again whenever a container does.
 */
export class PolicyArchive {
  readonly #path: string;
  #names = new PolicyNames([]);
  #warning: string | null = null;

  constructor(state: string) {
    this.#path = join(state, "policy-names.json");
  }

  get names(): PolicyNames {
    return this.#names;
  }

  /** Why what is known is not on the disk; null where it is. */
  get warning(): string | null {
    return this.#warning;
  }

  /**
   * Goes on with what an agent before this one had written; `generation` is the policy that is in force. Where that is not
   * among it, as its agent was killed first or had no room on the disk, nobody can tell which ones are missing.
   */
  resume(generation: number): void {
    const { first, policies, order } = this.#read();
    const count = Math.max(0, generation - first + 1);
    const written = order.length < count ? [] : order.slice(0, count);
    const known = written.map((index) => policies[index] as NamedPolicy);
    this.#names = new PolicyNames(known, known.length === 0 ? generation + 1 : first);
  }

  /** The next policy is in force. */
  add(policy: NamedPolicy): void {
    const { first, all } = this.#names;
    const same = all.find(({ revision }) => revision === policy.revision);
    const kept = lately([...all, same ?? policy]);
    this.#names = new PolicyNames(kept, first + all.length + 1 - kept.length);
    this.#write();
  }

  /** The one that is in force is put in force once more, under the next number. */
  repeat(): void {
    const { all } = this.#names;
    const last = all.at(-1);
    if (last !== undefined) this.add(last);
  }

  /** An archive that cannot be read costs the names of old rules. */
  #read(): Stored {
    try {
      return JSON.parse(readFileSync(this.#path, "utf8")) as Stored;
    } catch {
      return { first: 1, policies: [], order: [] };
    }
  }

  /** The policy is in force already: a full disk costs the next agent the names of its rules, and nothing else. */
  #write(): void {
    const { first, all } = this.#names;
    const policies = [...new Set(all)];
    const stored: Stored = { first, policies, order: all.map((policy) => policies.indexOf(policy)) };
    const beside = `${this.#path}.new`;
    try {
      writeFileSync(beside, JSON.stringify(stored), { mode: 0o600 });
      renameSync(beside, this.#path);
      this.#warning = null;
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      this.#warning = `the names of rules are kept for no later agent: ${why}`;
    }
  }
}

/** The last ones, as far as they are not too many, nor too many different ones. */
function lately(policies: readonly NamedPolicy[]): readonly NamedPolicy[] {
  const different = new Set<NamedPolicy>();
  const older = policies.toReversed().findIndex((policy, index) => {
    different.add(policy);
    return different.size > DIFFERENT || index === REMEMBERED;
  });
  return older === -1 ? policies : policies.slice(policies.length - older);
}
