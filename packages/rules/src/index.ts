export { AttackDetectors, type AttackState } from "./attacks/attack-detectors.js";
export type { Alert, Evidence, Severity } from "./attacks/core/alert.js";
export type { Actor, Ending, Observation, Opening } from "./attacks/core/observation.js";
export { RecentMap } from "./attacks/core/recent.js";
