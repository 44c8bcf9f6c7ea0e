import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { fence } from "./harness/fence.js";
import { nameSteps, outcomesOf } from "./harness/name-client.js";
import { ringfencePath } from "./harness/paths.js";
import { RESOLVER, ResolverNetwork } from "./harness/resolver-network.js";
import { runProcess } from "./harness/run-process.js";
import { temporaryFolder } from "./harness/temporary-folder.js";
import { timeout } from "./harness/timeout.js";

const network = new ResolverNetwork();
before(() => network.serveProbe(RESOLVER));
after(() => network[Symbol.asyncDispose]());

/** What becomes of steps under the policy that another tool's configuration turns into. */
async function outcomes(format: "bouheki" | "nsp", config: object, words: readonly string[]) {
  const file = join(temporaryFolder(), "config.yaml");
  writeFileSync(file, JSON.stringify(config));
  const imported = await runProcess(ringfencePath, ["policy", "import", format, file]);
  assert.equal(imported.code, 0, imported.stderr);
  const run = await fence(nameSteps(...words), {
    policies: [imported.stdout],
    via: network.via(RESOLVER),
  });
  const exe = run.report.flows[0]?.exe ?? "";
  return { of: outcomesOf(run.stdout), lines: run.stdout.trimEnd().split("\n"), exe };
}

describe("ringfence run enforces the names of an imported policy", () => {
  const to = "to,192.0.2.1,443";
  const look = "look,www.example.com";

  test("bouheki: an allowed domain, and queries for others", { timeout }, async () => {
    const config = {
      network: { mode: "block", cidr: { allow: ["10.9.9.0/24"] }, domain: { allow: ["www.example.com"] } },
    };
    const { lines } = await outcomes("bouheki", config, [to, "look,other.example.com", to, look, to]);
    assert.deepEqual(lines, [
      `${to} EPERM`,
      "look,other.example.com 192.0.2.1",
      `${to} EPERM`,
      `${look} 192.0.2.1`,
      `${to} ok`,
    ]);
  });

  test("bouheki: a denied domain, from which whoever is allowed by uid is exempt", { timeout }, async () => {
    const open = {
      mode: "block",
      cidr: { allow: ["0.0.0.0/0", "::/0"] },
      domain: { deny: ["www.example.com"] },
    };
    const denied = await outcomes("bouheki", { network: open }, [to, look, to]);
    assert.deepEqual(denied.lines, [`${to} ok`, `${look} 192.0.2.1`, `${to} EPERM`]);
    const exempt = await outcomes("bouheki", { network: { ...open, uid: { allow: [0] } } }, [look, to]);
    assert.equal(exempt.of[to], "ok");
  });

  test("Network Security Probe: names to reach, and names to ask for only", { timeout }, async () => {
    const profile = (path: string) => ({
      apiVersion: "securityprobe.datadoghq.com/v1",
      kind: "SecurityProfile",
      metadata: { name: "p" },
      spec: {
        actions: ["enforce"],
        processes: [
          {
            path,
            network: {
              egress: {
                fqdns: ["www.example.com"],
                cidr4: [`${RESOLVER}/32`],
                l3: { protocols: ["ipv4"] },
                l4: { protocolPorts: [53, 443].map((port) => ({ protocol: "udp", port })) },
                l7: { protocols: ["dns", "https"], dns: ["asked.example.com"] },
              },
            },
          },
        ],
      },
    });
    const words = ["look,other.example.com", "look,asked.example.com", to, look, to, "to,192.0.2.1,444"];
    const unlisted = await outcomes("nsp", profile("/bin/none"), words);
    assert.deepEqual([unlisted.of[look], unlisted.of[to]], ["unknown", "EPERM"]);
    const { lines } = await outcomes("nsp", profile(unlisted.exe), words);
    assert.deepEqual(lines, [
      "look,other.example.com unknown",
      "look,asked.example.com 192.0.2.1",
      `${to} EPERM`,
      `${look} 192.0.2.1`,
      `${to} ok`,
      "to,192.0.2.1,444 EPERM",
    ]);
  });
});
