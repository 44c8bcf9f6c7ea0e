import type { AgentResults } from "../agent/measure-agent.js";
import { type LoadCaseName, loadCaseNames } from "../agent/measure-load.js";
import { setTitle } from "../agent/profile-set.js";
import type { Bar } from "./bar.js";
import { loadTitle } from "./render-agent.js";

const READY_MS = 2000;
const RELOAD_MS = 1000;
const CPU_PERCENT = 3;
const RSS_MIB = 100;

export function barsOfAgent({
  ready,
  takenOver,
  booted,
  reload,
  load,
  rate,
  processes,
}: AgentResults): readonly Bar[] {
  const under = (name: LoadCaseName) =>
    `with ${loadTitle(name)}, ${processes.toLocaleString("en")} processes and ${rate.toLocaleString("en")} connects a second`;
  return [
    ...(["few", "one", "large"] as const).map((name) => ({
      what: `an agent with ${setTitle(name)} is ready after`,
      bound: READY_MS,
      unit: "ms" as const,
      found: ready[name].p50,
      because: "the profiles are read and compiled, the kernel verifies all programs, the tables are written",
    })),
    {
      what: `the first one of a boot with ${setTitle("large")} is ready after`,
      bound: READY_MS,
      unit: "ms",
      found: booted.p50,
      because:
        "reading and compiling the profiles, beside which the programs are loaded into tables of the remembered size",
    },
    {
      what: `one that takes over ${setTitle("large")} is ready after`,
      bound: READY_MS,
      unit: "ms",
      found: takenOver.p50,
      because: "the same, with the tables that are there, which stay in force meanwhile",
    },
    ...(["many", "large"] as const).map((name) => ({
      what: `one changed file among ${setTitle(name)} is in force after`,
      bound: RELOAD_MS,
      unit: "ms" as const,
      found: reload[name].p50,
      because:
        "100 ms waiting for the folder to be quiet, then reading what changed and compiling all profiles",
    })),
    ...loadCaseNames.flatMap((name) => [
      {
        what: `CPU of an agent ${under(name)}`,
        bound: CPU_PERCENT,
        unit: "%" as const,
        found: load[name].cpu,
        because:
          "what is not joined with what came before within ten seconds is decoded and written to the history",
      },
      {
        what: `an agent with ${loadTitle(name)} holds (RSS)`,
        bound: RSS_MIB,
        unit: "MiB" as const,
        found: load[name].rss,
        because:
          "Node with its code is some 60 MiB; the rest are events under way, and what Node has not given back",
      },
    ]),
  ];
}
