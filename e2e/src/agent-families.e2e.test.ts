import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { before, describe, test } from "node:test";
import { TestAgent } from "./harness/agent.js";
import { CommandedProcess } from "./harness/commanded-process.js";
import { inVm } from "./harness/in-vm.js";
import { ringfencePath } from "./harness/paths.js";
import { runProcess } from "./harness/run-process.js";
import { timeout } from "./harness/timeout.js";
import { makeTunFile } from "./harness/tun-file.js";

const RAW = 3;
const DATAGRAM = 2;
/** AF_PACKET, AF_UNIX and AF_NETLINK, each with a type that it knows. */
const PACKET = ["family", 17, RAW] as const;
const LOCAL = [
  ["family", 1, DATAGRAM],
  ["family", 16, RAW],
] as const;

const profile = (
  name: string,
  cgroup: string,
  rules: string,
  mode = "enforce",
) => `apiVersion: ringfence.dev/v1alpha1
kind: SecurityProfile
metadata: { name: ${name} }
spec:
  mode: ${mode}
  subject: { cgroup: ${cgroup} }
  egress: { default: deny, rules: [${rules}] }
`;
const TO_ALL = "{ name: all, allow: { to: [any] } }";
const TO_ONE = "{ name: one, allow: { to: [192.0.2.1] } }";
const NOT_ONE = "{ name: not-one, deny: { to: [192.0.2.1] } }";
const TCP = "{ name: tcp, allow: { to: [any], protocol: tcp } }";

async function degraded(agent: TestAgent): Promise<string> {
  const { stdout } = await runProcess(ringfencePath, ["status", "--config", agent.config]);
  return stdout.split("\n").find((line) => line.startsWith("degraded:")) ?? stdout;
}

/** Words that hide from a program that BPF is one of the security modules. */
function withoutBpfModule(agent: TestAgent): readonly string[] {
  const list = join(agent.folder, "lsm");
  writeFileSync(list, "lockdown,capability");
  const at = "/sys/kernel/security";
  const hide = `mountpoint -q ${at} || mount -t securityfs none ${at}; mount --bind ${list} ${at}/lsm && exec "$@"`;
  return ["unshare", "--mount", "sh", "-c", hide, "sh"];
}

/** A start, its inmate, and another process that the policy does not select. */
async function judgedBy(
  rules: string,
  {
    mode = "enforce",
    via = () => [],
  }: { readonly mode?: string; readonly via?: (agent: TestAgent) => readonly string[] } = {},
  look: (agent: TestAgent, inmate: CommandedProcess, other: CommandedProcess) => Promise<void>,
): Promise<void> {
  await using agent = new TestAgent("families");
  agent.writeProfile("tested.yaml", profile("tested", agent.cgroup.path, rules, mode));
  agent.writeProfile("elsewhere.yaml", profile("elsewhere", "/rf-nobody-is-here", TO_ONE));
  await agent.start(via(agent));
  await using inmate = new CommandedProcess(agent.cgroup.via);
  await using other = new CommandedProcess(["env"]);
  await look(agent, inmate, other);
}

describe("an agent, and what sends past every hook", () => {
  before(makeTunFile);

  for (const [rules, held] of [
    [TO_ONE, true],
    [TCP, true],
    [`${NOT_ONE}, ${TO_ALL}`, true],
    [TO_ALL, false],
  ] as const)
    test(
      `${held ? "refuses it to" : "leaves it to"} whom these rules hold: ${rules}`,
      {
        timeout,
        skip: inVm && held && "the same code on both kernels, and the tests below are of one whom they hold",
      },
      () =>
        judgedBy(rules, {}, async (_, inmate) => {
          for (const way of ["route", "tun"])
            assert.equal((await inmate.do(way, "x")) === "ok", !held, `${way}, ${rules}`);
          if (inVm) assert.equal((await inmate.do(...PACKET)) === "ok", !held, `packet, ${rules}`);
        }),
    );

  test("refuses nothing under audit, and tells it", { timeout }, () =>
    judgedBy(TO_ONE, { mode: "audit" }, async (agent, inmate) => {
      for (const way of ["route", "tun"]) assert.equal(await inmate.do(way, "x"), "ok");
      if (inVm) assert.equal(await inmate.do(...PACKET), "ok");
      await agent.end("SIGTERM");
      const reasons = ["source-route", "device", ...(inVm ? ["address-family"] : [])];
      for (const reason of reasons)
        assert.match(
          agent.history(),
          new RegExp(`"action":"allow","outcome":"would-deny".*"reason":"${reason}"`),
        );
    }),
  );

  test("says on a kernel without hooks for it that packet sockets are open", { timeout, skip: inVm }, () =>
    judgedBy(TO_ONE, {}, async (agent) => {
      assert.match(await degraded(agent), /AF_PACKET/);
    }),
  );
});

const newer = inVm ? false : "this kernel has no hook that refuses a socket of another family";
describe("an agent, and sockets of other families", { skip: newer }, () => {
  for (const [how, via] of [
    ["by the security module", () => []],
    ["in the function that asks the security modules", withoutBpfModule],
  ] as const)
    test(`refuses them to whom the policy holds, and tells it: ${how}`, { timeout }, () =>
      judgedBy(TO_ONE, { via }, async (agent, inmate, other) => {
        assert.match(await degraded(agent), /none/);
        assert.equal(await inmate.do(...PACKET), "Operation not permitted");
        assert.equal(await other.do(...PACKET), "ok");
        for (const local of LOCAL) assert.equal(await inmate.do(...local), "ok");
        await agent.end("SIGKILL");
        assert.equal(await inmate.do(...PACKET), "Operation not permitted", "while no agent runs");
        await agent.start(via(agent));
        assert.equal(await inmate.do(...PACKET), "Operation not permitted", "after the next took over");
        await agent.end("SIGTERM");
        const [denial] = agent.history().match(/.*"reason":"address-family".*/) ?? [];
        assert.match(denial ?? "", /"action":"deny".*"hook":"socket_create","protocol":"packet"/);
      }),
    );
});
