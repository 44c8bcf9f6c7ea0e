import type { AgentEvent } from "@ringfence/model";

/**
 * Takes a group of events in their order. `lost` is how many the subscriber has missed before them. While a promise that
 * it returns is pending, further events wait; what it throws ends the subscription.
 */
export type Deliver = (events: readonly AgentEvent[], lost: number) => void | Promise<void>;

export interface SubscriberOptions {
  /** for status and loss events */
  readonly name: string;
  /** events that may wait; what comes beyond is lost, and counted */
  readonly capacity: number;
  readonly matches: (event: AgentEvent) => boolean;
  readonly deliver: Deliver;
  readonly onEnd: (error: unknown) => void;
}

/** The queue before one subscriber: bounded, so that a slow one costs its own events and nobody's time. */
export class Subscription {
  readonly name: string;
  readonly #options: SubscriberOptions;
  #waiting: AgentEvent[] = [];
  #lost = 0;
  #untold = 0;
  #delivered = 0;
  #running: Promise<void> | null = null;
  #ended = false;

  constructor(options: SubscriberOptions) {
    this.#options = options;
    this.name = options.name;
  }

  /** Events that found no room, since the beginning. */
  get lost(): number {
    return this.#lost;
  }

  get delivered(): number {
    return this.#delivered;
  }

  offer(event: AgentEvent): void {
    if (this.#ended || !this.#options.matches(event)) return;
    if (this.#waiting.length >= this.#options.capacity) {
      this.#lost += 1;
      this.#untold += 1;
      return;
    }
    this.#waiting.push(event);
    this.#running ??= this.#run();
  }

  /** Resolves when everything that was offered has been delivered. */
  async drained(): Promise<void> {
    while (this.#running !== null) await this.#running;
  }

  end(): void {
    this.#ended = true;
    this.#waiting = [];
  }

  /** Runs apart from the publisher, which must not wait for what a subscriber does. */
  async #run(): Promise<void> {
    await new Promise<void>((resolve) => setImmediate(resolve));
    try {
      while (this.#waiting.length > 0 || this.#untold > 0) {
        const events = this.#waiting;
        const lost = this.#untold;
        this.#waiting = [];
        this.#untold = 0;
        await this.#options.deliver(events, lost);
        this.#delivered += events.length;
      }
    } catch (error) {
      this.end();
      this.#options.onEnd(error);
    } finally {
      this.#running = null;
    }
  }
}
