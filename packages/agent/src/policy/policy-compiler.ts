import { writeSync } from "node:fs";
import { Cgroup2 } from "@ringfence/kernel";
import { exitNow, PR_SET_PDEATHSIG, prctl } from "@ringfence/kernel/system";
import { assessProfiles } from "../profiles/assess-profiles.js";
import { countCovered } from "../profiles/profile-coverage.js";
import { compilePolicy } from "./compile-policy.js";
import {
  type ApartAnswer,
  type ApartOrder,
  answerOfError,
  DONE,
  HANDOVER_FD,
  handOver,
  MEMORY_FD,
  takeOver,
} from "./policy-handover.js";

// Compiles one policy, for a supervisor or the agent, and ends; what it took in memory ends with it.

const SIGKILL = 9;

async function answer(): Promise<ApartAnswer> {
  try {
    const order = takeOver<ApartOrder>(HANDOVER_FD).value;
    using cgroups = Cgroup2.open();
    return { kind: "done", result: await carryOut(order, cgroups) };
  } catch (error) {
    return answerOfError(error);
  }
}

function carryOut(order: ApartOrder, cgroups: Cgroup2): object | Promise<object> {
  switch (order.kind) {
    case "run":
      return compilePolicy(order.files, order.options, cgroups);
    case "profiles":
      return assessProfiles(order, cgroups, MEMORY_FD);
    case "coverage":
      return countCovered(order);
  }
}

function leave(answered: ApartAnswer): void {
  try {
    handOver(HANDOVER_FD, answered);
  } catch (error) {
    handOver(HANDOVER_FD, answerOfError(error)); // short, so that it fits where tables do not
  }
}

prctl(PR_SET_PDEATHSIG, SIGKILL);
leave(await answer());
writeSync(1, DONE);
exitNow(0);
