// The service, apart from what a run uses.
export { Agent, type AgentOptions } from "./agent.js";
export { Engine, type EngineOptions } from "./engine.js";
