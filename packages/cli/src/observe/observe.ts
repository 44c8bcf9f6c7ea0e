import { historyFiles } from "@ringfence/agent";
import { ControlClient } from "@ringfence/agent/control";
import type { AgentEvent } from "@ringfence/model";
import { readAgentConfig } from "../agent/read-config.js";
import { printLine } from "../print-line.js";
import type { EventOutput } from "./event-output.js";
import type { ObserveCommand } from "./observe-options.js";
import { noneRead, tellSkipped } from "./read-records.js";
import { recordedEvents } from "./recorded-events.js";
import { whyNothing } from "./why-nothing.js";

const FLUSH_MS = 100;

/** What the agent sends: its events, and how many of them its own queue had no room for. */
type Streamed = AgentEvent | { readonly type: "lost"; readonly lost: number };

/** Prints what was recorded, or why there is nothing to print. Throws RF_HISTORY. */
export async function observeRecorded(command: ObserveCommand, output: EventOutput): Promise<void> {
  const { files, filter, since, until, config } = command;
  const counts = noneRead();
  const chosen = files.length > 0 ? files : historyFiles(readAgentConfig(config).spec.state, since);
  let isEmpty = true;
  for (const event of recordedEvents({ files: chosen, filter, since, until }, counts)) {
    isEmpty = false;
    output.add(event);
    if (output.isClosed) return;
  }
  output.flush();
  tellSkipped(counts);
  if (!isEmpty) return;
  printLine(
    `nothing to show: ${await whyNothing(counts, { named: files, since, config }, "passes the filter")}`,
  );
}

/**
 * Prints what was recorded since the time that was asked for, and what happens from now on, until the signal. Each event once: what the
 * agent sends while the history is read waits. Throws RF_AGENT_ABSENT, RF_ACCESS, RF_HISTORY.
 */
export async function observeLive(
  command: ObserveCommand,
  output: EventOutput,
  signal: AbortSignal,
): Promise<void> {
  const { socket, state } = readAgentConfig(command.config).spec;
  using client = await ControlClient.connect(socket.path);
  const shown = new Set<string>();
  let waiting: Streamed[] | null = [];
  const show = (event: Streamed) => {
    if (event.type === "lost") output.lost(event.lost);
    else if (!shown.has(keyOf(event))) output.add(event);
  };
  const timer = setInterval(() => {
    output.flush();
    if (output.isClosed) client.close();
  }, FLUSH_MS);
  signal.addEventListener("abort", () => client.close(), { once: true });
  try {
    const ended = client.subscribe("events.subscribe", command.filter, {
      event: (event) => {
        if (waiting === null) show(event as Streamed);
        else waiting.push(event as Streamed);
      },
      lost: (count) => output.lost(count),
    });
    ended.catch(() => undefined);
    if (command.since !== null) {
      const files = historyFiles(state, command.since);
      const counts = noneRead();
      const query = { files, filter: command.filter, since: command.since, until: null };
      for (const event of recordedEvents(query, counts)) {
        shown.add(keyOf(event));
        output.add(event);
      }
    }
    for (const event of waiting) show(event);
    waiting = null;
    await ended;
  } catch (error) {
    if (!signal.aborted && !output.isClosed) throw error;
  } finally {
    clearInterval(timer);
    output.flush();
  }
}

/** Tells an event from every other of this host. */
function keyOf({ bootId, bootMs, sequence }: AgentEvent): string {
  return `${bootId}:${bootMs}:${sequence}`;
}
