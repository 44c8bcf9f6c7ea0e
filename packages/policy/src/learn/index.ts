// An entry of its own, as parse: reading and writing YAML costs 40 ms to load.
export * from "../observed/observation.js";
export * from "../observed/read-observation.js";
export * from "../replay/replay.js";
export * from "../suggest/suggest-rule.js";
export * from "./learn-options.js";
export * from "./learner.js";
export * from "./line-diff.js";
export * from "./merge-learned.js";
export * from "./write-learned.js";
