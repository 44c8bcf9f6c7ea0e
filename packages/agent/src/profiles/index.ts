// The folder of profiles, and what the agent can be asked about it.
export { AgentState } from "./agent-state.js";
export type { CutFlow, ProfileFacts, ProtectedFlow } from "./assess-profiles.js";
export { AuditLog, actorOf } from "./audit-log.js";
export type { PolicyChange, ProfileManagerOptions, ProfilesStatus } from "./manager-types.js";
export { operatorFlows } from "./operator-flows.js";
export type { PolicyNotice } from "./policy-notice.js";
export type { PolicyTarget } from "./policy-target.js";
export { ProfileManager } from "./profile-manager.js";
export { profileMethods } from "./profile-methods.js";
export { selectingProfiles } from "./selecting-profiles.js";
