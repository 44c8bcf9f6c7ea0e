export { compileBpf } from "./compile-bpf.js";
export { runNode } from "./run-node.js";
export { TemporaryCgroup } from "./temporary-cgroup.js";
export { TemporaryNetns } from "./temporary-netns.js";
