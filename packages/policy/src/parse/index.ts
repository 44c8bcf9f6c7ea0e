// An entry of its own: reading YAML costs 40 ms to load, and a run without a policy file has none to read.
export * from "./parse-policy.js";
