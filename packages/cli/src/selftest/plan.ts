import { readFileSync } from "node:fs";
import type { SelftestRun } from "@ringfence/model";
import { type Method, methods, type Trial, trialAddresses } from "@ringfence/probe";

/** One try of a method: without a fence, or in one. */
export interface PlannedTrial {
  readonly method: Method;
  readonly run: "control" | SelftestRun;
  readonly trial: Trial;
}

export interface Plan {
  readonly control: readonly PlannedTrial[];
  readonly fenced: readonly PlannedTrial[];
  /** methods that are not tried, with the reason */
  readonly skipped: ReadonlyMap<Method, string>;
}

const FIRST_PORT = 20_000;
const runs = ["control", "plain", "privileged", "moved"] as const;

/** Every trial of a selftest. No two share a port or a mark; all tries of a method share its addresses. */
export function planTrials(protocols: ReadonlySet<string>, loadModules: boolean): Plan {
  const skipped = new Map<Method, string>();
  for (const method of methods) {
    if (method.protocol === undefined || protocols.has(method.protocol) || loadModules) continue;
    skipped.set(method, `${method.protocol} is not loaded; --load-modules tries it`);
  }
  const tried = [...methods.entries()].filter(([, method]) => !skipped.has(method));
  return {
    control: tried.map(([index, method]) => plan(index, method, "control")),
    fenced: tried.flatMap(([index, method]) => method.runs.map((run) => plan(index, method, run))),
    skipped,
  };
}

function plan(index: number, method: Method, run: PlannedTrial["run"]): PlannedTrial {
  const port = FIRST_PORT + runs.indexOf(run) * methods.length + index;
  return { method, run, trial: { ...trialAddresses(index), port, mark: `ringfence:${run}:${method.id}:` } };
}

/** Names of the protocols and devices that the kernel has at hand, as /proc/net/protocols and /proc/misc list them. */
export function loadedProtocols(): ReadonlySet<string> {
  const protocols = linesOf("/proc/net/protocols").slice(1);
  const devices = linesOf("/proc/misc").map((line) => line.trim().split(/\s+/)[1] ?? "");
  return new Set([...protocols.map((line) => line.split(/\s+/)[0] ?? ""), ...devices]);
}

function linesOf(path: string): string[] {
  return readFileSync(path, "utf8").trimEnd().split("\n");
}
