import type { AttacksConfig } from "@ringfence/model";
import { type Detector, type Finding, nothing } from "../core/alert.js";
import type { Exec, Observation, StreamEnd } from "../core/observation.js";
import { RecentMap } from "../core/recent.js";

const LISTENERS = 4096;

/** A shell whose standard streams are a network connection: somebody elsewhere types. */
export class ShellDetector implements Detector {
  readonly name = "shell";
  readonly #shells: ReadonlySet<string>;
  /** ports by the process that listens there */
  readonly #ports = new RecentMap<number>(LISTENERS);

  constructor({ shells }: AttacksConfig["shell"]) {
    this.#shells = new Set(shells);
  }

  get forgotten(): number {
    return this.#ports.forgotten;
  }

  observe(observation: Observation): readonly Finding[] {
    if (observation.kind === "listening") this.#ports.set(String(observation.actor.pid), observation.port);
    return observation.kind === "exec" ? this.#judge(observation) : nothing;
  }

  #judge(exec: Exec): readonly Finding[] {
    const { actor, streams, parentStream } = exec;
    if (!this.#shells.has(actor.exe.slice(actor.exe.lastIndexOf("/") + 1))) return nothing;
    const [input, output, error] = streams;
    const own = input ?? null;
    const answered = (output ?? error ?? null) !== null;
    const end = own !== null && answered ? own : own === null ? parentStream : null;
    if (end === null) return nothing;
    const port = this.#ports.get(String(actor.pid)) ?? this.#ports.get(String(actor.ppid));
    return [describe(exec, end, own !== null, port)];
  }
}

function describe(
  { actor }: Exec,
  end: NonNullable<StreamEnd>,
  direct: boolean,
  port: number | undefined,
): Finding {
  const where = direct
    ? "has a network connection as its standard input and output"
    : "runs below a process whose standard input is one";
  const kind = port === undefined ? "reverse shell" : "listening shell";
  return {
    key: `${actor.execId}`,
    severity: direct ? "high" : "medium",
    text: `${actor.exe} ${where}: a ${kind}, or a script that inetd or a socket unit started`,
    actor,
    address: end.address,
    port: end.port,
    evidence: {
      kind,
      streams: direct ? "its own" : "its parent's",
      ...(port === undefined ? {} : { listeningPort: port }),
    },
    ...(direct ? {} : { responsible: actor.ppid }),
  };
}
