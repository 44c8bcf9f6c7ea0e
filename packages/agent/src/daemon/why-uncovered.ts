import type { AgentStatus } from "@ringfence/model";

/** Why a host is not covered, in sentences; empty when it is. */
export function whyUncovered({
  hooks,
  panic,
  profiles,
}: Pick<AgentStatus, "hooks" | "panic" | "profiles">): readonly string[] {
  const { attached, undone } = hooks;
  return [
    ...(panic === null
      ? []
      : [`${panic.by} opened everything at ${panic.since}: ringfence panic --end closes it`]),
    ...(attached.length === 0 ? ["no hook is attached"] : []),
    ...(undone.length === 0 ? [] : [`hooks were undone: ${undone.join(", ")}`]),
    ...(profiles.some(({ mode }) => mode === "enforce") ? [] : ["no profile is enforced"]),
  ];
}
