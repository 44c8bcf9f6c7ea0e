import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import type { VerdictLine } from "@ringfence/model";
import { explanationSchema } from "@ringfence/model/schemas";
import { alteredObject, withObject } from "./harness/altered-object.js";
import { fence } from "./harness/fence.js";
import { nameSteps } from "./harness/name-client.js";
import { ringfencePath } from "./harness/paths.js";
import { RESOLVER, ResolverNetwork } from "./harness/resolver-network.js";
import { runProcess } from "./harness/run-process.js";
import { temporaryFolder } from "./harness/temporary-folder.js";
import { timeout } from "./harness/timeout.js";

const network = new ResolverNetwork();
before(() => network.serveProbe(RESOLVER));
after(() => network[Symbol.asyncDispose]());

const options = ["--allow", "www.example.com:443"];

/** What the log says of each attempt on a port. */
function toldOf(log: readonly VerdictLine[], wanted: number): string[] {
  return log.filter(({ port }) => port === wanted).map(({ msg }) => msg.replace(/^.* (may|asks)/, "$1"));
}

describe("ringfence run says what a name had to do with a verdict", () => {
  let object = "";
  before(() => {
    object = alteredObject("briefNames");
  });

  test("in the log, and in a report that explain agrees with row by row", { timeout }, async () => {
    const attempt = "to,192.0.2.1,443";
    const words = [attempt, "look,www.example.com", attempt, "to,192.0.2.1,80", "wait,1.2", attempt];
    const command = nameSteps(...words, "look,other.example.com");
    const run = await fence(command, {
      options,
      via: [...withObject(object), ...network.via(RESOLVER)],
    });
    assert.deepEqual(
      toldOf(run.log, 443).map((text) => text.replace(/ran out \d+ s/, "ran out N s")),
      [
        "may not reach udp 192.0.2.1 port 443: the address has no name that was looked up here: use one that is allowed, or allow the address",
        "may reach udp 192.0.2.1 port 443 as www.example.com",
        "may not reach udp 192.0.2.1 port 443: the address was learned for www.example.com, which is allowed and ran out N s ago (grace 0 s): look the name up again before connecting, or set names.grace",
      ],
    );
    assert.deepEqual(toldOf(run.log, 80), ["may not reach udp 192.0.2.1 port 80 as www.example.com"]);

    const file = join(temporaryFolder(), "report.json");
    writeFileSync(file, JSON.stringify(run.report));
    const names = new Set<string>();
    for (const [index, { direction }] of run.report.flows.entries()) {
      const row = ["--report", file, "--row", String(index + 1), "--json"];
      const asked = await runProcess(ringfencePath, ["explain", ...options, ...row], {
        via: network.via(RESOLVER),
      });
      if (direction === "query") {
        assert.match(asked.stderr, /counts queries that were denied/);
        continue;
      }
      const { reported, enforced } = explanationSchema.parse(JSON.parse(asked.stdout));
      assert.equal(reported?.agrees, true, asked.stdout);
      names.add(`${reported?.reason} ${enforced.name}`);
    }
    assert.deepEqual([...names].sort(), ["name-expired null", "policy null", "policy www.example.com"]);
  });
});
