export * from "./command-line/command-line-profile.js";
export * from "./command-line/parse-destination.js";
export * from "./compile/automaton/automaton.js";
export type { CgroupConditions } from "./compile/cgroup-conditions.js";
export {
  buildCgroupTable,
  type CgroupsNow,
  type CgroupTable,
  type CgroupWorkload,
  cgroupTableOf,
} from "./compile/cgroup-table.js";
export * from "./compile/compile.js";
export * from "./compile/compiled-policy.js";
export { limits } from "./compile/limits.js";
export * from "./evaluate/evaluate.js";
export * from "./evaluate/facts.js";
export { isInSubtree, matchesAnyItem } from "./evaluate/matches-process.js";
export { selectsWorkload } from "./evaluate/selects-workload.js";
export * from "./explain/complete-process.js";
export * from "./explain/explain.js";
export type * from "./explain/explanation.js";
export * from "./flow-text/flow-facts.js";
export * from "./flow-text/flow-line.js";
export * from "./flow-text/format-flow-line.js";
export * from "./flow-text/parse-flow-line.js";
export { flowProtocolOf } from "./flow-text/protocol-word.js";
export * from "./interpret/interpret.js";
export * from "./names/implied-rules.js";
export * from "./names/refuse-many-resolvers.js";
export * from "./names/resolver-room.js";
export * from "./names/with-resolvers.js";
export * from "./names/with-search.js";
export { largestPolicyFile } from "./parse/decode-text.js";
export * from "./resolver.js";
export { parseName } from "./text/name-text.js";
export * from "./verdict.js";
