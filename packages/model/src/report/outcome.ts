import { z } from "zod";
import { verdictDirections } from "../policy/flow-direction.js";

/** What happened to a flow, or would have if audited rules were enforced. */
export const outcomeSchema = z.enum(["denied", "would-deny", "would-allow", "allowed"]);

/**
 * Where in the kernel a verdict fell: call hooks of the cgroup, its packet hooks, hooks of the security module
 * (`socket_`...), the traffic control of an interface, the look through the descriptors of the fence, or the opening of a device.
 */
export const hookSchema = z.enum([
  "connect",
  "sendmsg",
  "sock_create",
  "setsockopt",
  "packet",
  "bind",
  "listen",
  "socket_create",
  "socket_sendmsg",
  "socket_recvmsg",
  "tc",
  "descriptors",
  "device",
]);

/**
 * What the verdict is about: what leaves, what comes in, a port that is bound or listened on, traffic of no process, a
 * name that a resolver is asked for.
 */
export const directionSchema = z.enum(verdictDirections);

/**
 * What decided: a rule or default of the policy, or one of the fixed reasons: an answer to a datagram that came in,
 * a source route that hides the destination, a socket that no call hook judged, a socket other than TCP where no
 * packet hook would see it, a packet whose destination cannot be read, a socket that was connected outside the fence,
 * an address family that no hook judges, a device that sends past every hook. "name-expired" is a verdict of the policy
 * on an address whose name would be allowed and ran out; "quarantine" is the answer to an alert.
 */
export const reasonSchema = z.enum([
  "policy",
  "reply",
  "source-route",
  "unjudged-socket",
  "outside-cgroup",
  "malformed-packet",
  "name-expired",
  "quarantine",
  "borrowed",
  "address-family",
  "device",
]);

/** What is special about an executable's path. Only a trusted one counts for an allow rule by path. */
export const exeFlagSchema = z.enum(["trusted", "deleted", "no-path", "truncated", "unknown"]);

export type ReportOutcome = z.infer<typeof outcomeSchema>;
export type Hook = z.infer<typeof hookSchema>;
export type Reason = z.infer<typeof reasonSchema>;
export type ExeFlag = z.infer<typeof exeFlagSchema>;
