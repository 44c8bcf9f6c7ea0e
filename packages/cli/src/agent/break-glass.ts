import { answeringPid, ControlClient } from "@ringfence/agent/control";
import { removePins } from "@ringfence/agent/daemon";
import type { AgentConfig } from "@ringfence/model";
import { RingfenceError } from "@ringfence/model";

/** An agent that has not answered by then is not waited for: whoever breaks the glass is in a hurry. */
const PATIENCE_MS = 5_000;
const LOOK_EVERY_MS = 20;

/**
 * Asks the agent for something that must happen with or without it. Returns what it answered; null when there is none. One that
 * does not answer in time, or cannot do it, is ended by force: it would attach again what is taken from it.
 */
export async function askOrEnd<T>(
  config: AgentConfig,
  method: string,
  say: (text: string) => void,
): Promise<T | null> {
  const { path } = config.spec.socket;
  const pid = await answeringPid(path);
  if (pid === null) return null;
  try {
    return (await withTimeout(ask(path, method))) as T;
  } catch (error) {
    if (error instanceof RingfenceError && error.code === "RF_AGENT_LOST") return null;
    say(
      `the agent, process ${pid}, does not do it, and is ended: ${error instanceof Error ? error.message : error}`,
    );
    process.kill(pid, "SIGKILL");
    await hasEnded(pid);
    return null;
  }
}

/** Detaches everything. Returns how many hooks there were. */
export function openByHand({ spec }: AgentConfig): number {
  return removePins(spec.pins);
}

/** Waits until a process is gone, as long as one is waited for. */
export async function hasEnded(pid: number): Promise<void> {
  for (let waited = 0; waited < PATIENCE_MS && isThere(pid); waited += LOOK_EVERY_MS)
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
}

function isThere(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

async function ask(path: string, method: string): Promise<unknown> {
  using client = await ControlClient.connect(path);
  return await client.request(method);
}

async function withTimeout<T>(work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${PATIENCE_MS / 1000} s`)), PATIENCE_MS);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
