import type { AgentEvent } from "@ringfence/model";

const lines = new WeakMap<AgentEvent, string>();

/** An event as a line of NDJSON, its end included; made once, however many sinks write it. */
export function eventLine(event: AgentEvent): string {
  const known = lines.get(event);
  if (known !== undefined) return known;
  const line = `${JSON.stringify(event)}\n`;
  lines.set(event, line);
  return line;
}
