import { historyFolder } from "@ringfence/agent";
import { answeringPid } from "@ringfence/agent/control";
import { readAgentConfig } from "../agent/read-config.js";
import type { ReadCounts } from "./read-records.js";

/** What was looked at. */
export interface LookedAt {
  /** Files that were named; none for the history. */
  readonly named: readonly string[];
  /** milliseconds since 1970; null for no limit */
  readonly since: number | null;
  /** The agent's configuration, where it is named. */
  readonly config: string | undefined;
}

/**
 * Why nothing was found, in words: there are no records, none of that time, or none that is `wanted`; and whether an agent is there to
 * write some.
 * @param wanted what an event would have to be, such as "passes the filter"
 */
export async function whyNothing(counts: ReadCounts, lookedAt: LookedAt, wanted: string): Promise<string> {
  const { records, inTime } = counts;
  if (inTime > 0) return `none of the ${inTime} events looked at ${wanted}`;
  const { named, since, config } = lookedAt;
  if (records > 0)
    return `none of the ${records} events looked at is of that time${await aboutAgent(lookedAt)}`;
  const { state } = readAgentConfig(config).spec;
  const where = named.length > 0 ? named.join(", ") : `the history "${historyFolder(state)}"`;
  const from = since === null ? "" : ` since ${new Date(since).toISOString()}`;
  return `there is no event${from} in ${where}${await aboutAgent(lookedAt)}`;
}

async function aboutAgent({ named, config }: LookedAt): Promise<string> {
  if (named.length > 0) return "";
  const { path } = readAgentConfig(config).spec.socket;
  // who may not ask does not learn whether there is one
  const pid = await answeringPid(path).catch(() => undefined);
  return pid === null ? `; no agent answers on "${path}", so none is added` : "";
}
