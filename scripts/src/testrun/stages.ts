import type { TestKind } from "./test-kind.js";

/** One part of the test suite. */
export interface Stage {
  readonly title: string;
  /** Begins each line of its output while other stages run too. */
  readonly label: string;
  /** The test files that belong to it. */
  readonly kinds: readonly TestKind[];
  /** Set when it takes only the first, third, ... of these files, or the others. */
  readonly half?: "odd" | "even";
  /** Files that run at the same time. End-to-end tests share one kernel, so they run one by one. */
  readonly concurrency: number;
  /** Seconds until a test file is ended and counted as failed. */
  readonly fileTimeout: number;
  /** Set for a stage that runs another one under the second kernel. */
  readonly guest?: { readonly stage: string; readonly cpus: number; readonly timeout: number };
}

/** Folders that hold tests; see findTests. */
export const testFolders: readonly string[] = ["packages/*", "scripts", "e2e", "bench"];

const serial = { concurrency: 1, fileTimeout: 300 } as const;
// Emulation is about ten times slower.
const emulated = { concurrency: 1, fileTimeout: 900 } as const;

/** The stages by the name that the command line takes. */
export const stages: Readonly<Record<string, Stage>> = {
  unit: { title: "Units", label: "unit", kinds: ["unit"], concurrency: 2, fileTimeout: 180 },
  e2e: {
    ...serial,
    title: "End to end on this kernel",
    label: "this kernel",
    kinds: ["e2e", "races", "host"],
  },
  // In two halves, so that they fill both CPUs beside the shorter stages.
  "e2e-vm-1": {
    ...emulated,
    title: "End to end on a second kernel, first half",
    label: "second kernel, 1",
    kinds: ["e2e"],
    half: "odd",
    guest: { stage: "e2e-guest-1", cpus: 1, timeout: 4200 },
  },
  "e2e-vm-2": {
    ...emulated,
    title: "End to end on a second kernel, second half",
    label: "second kernel, 2",
    kinds: ["e2e"],
    half: "even",
    guest: { stage: "e2e-guest-2", cpus: 1, timeout: 4200 },
  },
  "e2e-vm-races": {
    ...emulated,
    title: "Races on a second kernel",
    label: "second kernel, races",
    kinds: ["races"],
    guest: { stage: "e2e-guest-races", cpus: 2, timeout: 1200 },
  },
  // What the three above run inside.
  "e2e-guest-1": { ...emulated, title: "End to end, emulated", label: "guest", kinds: ["e2e"], half: "odd" },
  "e2e-guest-2": { ...emulated, title: "End to end, emulated", label: "guest", kinds: ["e2e"], half: "even" },
  "e2e-guest-races": { ...emulated, title: "Races, emulated", label: "guest", kinds: ["races"] },
};

/** Those of the files that belong to a stage's half. */
export function takeHalf(files: readonly string[], half: Stage["half"]): readonly string[] {
  if (half === undefined) return files;
  return files.filter((_, index) => index % 2 === (half === "odd" ? 0 : 1));
}

/** How many stages run at the same time: each keeps about one CPU busy. */
export const stagesAtOnce = 2;

/** The stages in the groups that run one after the other: a stage that fills the machine by itself is one alone. */
export function groupStages(asked: readonly Stage[]): readonly (readonly Stage[])[] {
  const groups: Stage[][] = [];
  for (const stage of asked) {
    const last = groups.at(-1);
    if (last?.every(isSerial) && isSerial(stage)) last.push(stage);
    else groups.push([stage]);
  }
  return groups;
}

function isSerial(stage: Stage): boolean {
  return stage.concurrency === 1;
}
