// An entry of its own: a run talks to no agent.
export { AgentLock } from "./agent-lock.js";
export { answeringPid, refuseAnswered } from "./answering-pid.js";
export { ControlClient, type Subscriber } from "./control-client.js";
export type { ControlMethod, ControlMethods, ControlStream } from "./control-method.js";
export { ControlServer, type ControlServerOptions } from "./control-server.js";
export type { Peer } from "./peer.js";
