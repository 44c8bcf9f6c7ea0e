// The service, apart from what a run uses.
export { Agent, type AgentOptions } from "./agent.js";
export { agentStatus, type StatusSources } from "./agent-status.js";
export { Engine, type EngineOptions } from "./engine.js";
export { type PinnedHooks, pinnedHooks, removePins } from "./pinned-hooks.js";
export { type PreparedAgent, prepareAgent, releasePrepared } from "./prepare-agent.js";
export { ServiceManager } from "./service-manager.js";
export { whyUncovered } from "./why-uncovered.js";
