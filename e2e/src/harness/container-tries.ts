import type { FinishedProcess } from "./run-process.js";

/** A connection out of a container. Its network leads nowhere: what the policy lets pass, fails another way. */
export function tryTo(address: string): readonly string[] {
  return ["/bin/nc", "-w", "1", address, "80"];
}

/** What the policy said of the connection. */
export function outcome({ stdout, stderr }: Pick<FinishedProcess, "stdout" | "stderr">): string {
  const text = stdout + stderr;
  if (/Operation not permitted/.test(text)) return "denied";
  return /unreachable/.test(text) ? "allowed" : text;
}

/** A profile that allows its containers one address. */
export function containerProfile(name: string, subject: string, allowed: string): string {
  return `apiVersion: ringfence.dev/v1alpha1
kind: SecurityProfile
metadata: { name: ${name} }
spec:
  mode: enforce
  subject: ${subject}
  egress: { default: deny, rules: [{ allow: { to: ${allowed} } }] }
  ingress: { default: allow }
  listen: 0-65535
`;
}
