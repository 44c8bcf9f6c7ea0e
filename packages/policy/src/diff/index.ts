// An entry of its own: it needs yaml to write rules, and a run has none to compare.
export * from "./diff-profiles.js";
