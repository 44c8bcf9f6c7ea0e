import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { agentStatusSchema } from "@ringfence/model/schemas";
import type { TestAgent } from "./agent.js";
import { ringfencePath } from "./paths.js";

/** A profile for the processes of user 4321, which refuses all that is not listed. */
export const userProfile = (name: string, to: readonly string[]) => `apiVersion: ringfence.dev/v1alpha1
kind: SecurityProfile
metadata: { name: ${name} }
spec:
  mode: enforce
  subject: { uid: 4321 }
  ingress: { default: allow, rules: [] }
  egress:
    default: deny
    rules: [${to.map((address) => `{ allow: { to: [${address}] } }`).join(", ")}]
`;

/** The commands of an operator, against one agent. */
export class Operator {
  readonly agent: TestAgent;

  constructor(agent: TestAgent) {
    this.agent = agent;
  }

  run(...words: readonly string[]) {
    const { status, stdout, stderr } = spawnSync(ringfencePath, [...words, "--config", this.agent.config], {
      encoding: "utf8",
    });
    return { status, stdout, stderr };
  }

  status() {
    const { status, stdout, stderr } = this.run("status", "--json");
    assert.notEqual(stdout, "", stderr);
    return { status, ...agentStatusSchema.parse(JSON.parse(stdout)) };
  }

  /** Writes a file where the operator works, not in the agent's folder. */
  file(name: string, text: string): string {
    const path = join(this.agent.folder, name);
    writeFileSync(path, text);
    return path;
  }

  /** Whether user 4321, in the cgroup of the agent, may talk to an address. */
  reaches(address: string): boolean {
    const [file = "", ...words] = [
      ...this.agent.cgroup.via,
      ...["setpriv", "--reuid=4321", "--clear-groups", "bash", "-c", `exec 3<>/dev/udp/${address}/9`],
    ];
    const { status, stderr } = spawnSync(file, words, { encoding: "utf8" });
    if (status !== 0) assert.match(stderr, /not permitted/);
    return status === 0;
  }

  audit(): readonly {
    readonly action: string;
    readonly result: string;
    readonly files?: readonly string[];
  }[] {
    const text = readFileSync(join(this.agent.folder, "state/audit.ndjson"), "utf8");
    return text
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
  }
}
