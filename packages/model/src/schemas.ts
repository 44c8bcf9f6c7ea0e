// The schemas apart from the types: loading zod costs a run 60 ms and 10 MB that most runs have no use for.

export * from "./agent/agent-config.js";
export * from "./agent/agent-status.js";
export * from "./agent/attacks-config.js";
export * from "./event/agent-event.js";
export * from "./event/event-parts.js";
export * from "./explain/explanation.js";
export * from "./log/dns-line.js";
export * from "./log/verdict-line.js";
export * from "./report/outcome.js";
export * from "./report/recorded-flows.js";
export * from "./report/report.js";
export * from "./report/report-names.js";
export * from "./selftest/selftest.js";
