import { layout, type RawMap, StructCodec } from "@ringfence/kernel";
import { type AttacksConfig, type EventProcess, formatAddress } from "@ringfence/model";
import { type Alert, AttackDetectors, type AttackState, type Observation } from "@ringfence/rules";
import type { EventSources } from "../events/connection-event.js";
import type { EventDraft } from "../events/event-draft.js";
import { addressOf, protocolOf } from "../observe/decode.js";
import { alertEvent } from "./alert-event.js";
import { Gateways } from "./gateways.js";
import type { Responder } from "./responder.js";

type DnsDraft = Extract<EventDraft, { type: "dns" }>;

const keyCodec = new StructCodec(layout.rf_handshake_key, "rf_handshake_key");
const handshakesCodec = new StructCodec(layout.rf_handshakes, "rf_handshakes");
/** As in bpf/include/abi_watch.h: added to a port of others. */
const RF_HANDSHAKE_OUT = 0x10000;
/** Shorter names carry too little for a tunnel, and the list of domains takes 12 MB. */
const LONG_NAME = 30;

export interface AttackWatchOptions {
  readonly config: AttacksConfig;
  readonly handshakes: RawMap;
  readonly sources: EventSources;
  readonly responder: Responder;
  readonly publish: (draft: EventDraft, bootMs: number) => void;
}

/** Shows the detectors what the kernel told, answers their alerts, and publishes them. Times are of the boot clock. */
export class AttackWatch {
  readonly #options: AttackWatchOptions;
  readonly #detectors: AttackDetectors;
  #apexOf: ((name: string) => string) | null = null;
  /** queries that came while the list of domains was being loaded, for some milliseconds */
  readonly #waiting: [DnsDraft, number][] = [];
  #seenNs = 0n;
  readonly #gateways = new Gateways();

  constructor(options: AttackWatchOptions) {
    this.#options = options;
    this.#detectors = new AttackDetectors(options.config);
  }

  get state(): AttackState {
    return this.#detectors.state;
  }

  exec(actor: EventProcess, { net_ns, stream, parent_stream }: layout.rf_exec_event, atMs: number): void {
    this.#gateways.see(net_ns, actor.pid);
    this.observe({
      kind: "exec",
      atMs,
      actor,
      streams: stream.map(endOf),
      parentStream: endOf(parent_stream),
    });
  }

  listening(actor: EventProcess | null, port: number, atMs: number): void {
    if (actor !== null) this.observe({ kind: "listening", atMs, actor, port });
  }

  stray(event: layout.rf_stray_event, atMs: number): void {
    this.observe({
      kind: "stray",
      atMs,
      network: event.net_ns,
      source: formatAddress(addressOf(event.source)),
      sourcePort: event.source_port,
      port: event.port,
      protocol: protocolOf(event.protocol, "policy"),
    });
  }

  neighbour(event: layout.rf_neighbour_event, atMs: number): void {
    const mac = macText(event.now);
    const before = macText(event.before);
    this.observe({
      kind: "neighbour",
      atMs,
      network: `${event.net_ns}/${event.ifindex}`,
      address: formatAddress(addressOf(event.address)),
      before: before === NO_MAC ? null : before,
      mac,
      unasked: event.unasked !== 0,
      gateway: this.#gateways.of(event.net_ns, atMs),
    });
  }

  query(draft: DnsDraft, atMs: number): void {
    if (draft.process === null || draft.name.length < LONG_NAME) return;
    if (this.#apexOf !== null) this.#ask(draft, atMs, this.#apexOf);
    else if (this.#waiting.push([draft, atMs]) === 1) void this.#loadDomains();
  }

  #ask({ process, name, recordType }: DnsDraft, atMs: number, apexOf: (name: string) => string): void {
    if (process === null) return;
    this.observe({ kind: "query", atMs, actor: process, name, apex: apexOf(name), recordType });
  }

  async #loadDomains(): Promise<void> {
    const { apexOf } = await import("../names/apex-of.js");
    this.#apexOf = apexOf;
    for (const [draft, atMs] of this.#waiting.splice(0)) this.#ask(draft, atMs, apexOf);
  }

  /** Looks at the counters that are not told: of handshakes. */
  look(atMs: number): void {
    const { handshakes, sources } = this.#options;
    const { names, records } = sources;
    let newest = this.#seenNs;
    for (const { count, keys, values } of handshakes.batches()) {
      for (let index = 0; index < count; index++) {
        const counted = handshakesCodec.fromBytes(values.subarray(index * handshakesCodec.size));
        if (counted.last_ns <= this.#seenNs) continue;
        if (counted.last_ns > newest) newest = counted.last_ns;
        const { tgid, port } = keyCodec.fromBytes(keys.subarray(index * keyCodec.size));
        const actor = records.find(tgid, counted.exec_ns, names);
        if (actor === null) continue;
        this.observe({
          kind: "handshakes",
          atMs,
          actor,
          direction: port >= RF_HANDSHAKE_OUT ? "egress" : "ingress",
          port: port & 0xffff,
          begun: Number(counted.begun),
          done: Number(counted.done),
          earlier: this.#seenNs === 0n,
          address: formatAddress(addressOf(counted.address)),
        });
      }
    }
    this.#seenNs = newest === 0n ? 1n : newest;
  }

  observe(observation: Observation): void {
    for (const alert of this.#detectors.observe(observation)) this.#raise(alert);
  }

  #raise(alert: Alert): void {
    const { sources, responder, publish, config } = this.#options;
    const { names, knowledge } = sources;
    const workload = alert.actor === null ? null : knowledge.workloadOf(BigInt(alert.actor.cgroupId));
    const response = responder.respond(alert, config[alert.detector].response);
    const time = names.toIso(BigInt(Math.round(alert.atMs * 1e6)));
    publish(alertEvent(alert, { workload, response, time }), alert.atMs);
  }
}

const NO_MAC = "00:00:00:00:00:00";

function macText(bytes: Uint8Array): string {
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join(":");
}

function endOf({ family, address, port }: layout.rf_stream) {
  return family === 0 ? null : { address: formatAddress(addressOf(address)), port };
}
