import { writeFileSync, writeSync } from "node:fs";
import { receiveDescriptors, SystemError } from "@ringfence/kernel/system";
import type { Method, Trial } from "./method.js";
import { methods } from "./methods/table.js";
import { libc } from "./system/libc.js";
import { NOT_REACHED, REACH_SELF, reachSelf } from "./system/reach-self.js";

/** What a prober is told to do, as JSON in its first argument. */
export interface ProbeOrder {
  /** in this order; first those that are not moved */
  readonly trials: readonly OrderedTrial[];
  /** file with which the process leaves its cgroup before the trials that want that */
  readonly exit: string;
}

export interface OrderedTrial {
  readonly method: string;
  readonly trial: Trial;
  readonly moved: boolean;
  /** of what was handed over */
  readonly detail: readonly number[];
}

/** How one trial ended, as a line of JSON on stderr. */
export interface ProbeResult {
  /** the trial's */
  readonly port: number;
  /** name of the call that was refused, and its error; null when none was */
  readonly call: string | null;
  readonly code: string | null;
  /** what the prober saw arrive itself; null when it could not */
  readonly arrived: boolean | null;
}

const STDIN = 0;
const STDERR = 2;
const PR_SET_NAME = 15;
/** The first retransmission of a SYN comes after one second. */
const LINGER_MS = 1300;

/** The name that a prober's process has during a trial. */
export function commOf({ port }: Pick<Trial, "port">): string {
  return `rf-trial-${port}`;
}

/** Makes the trials of an order. The process is meant to end afterwards: it leaves sockets and other things behind. */
export function probeMain([first = "", second = ""]: readonly string[]): void {
  if (first === REACH_SELF) process.exitCode = reachSelfStatus(JSON.parse(second) as Trial);
  else probe(JSON.parse(first) as ProbeOrder);
}

function probe({ trials, exit }: ProbeOrder): void {
  const known = trials.map((ordered) => ({ ordered, method: methodOf(ordered.method) }));
  const passed = known.filter(({ method }) => method.handOver === "message");
  const descriptors = passed.length > 0 ? receiveDescriptors(STDIN, passed.length) : [];
  let inside = true;
  let lingers = false;
  for (const { ordered, method } of known) {
    if (ordered.moved && inside) {
      writeFileSync(exit, "0");
      inside = false;
    }
    const fd = method.handOver === "message" ? (descriptors.shift() ?? -1) : STDIN;
    libc.prctl(PR_SET_NAME, Buffer.from(`${commOf(ordered.trial)}\0`));
    const result = attempt(method, ordered, fd);
    lingers ||= result.code !== "EPERM";
    writeSync(STDERR, `${JSON.stringify(result)}\n`);
  }
  if (lingers) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, LINGER_MS);
}

function attempt(method: Method, { trial, detail }: OrderedTrial, fd: number): ProbeResult {
  try {
    const arrived = method.attempt(trial, { fd, detail }) ?? null;
    return { port: trial.port, call: null, code: null, arrived };
  } catch (error) {
    if (!(error instanceof SystemError)) throw error;
    return { port: trial.port, call: error.syscall, code: error.code, arrived: null };
  }
}

function methodOf(id: string): Method {
  const found = methods.find((method) => method.id === id);
  if (found === undefined) throw new Error(`Cannot try "${id}": no such method`);
  return found;
}

function reachSelfStatus(trial: Trial): number {
  try {
    return reachSelf(trial) ? 0 : NOT_REACHED;
  } catch (error) {
    if (!(error instanceof SystemError)) throw error;
    return error.errno;
  }
}
