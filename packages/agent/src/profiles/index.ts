// The folder of profiles, and what the agent can be asked about it.
export type { CutFlow, ProfileFacts, ProtectedFlow } from "./assess-profiles.js";
export { operatorFlows } from "./operator-flows.js";
export type { PolicyNotice } from "./policy-notice.js";
export type { PolicyTarget } from "./policy-target.js";
export { ProfileManager, type ProfileManagerOptions, type ProfilesStatus } from "./profile-manager.js";
export { profileMethods } from "./profile-methods.js";
