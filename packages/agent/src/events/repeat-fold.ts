import type { AgentEvent } from "@ringfence/model";

type Fields = Readonly<Record<string, unknown>>;

/** Fields that differ from one repeat to the next. */
const passing: ReadonlySet<string> = new Set([
  "sequence",
  "time",
  "bootMs",
  "msg",
  "process",
  "count",
  "firstSeen",
  "lastSeen",
  "sentBytes",
  "receivedBytes",
  "retransmits",
  "durationMs",
  "rttUs",
  "latencyMs",
  "sent",
  "localPort",
]);
/** Of those, what adds up. */
const sums = ["count", "sentBytes", "receivedBytes", "retransmits", "durationMs"] as const;

/** Kinds that are kept until the next flush; more of them flush at once. */
const MOST_KINDS = 10_000;

/**
 * Joins repeats on their way to where events are kept: the first of its kind passes at once, and those that follow until `flush`
 * become one event with their count. Two events are of one kind when they differ in process, time, sizes and durations only.
 */
export class RepeatFold {
  readonly #pass: (events: readonly AgentEvent[]) => void | Promise<void>;
  readonly #isJoined: (event: AgentEvent) => boolean;
  readonly #kinds = new Map<string, Record<string, unknown> | null>();

  #waiting = 0;

  /** @param isJoined whether an event stands for all its repeats already, so that it passes as it is */
  constructor(
    pass: (events: readonly AgentEvent[]) => void | Promise<void>,
    isJoined: (event: AgentEvent) => boolean,
  ) {
    this.#pass = pass;
    this.#isJoined = isJoined;
  }

  /** Repeats that were joined and not passed yet. */
  get waiting(): number {
    return this.#waiting;
  }

  async add(events: readonly AgentEvent[]): Promise<void> {
    const fresh: AgentEvent[] = [];
    for (const event of events) {
      if (!("count" in event) || this.#isJoined(event) || this.#isFirst(event)) fresh.push(event);
    }
    if (fresh.length > 0) await this.#pass(fresh);
    if (this.#kinds.size > MOST_KINDS) await this.flush();
  }

  /** Passes what was joined, in the order of its first events. */
  async flush(): Promise<void> {
    const joined = [...this.#kinds.values()].filter((event) => event !== null);
    this.#kinds.clear();
    this.#waiting = 0;
    if (joined.length === 0) return;
    const inOrder = joined.toSorted((a, b) => Number(a["sequence"]) - Number(b["sequence"]));
    await this.#pass(inOrder as unknown as AgentEvent[]);
  }

  #isFirst(event: AgentEvent): boolean {
    const key = kindOf(event as unknown as Fields);
    const known = this.#kinds.get(key);
    if (known === undefined) {
      this.#kinds.set(key, null);
      return true;
    }
    this.#waiting += "count" in event ? event.count : 0;
    if (known === null) this.#kinds.set(key, { ...event });
    else addTo(known, event as unknown as Fields);
    return false;
  }
}

function kindOf(event: Fields): string {
  const lasting = Object.entries(event).filter(([name]) => !passing.has(name));
  const actor = event["process"] as Fields | null;
  return JSON.stringify([lasting, actor && [actor["exe"], actor["exeFlags"], actor["uid"]]]);
}

function addTo(sum: Record<string, unknown>, event: Fields): void {
  for (const name of sums) {
    if (typeof sum[name] === "number") sum[name] += Number(event[name]);
  }
  if (String(event["lastSeen"]) > String(sum["lastSeen"])) sum["lastSeen"] = event["lastSeen"];
}
