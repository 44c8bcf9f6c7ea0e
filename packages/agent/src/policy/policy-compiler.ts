import { writeSync } from "node:fs";
import { Cgroup2 } from "@ringfence/kernel";
import { exitNow, PR_SET_PDEATHSIG, prctl } from "@ringfence/kernel/system";
import { compilePolicy } from "./compile-policy.js";
import {
  answerOfError,
  DONE,
  HANDOVER_FD,
  handOver,
  type PolicyAnswer,
  type PolicyOrder,
  takeOver,
} from "./policy-handover.js";

// Compiles one policy for a supervisor and ends; what it took in memory ends with it.

const SIGKILL = 9;

async function answer(): Promise<PolicyAnswer> {
  try {
    const { files, options } = takeOver<PolicyOrder>(HANDOVER_FD).value;
    using cgroups = Cgroup2.open();
    return { kind: "policy", policy: await compilePolicy(files, options, cgroups) };
  } catch (error) {
    return answerOfError(error);
  }
}

function leave(answered: PolicyAnswer): void {
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
