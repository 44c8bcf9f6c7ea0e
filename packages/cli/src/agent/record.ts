import { AuditLog, actorOf } from "@ringfence/agent/profiles";
import type { AgentConfig } from "@ringfence/model";

/** Puts on record what was done past the agent. A full disk is told, and does not undo it. */
export function record({ spec }: AgentConfig, action: string, say: (text: string) => void): void {
  try {
    const actor = actorOf({ uid: process.getuid?.() ?? 0, pid: process.ppid });
    new AuditLog(spec.state).write(actor, { action, result: "done", before: null, after: null });
  } catch (error) {
    say(error instanceof Error ? error.message : String(error));
  }
}
