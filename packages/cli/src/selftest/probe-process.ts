import { type ChildProcess, spawn } from "node:child_process";
import { closeSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { sendDescriptors, socketPair } from "@ringfence/kernel/system";
import { RingfenceError } from "@ringfence/model";
import type { HandedOver, ProbeOrder, ProbeResult } from "@ringfence/probe";
import type { PlannedTrial } from "./plan.js";

const PROBER = fileURLToPath(new URL("./prober.js", import.meta.url));
/** Far more than any run needs, on an emulated machine too. */
const LIMIT_MS = 300_000;
const EXIT_FAILED = 125;
/** How the messages of RF_STDIO_DENIED and RF_STDIO_UNJUDGED begin for what was handed over. */
const STREAM_REFUSED = "Cannot run with stdin as ";

export interface ProbeProcess {
  readonly trials: readonly PlannedTrial[];
  /** words before the prober; none for a control */
  readonly via: readonly string[];
  /** file by which a process leaves its cgroup */
  readonly exit: string;
  readonly signal: AbortSignal;
}

export interface ProbeOutcome {
  /** by port */
  readonly results: ReadonlyMap<number, ProbeResult>;
  /** what the run said when it refused to start; null when the prober ran */
  readonly refusal: string | null;
}

/** Runs a prober to its end. Throws RF_SELFTEST when it neither did its work nor was refused. */
export async function runProbe({ trials, via, exit, signal }: ProbeProcess): Promise<ProbeOutcome> {
  signal.throwIfAborted();
  const handed = trials.map(({ method, trial }) => method.prepare?.(trial) ?? null);
  const order: ProbeOrder = {
    exit,
    trials: trials.map(({ method, run, trial }, index) => ({
      method: method.id,
      trial,
      moved: run === "moved",
      detail: handed[index]?.detail ?? [],
    })),
  };
  const words = [...via, process.execPath, PROBER, JSON.stringify(order)];
  const stdin = trials.some(({ method }) => method.handOver === "stdin") ? (handed[0] ?? null) : null;
  try {
    const passed = stdin === null ? handed.filter((one) => one !== null) : [];
    return readOutcome(await start(words, stdin, passed, signal), trials);
  } finally {
    for (const one of handed) if (one !== null) closeSync(one.fd);
  }
}

/** How a prober, or the run around it, ended. */
export interface Finished {
  readonly code: number | null;
  readonly stderr: string;
}

/** A session of its own keeps the terminal's signals from it: we end it, in order. */
async function start(
  [file = "", ...args]: readonly string[],
  stdin: HandedOver | null,
  passed: readonly HandedOver[],
  signal: AbortSignal,
): Promise<Finished> {
  const [ours, theirs] = socketPair();
  try {
    const child = spawn(file, args, {
      stdio: [stdin?.fd ?? theirs, "ignore", "pipe"],
      detached: true,
    });
    if (passed.length > 0) {
      sendDescriptors(
        ours,
        passed.map(({ fd }) => fd),
      );
    }
    return await finish(child, signal);
  } finally {
    closeSync(ours);
    closeSync(theirs);
  }
}

function finish(child: ChildProcess, signal: AbortSignal): Promise<Finished> {
  return new Promise((resolve, reject) => {
    let stderr = "";
    child.stderr?.setEncoding("utf8").on("data", (text: string) => {
      stderr += text;
    });
    const stop = () => child.kill("SIGTERM"); // a run passes it on and cleans up
    const timer = setTimeout(stop, LIMIT_MS);
    signal.addEventListener("abort", stop, { once: true });
    child.once("error", reject);
    child.once("close", (code) => {
      clearTimeout(timer);
      signal.removeEventListener("abort", stop);
      resolve({ code, stderr });
    });
  });
}

/** Tells what the prober met from why there was none. Throws RF_SELFTEST. */
export function readOutcome({ code, stderr }: Finished, trials: readonly PlannedTrial[]): ProbeOutcome {
  const lines = stderr.split("\n").filter((line) => line !== "");
  const found = lines.filter((line) => line.startsWith("{")).map((line) => JSON.parse(line) as ProbeResult);
  const results = new Map(found.map((result) => [result.port, result]));
  const said = lines.filter((line) => !line.startsWith("{")).join(" ");
  if (code === 0 && trials.every(({ trial }) => results.has(trial.port))) return { results, refusal: null };
  // any other failure to start must not look like protection
  const refused = code === EXIT_FAILED && results.size === 0 && said.includes(STREAM_REFUSED);
  const byStream = trials.every(({ method }) => method.handOver === "stdin");
  if (refused && byStream) return { results, refusal: said };
  throw new RingfenceError("RF_SELFTEST", `Cannot make the trials: exit status ${code}: ${said}`, {
    hint: "run the selftest again; if it stays, report it with `ringfence doctor --json`",
  });
}
