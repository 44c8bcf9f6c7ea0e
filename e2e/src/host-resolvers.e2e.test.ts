import assert from "node:assert/strict";
import { after, describe, test } from "node:test";
import { fence } from "./harness/fence.js";
import { ringfencePath } from "./harness/paths.js";
import { LINK_LOCAL, RESOLVER, ResolverNetwork } from "./harness/resolver-network.js";
import { runProcess } from "./harness/run-process.js";
import { timeout } from "./harness/timeout.js";

/** Of a whole suite: its tests share a network, and take 20 s each where the machine is emulated. */
const network = new ResolverNetwork();
after(() => network[Symbol.asyncDispose]());

const ask = ["getent", "ahostsv4", "www.example.com"];
const options = ["--allow", "www.example.com"];

describe("ringfence run and the resolvers that resolv.conf names", () => {
  test("warns that names match nothing where there is none, and stays closed", { timeout }, async () => {
    const { report, code, stderr } = await fence(ask, { options, via: network.via() });
    assert.ok(report.warnings.some((warning) => warning.includes("names no resolver")));
    assert.deepEqual(report.names.resolvers, []);
    assert.notEqual(code, 0);
    assert.equal(report.totals.allowed, 0, stderr);
    assert.ok(report.totals.denied > 0, "the C library asks 127.0.0.1");
  });

  test("prints the same where there is no report", { timeout }, async () => {
    const args = ["run", ...options, "--report", "none", "--", ...ask];
    const { stderr } = await runProcess(ringfencePath, args, { via: network.via() });
    assert.match(stderr, /warning: .*names no resolver/);
  });

  test("believes 16, and says whose answers do not count", { timeout }, async () => {
    await network.serveProbe(RESOLVER);
    const others = Array.from({ length: 16 }, (_, index) => `192.0.2.${index + 1}`);
    const { report } = await fence(ask, { options, via: network.via(RESOLVER, ...others) });
    assert.equal(report.names.resolvers.length, 16);
    assert.ok(report.warnings.some((warning) => /Answers of 192\.0\.2\.16 .* do not count/.test(warning)));
    assert.equal(report.names.queries[0]?.learned, 1);
  });

  test("believes one that is on a link, by its address there", { timeout }, async () => {
    await network.serveProbe(`${LINK_LOCAL}%rf1`);
    const { report, stderr } = await fence(ask, { options, via: network.via(`${LINK_LOCAL}%rf0`) });
    const [row] = report.names.queries;
    assert.deepEqual([row?.resolver, row?.trust, row?.learned], [LINK_LOCAL, "trusted", 1], stderr);
  });
});
