export { compileBpf } from "./compile-bpf.js";
export { runNode } from "./run-node.js";
export { TemporaryCgroup } from "./temporary-cgroup.js";
export { TemporaryNetns } from "./temporary-netns.js";
export { type VerifiedObjects, verifiedObjects } from "./verified-programs.js";
export {
  compareVerified,
  kernelSeries,
  mostInstructions,
  type VerifiedComparison,
  type VerifiedTable,
} from "./verified-table.js";
