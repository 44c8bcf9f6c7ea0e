import type { Profile } from "@ringfence/model";
import { evaluate } from "../evaluate/evaluate.js";
import { matchesAnyItem } from "../evaluate/matches-process.js";
import { factOfKey } from "../explain/complete-process.js";
import { flowOf } from "../observed/flow-of.js";
import type { Observation, ObservedFlow, ObservedQuery, Seen } from "../observed/observation.js";
import { checkPattern } from "../text/path-text.js";
import { AskedNames, patternOf } from "./asked-names.js";
import { EphemeralPorts } from "./ephemeral-ports.js";
import type { LearnOptions } from "./learn-options.js";
import { LeftOut } from "./left-out.js";
import { type ListenEntry, ListenPorts, listenComment } from "./listen-ports.js";
import { NameMemory } from "./name-memory.js";
import { Purposes } from "./purposes.js";
import { rulesOf } from "./rules-of.js";
import { minuteText, plus } from "./usage.js";

/** A profile that allows what was seen, and what is to be said about it. */
export interface Learned {
  readonly profile: Profile;
  /** Comments in front of the profile. */
  readonly head: readonly string[];
  /** Comments before keys of `spec`. */
  readonly keys: Readonly<Record<string, readonly string[]>>;
  /** Comments by rule id. */
  readonly rules: ReadonlyMap<string, readonly string[]>;
  /** What was seen and is in no rule. */
  readonly leftOut: readonly string[];
  /** Verdicts and queries of the subject. */
  readonly count: number;
  /** How often the rules of the existing profile were used, by rule id. */
  readonly usage: ReadonlyMap<string, Seen>;
  /** What was listened on, whether the existing profile allows it or not. */
  readonly listened: readonly ListenEntry[];
}

const longestGrace = 86_400;
const minute = 60;

/**
 * Turns what was seen into a least-privilege profile: one rule for each executable, direction, protocol and port. Names take
 * the place of addresses that the executable had asked for. The order of what is added does not matter, except that a query comes
 * before the connection that it was for.
 */
export class Learner {
  readonly #options: LearnOptions;
  readonly #memory = new NameMemory();
  readonly #names = new AskedNames();
  readonly #purposes = new Purposes();
  readonly #ephemeral: EphemeralPorts;
  readonly #listen = new ListenPorts();
  readonly #left = new LeftOut();
  readonly #unknown = new Set<string>();
  readonly #usage = new Map<string, Seen>();
  #graceSeconds = 0;
  #seen: Seen | undefined;

  constructor(options: LearnOptions) {
    this.#options = options;
    this.#ephemeral = new EphemeralPorts(options.ephemeral);
  }

  add(observation: Observation): void {
    if (observation.kind === "other") {
      this.#left.add(`${observation.exe}, ${observation.what}: no rule can be about it`, observation);
      return;
    }
    if (!this.#isOfSubject(observation)) return;
    this.#seen = plus(this.#seen, observation);
    const reason = this.#reasonToLeaveOut(observation);
    if (reason !== null) this.#left.add(`${observation.process.exe}, ${reason}`, observation);
    else if (observation.kind === "query") this.#addQuery(observation);
    else this.#addFlow(observation);
  }

  finish(): Learned {
    const { name, subject } = this.#options;
    const { egress, ingress, comments } = rulesOf(
      this.#purposes.inOrder(),
      this.#names,
      this.#ephemeral,
      this.#options,
    );
    const listened = this.#listen.finish(this.#ephemeral);
    const listen = { ports: listened.map(({ range }) => range) };
    const leftOut = [...this.#left.lines(), ...this.#unknownLines()];
    const grace = Math.ceil(this.#graceSeconds / minute) * minute;
    return {
      profile: {
        name,
        mode: "enforce",
        subject,
        egress: { default: "deny", rules: egress },
        ingress: { default: "deny", rules: ingress },
        listen,
        unattributed: null,
        names: grace === 0 ? null : { graceSeconds: Math.min(grace, longestGrace) },
        dns: null,
      },
      head: [...this.#headLines(), ...leftOut.map((line) => `left out: ${line}`)],
      keys: {
        ...(listened.length === 0 ? {} : { listen: listened.map(listenComment) }),
        ...(grace === 0 ? {} : { names: ["connections that came after the TTL of their name"] }),
      },
      rules: comments,
      leftOut,
      count: this.#seen?.count ?? 0,
      usage: this.#usage,
      listened,
    };
  }

  #isOfSubject({ process }: ObservedFlow | ObservedQuery): boolean {
    const { subject } = this.#options;
    for (const key of (subject ?? []).flatMap((item) => Object.keys(item) as (keyof typeof factOfKey)[])) {
      if (process.unknown.has(factOfKey[key])) this.#unknown.add(key);
    }
    return matchesAnyItem(subject, process.facts, "lenient");
  }

  #reasonToLeaveOut(observation: ObservedFlow | ObservedQuery): string | null {
    const { action, process } = observation;
    if (action === "deny") return "denied";
    if (
      process.facts.exe?.trusted !== true ||
      checkPattern(process.exe) !== null ||
      process.exe.includes("*")
    ) {
      return "whose path cannot be believed: no rule can allow it by path";
    }
    if (observation.kind === "query") {
      return patternOf(observation.name) === null
        ? `query for "${observation.name}": no rule can list it`
        : null;
    }
    if (!observation.byPolicy && observation.outcome !== "allowed")
      return "refused by the kernel's own rules";
    if (observation.direction === "unattributed") return "traffic of no process";
    if (observation.direction !== "listen" && observation.address.value === 0n) {
      return "from no address (0.0.0.0 or ::): only a rule without an address allows it";
    }
    if (observation.protocol === "other") return "a protocol that no rule can name";
    return null;
  }

  #addQuery(query: ObservedQuery): void {
    this.#names.add(query, !this.#isAllowed(query, null));
    this.#memory.add(query);
  }

  #addFlow(flow: ObservedFlow): void {
    if (!flow.byPolicy) return; // an answer needs no rule
    this.#ephemeral.add(flow);
    const { direction } = flow;
    if (direction === "listen") this.#listen.add(flow);
    else if (direction === "egress" || direction === "ingress") {
      const name = direction === "egress" ? this.#nameOf(flow) : null;
      if (!this.#isAllowed(flow, name)) this.#purposes.add({ ...flow, direction }, name);
    }
  }

  /** Whether the existing profile allows it already; counts for the rule that does. */
  #isAllowed(seen: ObservedFlow | ObservedQuery, name: string | null): boolean {
    const { existing } = this.#options;
    if (existing === undefined) return false;
    const flow = { ...flowOf(seen), ...(name === null ? {} : { names: [name] }) };
    const { action, rule } = evaluate([{ ...existing, mode: "enforce" }], seen.process.facts, flow).enforced;
    if (action === "deny") return false;
    if (rule !== null && (seen.kind === "flow" || this.#isForAsking(rule.ruleId))) {
      this.#usage.set(rule.ruleId, plus(this.#usage.get(rule.ruleId), seen));
    }
    return true;
  }

  /** A rule that lets names be asked for and not reached; others are used by connections. */
  #isForAsking(id: string): boolean {
    const rule = this.#options.existing?.egress?.rules.find((one) => one.id === id);
    return rule?.destination.ports?.every(({ to, protocol }) => to === 0 && protocol === null) ?? false;
  }

  /** The name that the executable had asked for, else the one that the address had for the kernel. */
  #nameOf({ process, address, domain, first }: ObservedFlow): string | null {
    const asked = this.#memory.nameOf(process.exe, address, first);
    const name = asked?.name ?? domain;
    if (name === null || patternOf(name) === null) return null;
    if (domain === null && asked !== null) this.#graceSeconds = Math.max(this.#graceSeconds, asked.age);
    return name;
  }

  #headLines(): string[] {
    if (this.#seen === undefined) return ["nothing was seen"];
    const { count, first, last } = this.#seen;
    return [`from ${count} verdicts and queries, ${minuteText(first)} to ${minuteText(last)}`];
  }

  #unknownLines(): string[] {
    return [...this.#unknown].toSorted().map((key) => `records without "${key}", which the subject asks for`);
  }
}
