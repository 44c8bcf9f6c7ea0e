export type { DnsFault } from "./dns-fault.js";
export * from "./dns-limits.js";
export * from "./dns-message.js";
export * from "./lower-case.js";
export * from "./name-hash.js";
export * from "./name-text.js";
export * from "./parse-message.js";
export * from "./type-names.js";
