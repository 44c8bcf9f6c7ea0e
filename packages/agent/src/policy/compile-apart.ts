import { spawn } from "node:child_process";
import { closeSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { createMemoryFile } from "@ringfence/kernel/system";
import { RingfenceError } from "@ringfence/model";
import type { RunPolicy } from "./compile-policy.js";
import {
  type ApartAnswer,
  type ApartOrder,
  DONE,
  errorOfAnswer,
  handOver,
  type PolicyOrder,
  takeOver,
} from "./policy-handover.js";

/** MiB: what is read is not moved about again and again while the heap grows, which took a quarter of the time. */
const youngGeneration = "--min-semi-space-size=16";

const entry = fileURLToPath(new URL("./policy-compiler.js", import.meta.url));

/**
 * What `compilePolicy` does, in a process of its own: this one neither waits nor grows. An answer counts only if that
 * process says that it is whole. Throws what `compilePolicy` throws, and RF_POLICY_PROCESS.
 */
export function compileApart(order: Omit<PolicyOrder, "kind">, signal?: AbortSignal): Promise<RunPolicy> {
  return workApart<RunPolicy>({ kind: "run", ...order }, { signal });
}

interface ApartOptions {
  /** Gives up when it is aborted, and throws its reason. */
  readonly signal?: AbortSignal | undefined;
  /** Descriptor of a file in memory, for what the next process would have to read again. */
  readonly memory?: number | null;
}

/** Has an order carried out by a process of its own. `T` is what that order is answered with, large tables in memory of its own. */
export async function workApart<T extends Disposable>(
  order: ApartOrder,
  options: ApartOptions = {},
): Promise<T> {
  const fd = createMemoryFile("ringfence-policy");
  try {
    handOver(fd, order);
    await compileInto(fd, options);
    return answerIn<T>(fd);
  } finally {
    closeSync(fd);
  }
}

function answerIn<T extends Disposable>(fd: number): T {
  const { value, memory } = takeOver<ApartAnswer>(fd);
  if (value.kind === "done") return { ...(value.result as T), [Symbol.dispose]: () => memory.unmap() };
  memory.unmap();
  throw errorOfAnswer(value);
}

/** Waits until a process has replaced an order by its answer. */
async function compileInto(fd: number, { signal, memory }: ApartOptions): Promise<void> {
  const { RINGFENCE_DEBUG } = process.env;
  const child = spawn(process.execPath, [youngGeneration, entry], {
    // Node's own last words tell a user nothing that our error does not
    stdio: ["ignore", "pipe", RINGFENCE_DEBUG === undefined ? "ignore" : "inherit", fd, memory ?? "ignore"],
    // the keys of a terminal are for the command
    detached: true,
  });
  const kill = () => child.kill("SIGKILL");
  signal?.addEventListener("abort", kill);
  try {
    await new Promise<void>((resolve, reject) => {
      child.once("error", (error) => reject(failed(`cannot be started: ${error.message}`)));
      child.stdout?.once("data", (said) => (String(said) === DONE ? resolve() : child.kill()));
      child.once("close", (code, end) => reject(failed(describe(code, end))));
      if (signal?.aborted) kill();
    });
  } catch (error) {
    signal?.throwIfAborted();
    throw error;
  } finally {
    signal?.removeEventListener("abort", kill);
  }
}

function describe(code: number | null, signal: NodeJS.Signals | null): string {
  switch (signal) {
    case "SIGKILL":
      return "was killed (SIGKILL), as the kernel does when memory runs out";
    case "SIGABRT":
      return "gave up (SIGABRT), as Node does when its memory runs out";
    default:
      return signal === null ? `ended with status ${code}` : `was ended by ${signal}`;
  }
}

function failed(how: string): RingfenceError {
  return new RingfenceError("RF_POLICY_PROCESS", `Cannot compile the policy: the process for it ${how}`, {
    hint: "give the machine or the cgroup more memory, or make the policy smaller, and try again",
  });
}
