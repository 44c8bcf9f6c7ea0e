// Reading and compiling policies, for a run and for the agent.
export { compileApart } from "./compile-apart.js";
export {
  compilePolicy,
  type PolicySummary,
  type RunPolicy,
  sharedClock,
  summaryOf,
} from "./compile-policy.js";
export { type LoadOptions, loadPolicy } from "./load-policy.js";
export { PolicyErrors } from "./policy-errors.js";
export type { PolicyOptions } from "./policy-options.js";
export { type PolicyFile, readPolicyFile, readPolicyFiles } from "./read-policy-files.js";
export { type ProfilesRead, parseProfiles, readProfiles } from "./read-profiles.js";
export { changeableByOthers, stampOf } from "./watched-file.js";
