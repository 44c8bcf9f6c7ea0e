import { type AgentEvent, EVENT_SCHEMA, type EventFilter, eventMatcher } from "@ringfence/model";
import type { EventDraft } from "./event-draft.js";
import { type Deliver, Subscription } from "./subscription.js";

/** The clocks of an agent. */
export interface EventClock {
  readonly bootId: string;
  /** Now, in milliseconds of the boot clock. */
  bootMs(): number;
  /** That time of the boot clock as RFC 3339 in UTC, by what the wall clock says now. */
  toIso(bootMs: number): string;
}

export interface HubOptions {
  readonly host: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly clock: EventClock;
}

export interface SubscribeOptions {
  /** for status and loss events */
  readonly name: string;
  readonly filter?: EventFilter;
  /** Whether it wants repeats as they come, rather than joined for seconds. No unless given. */
  readonly isWatching?: boolean;
  /** Events that may wait for the subscriber. 32,768 unless given: more than what one flush of everything folded can be. */
  readonly capacity?: number;
  /** Called when the subscription ended because `deliver` failed. */
  readonly onEnd?: (error: unknown) => void;
}

/** What became of a subscriber's events. */
export interface SubscriberState {
  readonly name: string;
  readonly delivered: number;
  readonly lost: number;
}

const USUAL_CAPACITY = 32_768;

/** The one stream of an agent's events: sources publish, sinks and clients subscribe. Never waits for either. */
export class EventHub {
  readonly #options: HubOptions;
  readonly #subscriptions = new Set<Subscription>();
  readonly #watching = new Set<Subscription>();
  #sequence = 0;

  constructor(options: HubOptions) {
    this.#options = options;
  }

  /** Events so far; the next one's sequence. */
  get published(): number {
    return this.#sequence;
  }

  get subscribers(): readonly SubscriberState[] {
    return [...this.#subscriptions].map(({ name, delivered, lost }) => ({ name, delivered, lost }));
  }

  /** Whether somebody wants repeats as they come. */
  get isWatched(): boolean {
    return this.#watching.size > 0;
  }

  /**
   * Stamps an event and queues it for every subscriber that wants it.
   * @param bootMs when it happened, in milliseconds of the boot clock
   */
  publish(draft: EventDraft, bootMs: number = this.#options.clock.bootMs()): void {
    const { host, labels, clock } = this.#options;
    const stamp = {
      schema: EVENT_SCHEMA,
      sequence: this.#sequence++,
      time: clock.toIso(bootMs),
      bootId: clock.bootId,
      bootMs,
      host,
      labels,
    } as const;
    const event = Object.assign(draft, stamp) as AgentEvent;
    for (const subscription of this.#subscriptions) subscription.offer(event);
  }

  /** Delivers from now on. End it with `unsubscribe`. */
  subscribe(options: SubscribeOptions, deliver: Deliver): Subscription {
    const { name, filter = {}, isWatching = false, capacity = USUAL_CAPACITY } = options;
    const subscription = new Subscription({
      name,
      capacity,
      matches: eventMatcher(filter),
      deliver,
      onEnd: (error) => {
        this.#forget(subscription);
        options.onEnd?.(error);
      },
    });
    this.#subscriptions.add(subscription);
    if (isWatching) this.#watching.add(subscription);
    return subscription;
  }

  unsubscribe(subscription: Subscription): void {
    this.#forget(subscription);
    subscription.end();
  }

  /** Resolves when what was published has reached every subscriber. */
  async drained(): Promise<void> {
    await Promise.all([...this.#subscriptions].map((subscription) => subscription.drained()));
  }

  #forget(subscription: Subscription): void {
    this.#subscriptions.delete(subscription);
    this.#watching.delete(subscription);
  }
}
