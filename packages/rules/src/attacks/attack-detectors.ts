import type { AttacksConfig } from "@ringfence/model";
import type { Alert, Detector, DetectorName } from "./core/alert.js";
import { AlertGate } from "./core/alert-gate.js";
import type { Observation } from "./core/observation.js";
import { ArpSpoofingDetector } from "./detectors/arp-spoofing.js";
import { BeaconingDetector } from "./detectors/beaconing.js";
import { DnsSpoofingDetector } from "./detectors/dns-spoofing.js";
import { DnsTunnelDetector } from "./detectors/dns-tunnel.js";
import { MetadataDetector } from "./detectors/metadata.js";
import { PortScanInDetector } from "./detectors/port-scan-in.js";
import { PortScanOutDetector } from "./detectors/port-scan-out.js";
import { ShellDetector } from "./detectors/shell.js";
import { SynFloodDetector } from "./detectors/syn-flood.js";

/** What a status says of the detectors. */
export interface AttackState {
  readonly alerts: number;
  readonly suppressed: number;
  /** what each gave up for want of room */
  readonly forgotten: Readonly<Partial<Record<DetectorName, number>>>;
}

/** All detectors that the configuration asks for. Time comes with the observations. */
export class AttackDetectors {
  readonly #detectors: readonly Detector[];
  readonly #ignored: ReadonlyMap<DetectorName, ReadonlySet<string>>;
  readonly #gate: AlertGate;
  #alerts = 0;

  constructor(config: AttacksConfig) {
    const all: readonly Detector[] = [
      new MetadataDetector(config.metadata),
      new PortScanOutDetector(config.portScanOut),
      new PortScanInDetector(config.portScanIn),
      new SynFloodDetector("synFloodIn", config.synFloodIn),
      new SynFloodDetector("synFloodOut", config.synFloodOut),
      new ShellDetector(config.shell),
      new BeaconingDetector(config.beaconing),
      new DnsTunnelDetector(config.dnsTunnel),
      new DnsSpoofingDetector(config.dnsSpoofing),
      new ArpSpoofingDetector(config.arpSpoofing),
    ];
    this.#detectors = all.filter(({ name }) => config[name].enabled);
    this.#ignored = new Map(all.map(({ name }) => [name, new Set(config[name].ignore)]));
    this.#gate = new AlertGate(config.repeatSeconds * 1000);
  }

  get state(): AttackState {
    const forgotten = this.#detectors.filter((detector) => detector.forgotten > 0);
    return {
      alerts: this.#alerts,
      suppressed: this.#gate.suppressed,
      forgotten: Object.fromEntries(forgotten.map((detector) => [detector.name, detector.forgotten])),
    };
  }

  /** The alerts that this raises, those that repeat left out. */
  observe(observation: Observation): Alert[] {
    const alerts: Alert[] = [];
    for (const detector of this.#detectors) {
      for (const finding of detector.observe(observation)) {
        if (finding.actor !== null && this.#ignored.get(detector.name)?.has(finding.actor.exe)) continue;
        const alert = this.#gate.pass(detector.name, finding, observation.atMs);
        if (alert !== null) alerts.push(alert);
      }
    }
    this.#alerts += alerts.length;
    return alerts;
  }
}
