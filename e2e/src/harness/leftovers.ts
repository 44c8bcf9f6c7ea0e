import assert from "node:assert/strict";
import { existsSync, readdirSync } from "node:fs";
import { Cgroup2 } from "@ringfence/kernel";
import { linkIds } from "./bpf-links.js";
import { until } from "./until.js";

const RUNS = "/run/ringfence/runs";

/** Cgroups, notes and links that a run made and did not take away; each by its name. */
export function leftoversOf(pid: number, linksBefore: ReadonlySet<number>): string[] {
  return [
    ...cgroupsOf(pid),
    ...notesOf(pid),
    ...[...linkIds()].filter((id) => !linksBefore.has(id)).map((id) => `link ${id}`),
  ];
}

/** Paths of the cgroups that the supervisor with this process id made. */
export function cgroupsOf(pid: number, below = "/"): string[] {
  using cgroups = Cgroup2.open();
  return findCgroups(cgroups, `ringfence-${pid}-`, below);
}

function findCgroups(cgroups: Cgroup2, prefix: string, below: string): string[] {
  return cgroups.children(below).flatMap((name) => {
    const path = below === "/" ? `/${name}` : `${below}/${name}`;
    return [...(name.startsWith(prefix) ? [path] : []), ...findCgroups(cgroups, prefix, path)];
  });
}

/** Names of the notes that the supervisor with this process id wrote. */
export function notesOf(pid: number): string[] {
  const names = existsSync(RUNS) ? readdirSync(RUNS) : [];
  return names.filter((name) => name.startsWith(`${pid}-`));
}

/**
 * Fails if a run left something. Waits a while: links of an unrelated run on this machine come and go, and the
 * kernel frees a tree's mount namespace a moment after its last process ended.
 */
export async function assertNothingLeft(pid: number, linksBefore: ReadonlySet<number>): Promise<void> {
  const suspects = new Set(leftoversOf(pid, linksBefore));
  const left = () => leftoversOf(pid, linksBefore).filter((one) => suspects.has(one));
  const gone = await until(() => left().length === 0, 30_000);
  assert.ok(gone, `Left behind: ${left().join(", ")}`);
}
