import type { AgentConfig, AgentEvent } from "@ringfence/model";
import type { EventHub } from "./event-hub.js";
import { historyFolder } from "./history/history-files.js";
import { HistoryStore } from "./history/history-store.js";
import { joinedTypes } from "./joined-types.js";
import { RepeatFold } from "./repeat-fold.js";
import { DiskSink } from "./sinks/disk-sink.js";
import { EventFile } from "./sinks/event-file.js";
import type { LineStore } from "./sinks/line-store.js";
import { streamSink } from "./sinks/stream-sink.js";
import { SyslogSink } from "./sinks/syslog-sink.js";
import type { Deliver } from "./subscription.js";

const MEGABYTE = 1 << 20;

/** Where an agent's events go, beside those who ask for them. */
export class AgentSinks {
  readonly #hub: EventHub;
  readonly #say: (text: string) => void;
  readonly #isFolding: boolean;
  readonly #disks: DiskSink[] = [];
  readonly #folds: RepeatFold[] = [];
  readonly #lost = new Map<string, number>();
  #syslog: SyslogSink | null = null;

  /** @param say gets one line for people where a sink stops, and where it goes on */
  constructor(hub: EventHub, spec: AgentConfig["spec"], say: (text: string) => void) {
    this.#hub = hub;
    this.#say = say;
    this.#isFolding = spec.events.fold;
    const { history, events, state } = spec;
    const now = () => Date.now();
    const room = history.maxMegabytes * MEGABYTE;
    const folder = historyFolder(state);
    this.#addDisk("history", new HistoryStore({ folder, days: history.days, maxBytes: room, now }));
    if (events.file !== undefined) {
      const { path, maxMegabytes, maxDays } = events.file;
      this.#addDisk(
        `file "${path}"`,
        new EventFile({ path, maxBytes: maxMegabytes * MEGABYTE, maxDays, now }),
      );
    }
    if (events.stdout) this.#add("stdout", streamSink(process.stdout));
    if (events.syslog) this.#addSyslog();
  }

  /** Events that are missing, by where they are. */
  get losses(): Readonly<Record<string, number>> {
    return Object.fromEntries([...this.#lost].filter(([, count]) => count > 0));
  }

  /** Repeats that are not in the history yet. */
  get waiting(): number {
    return this.#folds[0]?.waiting ?? 0;
  }

  /** Writes what was joined so far, and ends. */
  async close(): Promise<void> {
    await this.flush();
    for (const disk of this.#disks) disk.close();
    this.#syslog?.close();
  }

  /** Writes repeats that were joined since the last time; the first of its kind is written at once. */
  async flush(): Promise<void> {
    for (const fold of this.#folds) await fold.flush();
  }

  #addDisk(what: string, store: LineStore): void {
    const onTrouble = (text: string) => this.#say(text);
    const disk = new DiskSink({ what, store, now: () => performance.now(), onTrouble });
    this.#disks.push(disk);
    this.#add(what, (events) => this.#counted(what, events, () => disk.lost, disk.deliver.bind(disk)));
  }

  #addSyslog(): void {
    const syslog = new SyslogSink();
    this.#syslog = syslog;
    this.#add("syslog", (events) => this.#counted("syslog", events, () => syslog.lost, syslog.deliver));
  }

  /** Tells the others what a sink could not write. */
  async #counted(
    what: string,
    events: readonly AgentEvent[],
    lost: () => number,
    deliver: Deliver,
  ): Promise<void> {
    const before = lost();
    await deliver(events, 0);
    // An event about a loss that is lost in turn would be told for ever.
    const others = events.filter((event) => !(event.type === "loss" && event.place === what)).length;
    if (lost() > before && others > 0) this.#tell(what, lost() - before);
  }

  #add(what: string, deliver: Deliver): void {
    const isJoined = ({ type }: AgentEvent) => !this.#hub.isWatched && joinedTypes.includes(type);
    const fold = this.#isFolding ? new RepeatFold((events) => deliver(events, 0), isJoined) : null;
    if (fold !== null) this.#folds.push(fold);
    const onEnd = (error: unknown) => this.#say(`${what} gets no more events: ${String(error)}`);
    this.#hub.subscribe({ name: what, onEnd }, async (events, lost) => {
      if (lost > 0) this.#tell(what, lost);
      await (fold === null ? deliver(events, 0) : fold.add(events));
    });
  }

  #tell(place: string, lost: number): void {
    this.#lost.set(place, (this.#lost.get(place) ?? 0) + lost);
    this.#hub.publish({
      type: "loss",
      level: "warning",
      msg: `${lost} events are missing in ${place}`,
      place,
      lost,
    });
  }
}
