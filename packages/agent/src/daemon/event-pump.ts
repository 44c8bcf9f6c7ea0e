import { layout, RingBufferReader, StructCodec } from "@ringfence/kernel";
import { dnsEvent } from "../events/dns-event.js";
import type { ActorKnowledge } from "../events/event-actor.js";
import type { EventHub } from "../events/event-hub.js";
import { verdictEvent } from "../events/verdict-event.js";
import { VerdictFold } from "../events/verdict-fold.js";
import { dnsLine } from "../names/dns-line.js";
import { DomainNames } from "../names/domain-names.js";
import { bootId } from "../observe/boot-clock.js";
import { CommandLines } from "../observe/command-lines.js";
import { Executables } from "../observe/executables.js";
import type { FlowNames } from "../observe/report-flows.js";
import type { Engine } from "./engine.js";

/** The kernel wakes us only when much is waiting: this is how late an event may be. */
const LOOK_EVERY_MS = 100;
/** Kinds of verdicts that are joined between two looks. */
const FOLD_ROOM = 16_384;

const { rf_event_kind } = layout;
const dnsCodec = new StructCodec(layout.rf_dns_event, "rf_dns_event");
const cgroupCodec = new StructCodec(layout.rf_cgroup_event, "rf_cgroup_event");
const processCodec = new StructCodec(layout.rf_process_event, "rf_process_event");
/** The hub has the host and the labels. */
const noContext = { host: "", labels: {}, ringfencePid: 0 };

export interface EventPumpOptions {
  readonly engine: Engine;
  readonly hub: EventHub;
  readonly knowledge: ActorKnowledge;
  readonly toIso: (bootNs: bigint) => string;
  /** A cgroup was made or removed. */
  readonly onCgroup: (event: layout.rf_cgroup_event) => void;
}

/** Brings what the kernel says to the hub. */
export class EventPump {
  readonly #options: EventPumpOptions;
  readonly #reader: RingBufferReader;
  readonly #fold: VerdictFold;
  readonly #commandLines = new CommandLines();
  readonly #names: Omit<FlowNames, "policies">;
  readonly #stop = new AbortController();
  readonly #done: Promise<void>;
  readonly #timer: NodeJS.Timeout;

  constructor(options: EventPumpOptions) {
    const { engine, toIso } = options;
    const { object } = engine.fence;
    this.#options = options;
    this.#names = {
      executables: new Executables(object.rawMap("executables")),
      domains: new DomainNames(object.rawMap("addresses"), object.rawMap("domains"), engine.network),
      commandLines: this.#commandLines,
      bootId: bootId(),
      toIso,
    };
    this.#fold = new VerdictFold(FOLD_ROOM, this.#onFolded);
    this.#reader = RingBufferReader.fromFd(object.mapFd("events"));
    this.#done = this.#reader.run({ signal: this.#stop.signal, onRecord: this.#onRecord });
    this.#timer = setInterval(() => this.look(), LOOK_EVERY_MS).unref();
  }

  /** Reads what waits, and hands out what was joined. */
  look(): void {
    this.#reader.drain(this.#onRecord);
    this.#fold.flush();
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    this.#stop.abort();
    await this.#done;
    this.look();
    this.#reader.close();
  }

  get #flowNames(): FlowNames {
    return { ...this.#names, policies: this.#options.engine.names };
  }

  readonly #onRecord = (view: DataView, offset: number): void => {
    const kind = view.getUint32(offset, true);
    if (kind === rf_event_kind.RF_EVENT_VERDICT) this.#fold.add(view, offset);
    else if (kind === rf_event_kind.RF_EVENT_PROCESS)
      this.#commandLines.add(processCodec.decode(view, offset));
    else if (kind === rf_event_kind.RF_EVENT_DNS) this.#onDns(dnsCodec.decode(view, offset));
    else if (kind === rf_event_kind.RF_EVENT_CGROUP) this.#options.onCgroup(cgroupCodec.decode(view, offset));
  };

  readonly #onFolded = (view: DataView, offset: number, count: number, lastNs: bigint): void => {
    const { hub, knowledge } = this.#options;
    hub.publish(verdictEvent(view, offset, { count, lastNs }, this.#flowNames, knowledge), bootMs(lastNs));
  };

  #onDns(event: layout.rf_dns_event): void {
    const { hub, knowledge } = this.#options;
    const line = dnsLine(event, this.#flowNames, noContext);
    hub.publish(dnsEvent(line, event.query.actor.cgroup, knowledge), bootMs(event.time_ns));
  }
}

function bootMs(ns: bigint): number {
  return Number(ns / 1000n) / 1000;
}
