import { formatAddress, type Profile, type ReportOutcome, type VerdictDirection } from "@ringfence/model";
import { evaluate } from "../evaluate/evaluate.js";
import type { ProcessFacts } from "../evaluate/facts.js";
import { askedFacts } from "../explain/complete-process.js";
import { lineFlowOf } from "../flow-text/flow-facts.js";
import { formatFlowLine } from "../flow-text/format-flow-line.js";
import { plus } from "../learn/usage.js";
import { flowOf } from "../observed/flow-of.js";
import type { Observation, ObservedFlow, ObservedQuery, Seen } from "../observed/observation.js";

/** Verdicts that a draft decides otherwise than was recorded, of one executable about one thing. */
export interface ReplayGroup extends Seen {
  readonly change: "newly-denied" | "newly-allowed";
  readonly exe: string;
  readonly direction: VerdictDirection;
  /** where to, or from, in words */
  readonly what: string;
  /** what decides now; null when no profile's subject matches */
  readonly rule: string | null;
  /** what became of it */
  readonly was: ReportOutcome;
  readonly wasRule: string | null;
  /** one of them in full, as `ringfence explain --flow` takes it */
  readonly example: string;
  /** facts that the policy asks for and the record does not have: with them the verdict may be another */
  readonly unsure: readonly (keyof ProcessFacts)[];
}

export interface ReplayResult {
  /** most frequent first, newly denied before newly allowed */
  readonly groups: readonly ReplayGroup[];
  readonly totals: {
    readonly verdicts: number;
    readonly same: number;
    readonly newlyDenied: number;
    readonly newlyAllowed: number;
    /** verdicts that differ and found no group */
    readonly ungrouped: number;
    /** verdicts that no policy decides, such as replies and refused sockets */
    readonly notJudged: number;
  };
  /** verdicts that rest on a fact which the records do not have, by fact */
  readonly unknown: Readonly<Partial<Record<keyof ProcessFacts, number>>>;
}

const MOST_GROUPS = 10_000;

/** Asks a draft about what was recorded. Audited profiles and rules count as enforced: that is the question. */
export class Replay {
  readonly #profiles: readonly Profile[];
  readonly #asked = new Map<VerdictDirection, ReadonlySet<keyof ProcessFacts>>();
  readonly #groups = new Map<string, ReplayGroup>();
  readonly #unknown: Partial<Record<keyof ProcessFacts, number>> = {};
  readonly #totals = { verdicts: 0, same: 0, newlyDenied: 0, newlyAllowed: 0, ungrouped: 0, notJudged: 0 };

  constructor(profiles: readonly Profile[]) {
    this.#profiles = profiles;
  }

  add(observation: Observation): void {
    const totals = this.#totals;
    totals.verdicts += observation.count;
    if (observation.kind === "other" || (observation.kind === "flow" && !observation.byPolicy)) {
      totals.notJudged += observation.count;
      return;
    }
    const flow = flowOf(observation);
    const { facts } = observation.process;
    const { action, rule } = evaluate(this.#profiles, facts, flow).shadow;
    const unsure = this.#unsureOf(observation);
    if (action === observation.action) {
      totals.same += observation.count;
      return;
    }
    if (action === "deny") totals.newlyDenied += observation.count;
    else totals.newlyAllowed += observation.count;
    this.#group(observation, {
      change: action === "deny" ? "newly-denied" : "newly-allowed",
      exe: observation.process.exe,
      direction: flow.direction ?? "egress",
      what: whatOf(observation),
      rule: rule?.ruleId ?? null,
      was: observation.outcome,
      wasRule: observation.rule,
      unsure,
    });
  }

  finish(): ReplayResult {
    const groups = [...this.#groups.values()].toSorted(
      (a, b) =>
        Number(a.change === "newly-allowed") - Number(b.change === "newly-allowed") ||
        b.count - a.count ||
        (keyOf(a) < keyOf(b) ? -1 : 1),
    );
    return { groups, totals: this.#totals, unknown: this.#unknown };
  }

  /** What the policy asks for in this direction and the record cannot tell; counted whatever the verdict is. */
  #unsureOf({ process, count, ...seen }: ObservedFlow | ObservedQuery): readonly (keyof ProcessFacts)[] {
    const direction = seen.kind === "query" ? "query" : seen.direction;
    const asked = this.#asked.get(direction) ?? askedFacts(this.#profiles, direction);
    this.#asked.set(direction, asked);
    const unsure = [...asked].filter((fact) => process.unknown.has(fact));
    for (const fact of unsure) this.#unknown[fact] = (this.#unknown[fact] ?? 0) + count;
    return unsure;
  }

  #group(seen: ObservedFlow | ObservedQuery, group: Omit<ReplayGroup, keyof Seen | "example">): void {
    const key = keyOf(group);
    const known = this.#groups.get(key);
    const { count, first, last } = seen;
    if (known !== undefined) this.#groups.set(key, { ...known, ...plus(known, seen) });
    else if (this.#groups.size >= MOST_GROUPS) this.#totals.ungrouped += count;
    else this.#groups.set(key, { ...group, count, first, last, example: exampleOf(seen) });
  }
}

function keyOf(group: Omit<ReplayGroup, keyof Seen | "example">): string {
  const { change, exe, direction, what, rule, was } = group;
  return JSON.stringify([change, exe, direction, what, rule, was]);
}

function whatOf(seen: ObservedFlow | ObservedQuery): string {
  if (seen.kind === "query") return `query ${seen.name}`;
  const { direction, protocol, address, port, domain } = seen;
  const host = direction === "egress" ? (domain ?? formatAddress(address)) : formatAddress(address);
  const end = host.includes(":") ? `[${host}]` : host;
  switch (direction) {
    case "egress":
      return `${protocol} ${end}${port === null ? "" : `:${port}`}`;
    case "listen":
      return `${protocol} listen :${port ?? 0}`;
    default:
      return `${protocol} from ${host}${port === null ? "" : ` to :${port}`}`;
  }
}

/** Facts that nobody knows are left out, as `explain` makes them up and says so. */
function exampleOf(seen: ObservedFlow | ObservedQuery): string {
  const { facts, unknown } = seen.process;
  const known = Object.fromEntries(
    Object.entries(facts).filter(([fact]) => !unknown.has(fact as keyof ProcessFacts)),
  );
  const isOfProcess = seen.kind === "query" || seen.direction !== "unattributed";
  return formatFlowLine({ process: isOfProcess ? known : {}, ...lineFlowOf(flowOf(seen)) });
}
