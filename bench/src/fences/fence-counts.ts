import { type Fence, readFence, readFlows, readLosses, totalLoss } from "@ringfence/agent";

/** What a fence counted while the workers called. */
export interface FenceCounts {
  readonly verdicts: number;
  readonly losses: number;
}

/** Throws when the fence decided otherwise than the policy says, for then something else was measured. */
export function countVerdicts(fence: Fence, expected: number): FenceCounts {
  const { next_flow } = readFence(fence.object.rawMap("fence"));
  const flows = fence.object.rawMap("flows");
  let verdicts = 0;
  for (const flow of readFlows(flows, next_flow)) verdicts += Number(flow.verdicts);
  if (verdicts < expected) {
    throw new Error(`Cannot use these numbers: the fence judged ${verdicts} calls of at least ${expected}`);
  }
  return { verdicts, losses: totalLoss(readLosses(fence.object.rawMap("losses"), 0)) };
}
