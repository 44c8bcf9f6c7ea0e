import type { AttacksConfig } from "@ringfence/model";
import { type Detector, type Finding, nothing } from "../core/alert.js";
import type { Handshakes, Observation } from "../core/observation.js";
import { RecentMap } from "../core/recent.js";

const COUNTERS = 8192;

interface Reading {
  readonly atMs: number;
  readonly begun: number;
  readonly done: number;
}

/** Many handshakes are begun, at one listener or by one process with one port, and few are finished. */
export class SynFloodDetector implements Detector {
  readonly name: "synFloodIn" | "synFloodOut";
  readonly #config: AttacksConfig["synFloodIn"];
  /** the readings of each counter that the window needs, the oldest first */
  readonly #readings = new RecentMap<Reading[]>(COUNTERS);

  constructor(name: "synFloodIn" | "synFloodOut", config: AttacksConfig["synFloodIn"]) {
    this.name = name;
    this.#config = config;
  }

  get forgotten(): number {
    return this.#readings.forgotten;
  }

  observe(observation: Observation): readonly Finding[] {
    const wanted = this.name === "synFloodIn" ? "ingress" : "egress";
    if (observation.kind !== "handshakes" || observation.direction !== wanted) return nothing;
    const { windowSeconds, handshakes, finished } = this.#config;
    const { actor, port, atMs, begun, done, earlier } = observation;
    const key = `${actor.execId}\0${port}`;
    const readings = this.#readings.getOrMake(key, () => [
      earlier ? { atMs, begun, done } : { atMs, begun: 0, done: 0 },
    ]);
    readings.push({ atMs, begun, done });
    while (readings.length > 2 && (readings[1]?.atMs ?? atMs) <= atMs - windowSeconds * 1000)
      readings.shift();
    const first = readings[0] ?? { atMs, begun, done };
    const [more, ended] = [begun - first.begun, done - first.done];
    if (more < handshakes || ended > more * finished) return nothing;
    return [
      finding(key, observation, { begun: more, finished: ended, windowSeconds, threshold: handshakes }),
    ];
  }
}

function finding(
  key: string,
  { actor, port, address, direction }: Handshakes,
  evidence: Finding["evidence"],
): Finding {
  const text =
    direction === "ingress"
      ? `Many handshakes with ${actor.exe} at port ${port} are begun and few finished; sources may be forged`
      : `${actor.exe} begins many handshakes at port ${port} and few are finished; a dead server looks alike`;
  return {
    key,
    severity: direction === "ingress" ? "medium" : "high",
    text,
    actor,
    address: direction === "egress" ? address : null,
    port,
    evidence: { ...evidence, lastAddress: address },
  };
}
