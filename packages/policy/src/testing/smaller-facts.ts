import type { FlowFacts, PathFact, ProcessFacts } from "../evaluate/facts.js";
import { shorterLists, simplerItems } from "./smaller-list.js";

const plainPath = "/bin/a";

/** Processes that are described by one plainer fact. */
export function* plainerProcesses(process: ProcessFacts): Generator<ProcessFacts> {
  for (const ancestors of shorterLists(process.ancestors)) yield { ...process, ancestors };
  for (const exe of plainerPaths(process.exe)) yield { ...process, exe };
  for (const ancestors of simplerItems(process.ancestors, plainerPaths)) yield { ...process, ancestors };
  if (process.comm !== "a") yield { ...process, comm: "a" };
  if (process.uid !== 0) yield { ...process, uid: 0 };
  if (process.gid !== 0) yield { ...process, gid: 0 };
  if (process.cgroup !== "/") yield { ...process, cgroup: "/", container: false };
}

/** Flows that are described by one plainer fact. */
export function* plainerFlows(flow: FlowFacts): Generator<FlowFacts> {
  const { names = [] } = flow;
  if (names.length > 1)
    for (const fewer of shorterLists(names)) if (fewer.length > 0) yield { ...flow, names: fewer };
  if (flow.direction === "query") return;
  const { names: _, ...unnamed } = flow;
  if (names.length > 0) yield unnamed;
  if (flow.protocol !== "tcp") yield { ...flow, protocol: "tcp", port: flow.port ?? 0 };
  if (flow.port !== null && flow.port !== 0) yield { ...flow, port: 0 };
  const plain = { family: 4, value: 0x0a000001n } as const;
  if (flow.address.family !== plain.family || flow.address.value !== plain.value) {
    yield { ...flow, address: plain };
  }
}

function* plainerPaths(fact: PathFact | null): Generator<PathFact> {
  if (fact === null || fact.path !== plainPath) yield { path: plainPath, trusted: true };
  if (fact !== null && !fact.trusted) yield { ...fact, trusted: true };
}
