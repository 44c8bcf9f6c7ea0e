export * from "./differential.js";
export * from "./fixed-resolver.js";
export * from "./pools.js";
export * from "./random.js";
export * from "./random-facts.js";
export * from "./random-policy.js";
