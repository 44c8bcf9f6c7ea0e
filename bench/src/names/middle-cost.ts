import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { Worker } from "../calls/worker.js";
import { processTime } from "../cpu/process-time.js";
import { places } from "../host/places.js";
import { processMemory } from "../memory/process-memory.js";
import { type Asker, ask } from "./ask.js";
import { domains } from "./domains.js";
import { policies } from "./policies.js";
import type { Situations } from "./situations.js";

const QUERIES = 1000;
/** The supervisor looks at what waits ten times a second, and what the ring cannot hold is lost. */
const SETTLE_MS = 300;

/** What a process that stands in the middle takes. */
export interface MiddleCost {
  /** microseconds of CPU time for each query */
  readonly cpuUs: number;
  /** resident memory in MiB, after the queries */
  readonly rss: number;
}

/** The supervisor of a `ringfence run` that logs every query. */
export async function measureSupervisor(
  situations: Situations,
  name: keyof typeof policies,
  batches: number,
): Promise<MiddleCost> {
  const folder = mkdtempSync(join(places.cache, "names-"));
  const policy = join(folder, "policy.yaml");
  writeFileSync(policy, policies[name](situations.resolver));
  const worker = Worker.startBy([
    ...atResolver(situations, folder),
    ...[places.ringfence, "run", "--report", "none", "--packet-sockets", "report"],
    ...["--policy", policy, "--log", join(folder, "log.jsonl"), "--"],
  ]);
  try {
    const asker = { worker, resolver: situations.resolver, refused: name === "denying" };
    await ask(asker, "1.example.com", 1); // it runs
    return await costOf(worker.pid, asker, batches);
  } finally {
    await worker.stop();
    rmSync(folder, { recursive: true });
  }
}

/** A forwarder in the path. */
export function measureForwarder({ forwarder, askers }: Situations, batches: number): Promise<MiddleCost> {
  return costOf(forwarder.pid, askers.forwarder, batches);
}

/** Words before a command that runs where the others ask, and finds the resolver in its resolv.conf. */
function atResolver({ near, resolver }: Situations, folder: string): readonly string[] {
  const path = join(folder, "resolv.conf");
  writeFileSync(path, `nameserver ${resolver}\n`);
  const script = 'mount --bind "$0" /etc/resolv.conf && exec "$@"';
  return [...near.entering, "unshare", "--mount", "sh", "-c", script, path];
}

async function costOf(pid: number, asker: Asker, batches: number): Promise<MiddleCost> {
  const before = processTime(pid);
  for (let batch = 0; batch < batches; batch++) {
    for (const { name } of domains) {
      await ask(asker, name, QUERIES);
      await setTimeout(SETTLE_MS);
    }
  }
  const used = processTime(pid) - before;
  return { cpuUs: (used * 1000) / (batches * domains.length * QUERIES), rss: processMemory(pid).rss };
}
