import type { AttacksConfig } from "@ringfence/model";
import { attacksConfigSchema } from "@ringfence/model/schemas";
import { AttackDetectors } from "../attack-detectors.js";
import type { Alert } from "../core/alert.js";
import type { Actor, Ending, Observation, Opening } from "../core/observation.js";

/** Detectors with the defaults but for what is given. */
export function detectors(changes: object = {}): AttackDetectors {
  return new AttackDetectors(config(changes));
}

export function config(changes: object = {}): AttacksConfig {
  return attacksConfigSchema.parse(changes);
}

/** What a sequence raises. */
export function alertsOf(observations: Iterable<Observation>, changes: object = {}): Alert[] {
  const all = detectors(changes);
  return [...observations].flatMap((observation) => all.observe(observation));
}

export function actor(changes: Partial<Actor> = {}): Actor {
  return {
    execId: "b-100-1",
    pid: 100,
    ppid: 1,
    exe: "/usr/bin/program",
    exeFlags: ["trusted"],
    comm: "program",
    parentComm: "sh",
    uid: 1000,
    gid: 1000,
    commandLine: null,
    ancestors: ["/bin/sh"],
    cgroupId: "1",
    ...changes,
  };
}

export function opening(atMs: number, changes: Partial<Opening> = {}): Opening {
  return {
    kind: "opening",
    atMs,
    actor: actor(),
    address: "192.0.2.1",
    port: 443,
    protocol: "tcp",
    name: null,
    denied: false,
    raw: false,
    ...changes,
  };
}

/** A connection that nobody answered. */
export function failure(atMs: number, address: string, port: number, changes: Partial<Ending> = {}): Ending {
  return {
    kind: "ending",
    atMs,
    actor: actor(),
    direction: "egress",
    address,
    port,
    established: false,
    ...changes,
  };
}

/** That many, made from their number. */
export function times<T>(count: number, make: (index: number) => T): T[] {
  return Array.from({ length: count }, (_, index) => make(index));
}
