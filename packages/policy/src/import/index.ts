// An entry of its own, as parse: reading YAML costs 40 ms to load.
export * from "./bouheki/import-bouheki.js";
export type { Imported } from "./imported.js";
export * from "./nsp/import-nsp.js";
