import type { ProcessCondition, Profile, VerdictDirection } from "@ringfence/model";
import { rulesFor } from "../evaluate/direction-rules.js";
import type { ProcessFacts } from "../evaluate/facts.js";

type Fact = keyof ProcessFacts;

/** All facts of a process, and which of them nobody gave. */
export interface CompleteProcess {
  readonly process: ProcessFacts;
  readonly assumed: readonly Fact[];
}

/** The fact that each key of a condition looks at. */
export const factOfKey: Readonly<Record<keyof ProcessCondition, Fact>> = {
  exe: "exe",
  ancestor: "ancestors",
  comm: "comm",
  uid: "uid",
  gid: "gid",
  cgroup: "cgroup",
  host: "container",
  container: "container",
  unit: "cgroup",
};

const longestComm = 15;

/** Fills in what is not given: root on the host, with an unknown executable that nothing started. */
export function completeProcess(given: Partial<ProcessFacts>): CompleteProcess {
  const usual: ProcessFacts = {
    exe: null,
    ancestors: [],
    comm: commOf(given.exe?.path ?? ""),
    uid: 0,
    gid: 0,
    cgroup: "/",
    container: false,
  };
  const facts = Object.keys(usual) as Fact[];
  return { process: { ...usual, ...given }, assumed: facts.filter((fact) => given[fact] === undefined) };
}

/** The facts that some condition of the profiles looks at for flows of one direction. */
export function askedFacts(profiles: readonly Profile[], direction: VerdictDirection): ReadonlySet<Fact> {
  const items = profiles
    .filter(({ mode }) => mode !== "off" && direction !== "unattributed")
    .flatMap((profile) => [
      ...(profile.subject ?? []),
      ...rulesFor(profile, direction).flatMap(({ process }) => process ?? []),
    ]);
  return new Set(
    items.flatMap((item) => (Object.keys(item) as (keyof ProcessCondition)[]).map((key) => factOfKey[key])),
  );
}

/** The name that exec gives a task: the last component of the path, cut. */
function commOf(path: string): string {
  const bytes = new TextEncoder().encode(path.slice(path.lastIndexOf("/") + 1));
  return new TextDecoder().decode(bytes.slice(0, longestComm)).replace(/\uFFFD+$/, "");
}
