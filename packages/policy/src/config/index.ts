// An entry of its own: zod and yaml cost 100 ms to load, and only the agent reads a configuration.
export * from "./parse-agent-config.js";
