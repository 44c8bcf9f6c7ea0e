import { matchesAnyItem, type ProcessFacts } from "@ringfence/policy";
import { workApart } from "../policy/compile-apart.js";
import type { ProfileSubject } from "./assess-profiles.js";

/** Questions that are answered in place: a few milliseconds. More would stop everything else. */
const MOST_QUESTIONS_HERE = 2_000;

/** Asks which processes each profile covers; plain data, which can go to another process. */
export interface CoverageOrder {
  readonly kind: "coverage";
  readonly subjects: readonly ProfileSubject[];
  readonly processes: readonly ProcessFacts[];
}

export interface CoverageAnswer extends Disposable {
  readonly coverage: readonly Coverage[];
}

/** How much a profile covers. */
export interface Coverage {
  readonly profile: string;
  readonly processes: number;
  /** The cgroups that those are in: containers, units and sessions. */
  readonly cgroups: number;
}

/** How many processes each profile covers. Throws RF_POLICY_PROCESS. */
export async function coverageOf(
  subjects: readonly ProfileSubject[],
  processes: readonly ProcessFacts[],
): Promise<readonly Coverage[]> {
  const order: CoverageOrder = { kind: "coverage", subjects, processes };
  if (subjects.length * processes.length <= MOST_QUESTIONS_HERE) return countCovered(order).coverage;
  using answer = await workApart<CoverageAnswer>(order);
  return answer.coverage;
}

/** Carries such an order out. */
export function countCovered({ subjects, processes }: CoverageOrder): CoverageAnswer {
  const coverage = subjects.map(({ name, subject }) => {
    const covered = processes.filter((process) => matchesAnyItem(subject, process, "lenient"));
    return {
      profile: name,
      processes: covered.length,
      cgroups: new Set(covered.map(({ cgroup }) => cgroup)).size,
    };
  });
  return { coverage, [Symbol.dispose]: () => undefined };
}
