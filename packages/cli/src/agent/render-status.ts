import type { AgentStatus } from "@ringfence/model";

/** Whether a host is covered, in about ten lines. */
export function renderStatus(status: AgentStatus): string {
  const { covered, reasons, agent, hooks, generation, revision, profiles, confirmWithin } = status;
  const lost = Object.entries(status.losses).filter(([, count]) => count > 0);
  const lines = [
    `covered:   ${covered ? "yes" : `NO: ${reasons.join("; ")}`}`,
    agent === null
      ? "agent:     none answers; what is pinned stays in force, and nothing changes it"
      : `agent:     pid ${agent.pid}, version ${agent.version}${agent.takenOver ? ", took over from another" : ""}`,
    `hooks:     ${hooks.attached.length} attached at cgroup ${hooks.cgroup}${undone(hooks.undone)}`,
    `policy:    ${generation === null ? "unknown without an agent" : `generation ${generation}, revision ${revision}, ${count(profiles.length, "profile")}`}`,
    ...profiles.map(
      ({ name, mode, processes, cgroups, rules }) =>
        `  ${mode.padEnd(7)}  ${name}: ${covers(processes, cgroups)}, ${count(rules, "rule")}`,
    ),
    ...(confirmWithin === null
      ? []
      : [`pending:   a change is taken back in ${confirmWithin} s unless it is confirmed`]),
    `losses:    ${lost.length === 0 ? "none" : lost.map(([name, number]) => `${number} ${name}`).join(", ")}`,
    ...list("errors:", status.errors),
    ...list("warnings:", status.warnings),
    ...list("degraded:", status.degraded),
  ];
  return `${lines.join("\n")}\n`;
}

function undone(names: readonly string[]): string {
  return names.length === 0 ? "" : `, ${names.length} UNDONE: ${names.join(", ")}`;
}

function covers(processes: number, cgroups: number): string {
  if (processes === 0) return "waiting for its first process";
  return `${count(processes, "process", "processes")} in ${count(cgroups, "cgroup")}`;
}

function list(head: string, texts: readonly string[]): readonly string[] {
  return [`${head.padEnd(10)} ${texts[0] ?? "none"}`, ...texts.slice(1).map((text) => `           ${text}`)];
}

function count(number: number, one: string, many = `${one}s`): string {
  return `${number} ${number === 1 ? one : many}`;
}
