import { hostResolver } from "@ringfence/agent";
import { pinnedHooks, whyUncovered } from "@ringfence/agent/daemon";
import { AgentState } from "@ringfence/agent/profiles";
import type { AgentConfig, AgentStatus } from "@ringfence/model";
import { parsePolicy } from "@ringfence/policy/parse";

/** What can be told without an agent: the hooks by their pins, the profiles by what was good last. */
export function statusWithoutAgent({ spec }: AgentConfig): AgentStatus {
  const state = new AgentState(spec.state);
  const hooks = { cgroup: spec.cgroup, ...copied(pinnedHooks(spec.pins)) };
  const profiles = state
    .readGood()
    .flatMap(({ file, bytes }) => parsePolicy(bytes, file, hostResolver).profiles)
    .map(({ name, mode, egress, ingress, location }) => ({
      name,
      mode,
      file: location?.file ?? "",
      rules: (egress?.rules.length ?? 0) + (ingress?.rules.length ?? 0),
      processes: 0,
      cgroups: 0,
    }));
  const panic = state.readPanic();
  const reasons = [...whyUncovered({ hooks, panic, profiles })];
  return {
    schema: "ringfence.status/v1",
    covered: reasons.length === 0,
    reasons,
    agent: null,
    hooks,
    generation: null,
    revision: null,
    panic,
    confirmWithin: null,
    profiles,
    errors: [],
    warnings: ["no agent answers: nobody follows the profiles, learns of containers or keeps the history"],
    losses: {},
    degraded: [],
  };
}

function copied({ attached, undone }: ReturnType<typeof pinnedHooks>) {
  return { attached: [...attached], undone: [...undone] };
}
