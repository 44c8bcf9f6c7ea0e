// tell.mjs ALERTS DENIALS: says who did what, and under whom. Ends with an error where one of them is missing.
import { readFileSync } from "node:fs";

const [alerts, denials] = process.argv.slice(2).map((file) =>
  readFileSync(file, "utf8")
    .split("\n")
    .filter(Boolean)
    .map((line) => JSON.parse(line)),
);

/** A process and what is above it, in the container it runs in. */
function who({ process: actor, workload }) {
  const above = actor.ancestors ?? [];
  const runtime = above.findIndex((exe) => exe.endsWith("/runc"));
  const inside = runtime === -1 ? above : above.slice(0, runtime);
  const line = [actor.commandLine ?? actor.exe, ...inside.filter((exe) => exe !== "(unknown)")].join(" < ");
  return `${line}, in ${workload?.kind ?? "?"} ${workload?.name ?? workload?.id ?? "?"}`;
}

for (const alert of alerts) console.log(`   alert (${alert.severity}): ${alert.msg}\n     by ${who(alert)}`);
for (const denial of denials) console.log(`   ${denial.msg}\n     rule ${denial.rule}, by ${who(denial)}`);
if (alerts.length === 0 || denials.length === 0) {
  console.error("demo: the agent told nothing of the attack");
  process.exit(1);
}
