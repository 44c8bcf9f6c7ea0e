import { layout, RingBufferReader } from "@ringfence/kernel";
import type { AttacksConfig } from "@ringfence/model";
import type { AttackState } from "@ringfence/rules";
import { AttackWatch } from "../attacks/attack-watch.js";
import { Responder } from "../attacks/responder.js";
import { ShutOut } from "../attacks/shut-out.js";
import type { EventSources } from "../events/connection-event.js";
import { dnsEvent } from "../events/dns-event.js";
import type { ActorKnowledge } from "../events/event-actor.js";
import type { EventHub } from "../events/event-hub.js";
import { PacketRepeats } from "../events/packet-repeats.js";
import { execEvent, executed, exitEvent, listenEvent } from "../events/process-event.js";
import { dnsLine } from "../names/dns-line.js";
import { DomainNames } from "../names/domain-names.js";
import { bootId, bootMs } from "../observe/boot-clock.js";
import { CommandLines } from "../observe/command-lines.js";
import { deniedPackets } from "../observe/denied-packets.js";
import { type EventHandlers, readEvent } from "../observe/event-reader.js";
import { Executables } from "../observe/executables.js";
import { readFence } from "../observe/flows.js";
import { ProcessRecords } from "../observe/process-records.js";
import type { FlowNames } from "../observe/report-flows.js";
import type { Engine } from "./engine.js";
import { FoldedEvents } from "./folded-events.js";

/** The kernel wakes us only when much is waiting: this is how late an event may be. */
const LOOK_EVERY_MS = 100;
/** How often repeats are looked for that the kernel only counts. */
const REPEATS_EVERY_MS = 5_000;

/** The hub has the host and the labels. */
const noContext = { host: "", labels: {}, ringfencePid: 0 };

export interface EventPumpOptions {
  readonly attacks: AttacksConfig;
  /** Whether repeats of a verdict become one event. */
  readonly fold: boolean;
  readonly engine: Engine;
  readonly hub: EventHub;
  readonly workloadOf: ActorKnowledge["workloadOf"];
  readonly toIso: (bootNs: bigint) => string;
  /** What waited was read: so many records are not told yet. */
  readonly onLooked: (waiting: number) => void;
  /** A cgroup was made or removed. */
  readonly onCgroup: (event: layout.rf_cgroup_event) => void;
}

/** Brings what the kernel says to the hub. */
export class EventPump {
  readonly #options: EventPumpOptions;
  readonly #reader: RingBufferReader;
  readonly #folded: FoldedEvents;
  readonly #commandLines = new CommandLines();
  readonly #names: FlowNames;
  readonly #sources: EventSources;
  readonly #records: ProcessRecords;
  readonly #attacks: AttackWatch;
  readonly shutOut: ShutOut;
  readonly responder: Responder;
  readonly #stop = new AbortController();
  readonly #done: Promise<void>;
  readonly #timer: NodeJS.Timeout;
  readonly #repeats: PacketRepeats;
  readonly #repeatsTimer: NodeJS.Timeout;

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
      get policies() {
        return engine.names;
      },
    };
    this.#records = new ProcessRecords(object.rawMap("processes"));
    this.#sources = {
      names: this.#names,
      records: this.#records,
      // the kernel's records tell the ancestors that nobody else knows
      knowledge: {
        ancestorsOf: (process) => this.#records.ancestorsOf(process, this.#names),
        workloadOf: options.workloadOf,
      },
    };
    this.shutOut = new ShutOut({
      processes: object.rawMap("processes"),
      quarantined: object.rawMap("quarantined"),
      banned: object.rawMap("banned"),
      shut_out: object.rawMap("shut_out"),
    });
    this.responder = new Responder(options.attacks, this.shutOut);
    this.#attacks = new AttackWatch({
      config: options.attacks,
      handshakes: object.rawMap("handshakes"),
      sources: this.#sources,
      responder: this.responder,
      publish: (draft, atMs) => options.hub.publish(draft, atMs),
    });
    this.#folded = new FoldedEvents({
      fold: options.fold,
      hub: options.hub,
      attacks: this.#attacks,
      sources: this.#sources,
    });
    this.#repeats = new PacketRepeats(this.#rows(), (verdict, count, lastNs) =>
      this.#folded.tellVerdict(verdict, { count, lastNs }, true),
    );
    this.#reader = RingBufferReader.fromFd(object.mapFd("events"));
    this.#done = this.#reader.run({ signal: this.#stop.signal, onRecord: this.#onRecord });
    this.#timer = setInterval(() => this.look(), LOOK_EVERY_MS).unref();
    this.#repeatsTimer = setInterval(() => this.#repeats.look(this.#rows()), REPEATS_EVERY_MS).unref();
  }

  /** Reads what waits, and tells what is new. */
  look(): void {
    this.#reader.drain(this.#onRecord);
    this.#folded.look();
    this.#options.onLooked(this.#folded.waiting);
  }

  /** Tells all that waits: repeats, too. */
  flush(): void {
    this.#reader.drain(this.#onRecord);
    this.#folded.flush();
    this.#options.onLooked(this.#folded.waiting);
  }

  /** Looks at the counters that detectors of attacks read. */
  lookForAttacks(bootMs: number): void {
    this.#attacks.look(bootMs);
  }

  /** What the detectors say of themselves. */
  get attacks(): AttackState {
    return this.#attacks.state;
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    clearInterval(this.#repeatsTimer);
    this.#stop.abort();
    await this.#done;
    this.flush();
    this.#repeats.look(this.#rows());
    this.#reader.close();
  }

  #rows(): Iterable<layout.rf_flow> {
    const { object } = this.#options.engine.fence;
    return deniedPackets(object.rawMap("flows"), readFence(object.rawMap("fence")).next_flow);
  }

  /** Joined before they are decoded: nothing else comes as often. */
  readonly #onRecord = (view: DataView, offset: number): void => {
    const kind = view.getUint32(offset, true);
    if (kind === layout.rf_event_kind.RF_EVENT_VERDICT) this.#folded.verdict(view, offset);
    else if (kind === layout.rf_event_kind.RF_EVENT_CONNECTION) this.#folded.connection(view, offset);
    else readEvent(view, offset, this.#handlers);
  };

  readonly #handlers: EventHandlers = {
    onProcess: (event) => this.#commandLines.add(event),
    onDns: (event) => this.#onDns(event),
    onCgroup: (event) => this.#options.onCgroup(event),
    onExec: (event) => this.#onExec(event),
    onExit: (event) => this.#onExit(event),
    onListen: (event) => this.#onListen(event),
    onStray: (event) => this.#attacks.stray(event, bootMs(event.time_ns)),
    onNeighbour: (event) => this.#attacks.neighbour(event, bootMs(event.time_ns)),
    onFlow: ({ flow }) => this.#repeats.retired(flow),
  };

  #onExec(event: layout.rf_exec_event): void {
    const process = executed(event, this.#names);
    const atMs = bootMs(event.time_ns);
    this.#records.add(event.exec_ns, process);
    this.#commandLines.add(event);
    this.#options.hub.publish(execEvent(process, event.cgroup, this.#sources), atMs);
    this.#attacks.exec(process, event, atMs);
  }

  #onExit(event: layout.rf_exit_event): void {
    this.#options.hub.publish(exitEvent(event, this.#sources), bootMs(event.time_ns));
  }

  #onListen(event: layout.rf_listen_event): void {
    const draft = listenEvent(event, this.#sources);
    const atMs = bootMs(event.time_ns);
    this.#options.hub.publish(draft, atMs);
    this.#attacks.listening(draft.process, event.port, atMs);
  }

  #onDns(event: layout.rf_dns_event): void {
    const { hub } = this.#options;
    const line = dnsLine(event, this.#names, noContext);
    const draft = dnsEvent(line, event.query.actor.cgroup, this.#sources.knowledge);
    const atMs = bootMs(event.time_ns);
    if (draft.type === "dns") this.#attacks.query(draft, atMs);
    hub.publish(draft, atMs);
  }
}
