import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { Cgroup2 } from "@ringfence/kernel";
import { alteredObject, withObject } from "./harness/altered-object.js";
import { canReset } from "./harness/can-reset.js";
import { type FencedRun, fence } from "./harness/fence.js";
import { nameSteps, outcomesOf } from "./harness/name-client.js";
import { rules } from "./harness/profile.js";
import { RESOLVER, ResolverNetwork, STRANGER } from "./harness/resolver-network.js";
import { timeout } from "./harness/timeout.js";
import { WatchedRun } from "./harness/watched-run.js";

/** Of a whole suite: its tests share a network, and take 20 s each where the machine is emulated. */
const network = new ResolverNetwork();
before(async () => {
  await network.serveProbe(RESOLVER);
  await network.serveProbe(STRANGER);
});
after(() => network[Symbol.asyncDispose]());

interface Policy {
  readonly default?: "allow" | "deny";
  readonly mode?: "enforce" | "audit";
  readonly rules?: Readonly<Record<string, object>>;
  readonly dns?: object;
  readonly names?: object;
}

function policyOf({
  default: action = "deny",
  mode = "enforce",
  rules: table = {},
  ...others
}: Policy): string {
  return JSON.stringify({
    apiVersion: "ringfence.dev/v1alpha1",
    kind: "SecurityProfile",
    metadata: { name: "p" },
    spec: { mode, egress: { default: action, rules: rules(table) }, ...others },
  });
}

interface Steps {
  readonly run: FencedRun;
  readonly of: Readonly<Record<string, string>>;
}

async function steps(policy: Policy, words: readonly string[], object?: string): Promise<Steps> {
  const run = await fence(nameSteps(...words), {
    policies: [policyOf(policy)],
    via: [...(object === undefined ? [] : withObject(object)), ...network.via(RESOLVER)],
  });
  return { run, of: outcomesOf(run.stdout) };
}

const www = { allow: { to: ["www.example.com"] } };

describe("ringfence run decides by name", () => {
  test("what --allow NAME:PORT says, and nothing else", { timeout }, async () => {
    const command = nameSteps(
      "to,192.0.2.1,443",
      "look,www.example.com",
      "look,other.example.com",
      "to,192.0.2.1,443",
      "to,192.0.2.1,80",
      "to,192.0.2.2,443",
      "look,a.b.example.net",
      "look,example.net",
    );
    const run = await fence(command, {
      options: [
        "--allow",
        "WWW.example.com.:443/tcp",
        "--allow",
        "www.example.com:443/udp",
        "--allow",
        "*.example.net",
      ],
      via: network.via(RESOLVER),
    });
    const lines = run.stdout.trimEnd().split("\n");
    assert.deepEqual(lines, [
      "to,192.0.2.1,443 EPERM",
      "look,www.example.com 192.0.2.1",
      "look,other.example.com unknown",
      "to,192.0.2.1,443 ok",
      "to,192.0.2.1,80 EPERM",
      "to,192.0.2.2,443 EPERM",
      "look,a.b.example.net 192.0.2.1",
      "look,example.net unknown",
    ]);
    const allowed = run.report.flows.find(({ outcome, port }) => outcome === "allowed" && port === 443);
    assert.equal(allowed?.domain, "www.example.com");
    assert.equal(allowed?.rule, "run/--allow www.example.com:443/udp");
    const denied = run.report.flows.filter(({ direction }) => direction === "query");
    assert.deepEqual(
      denied.map(({ outcome, rule, address, port }) => [outcome, rule, address, port]),
      [["denied", "run/dns.queries", RESOLVER, 53]],
    );
  });

  test("by each name of an address, and a name that is allowed is enough", { timeout }, async () => {
    const policy: Policy = {
      default: "allow",
      rules: {
        bad: { deny: { to: ["bad.example.com", "*.worse.example.com"], ports: [443] } },
        good: { allow: { to: ["good.example.com"] } },
      },
    };
    const alone = await steps(policy, ["look,bad.example.com", "to,192.0.2.1,443", "to,192.0.2.1,80"]);
    assert.equal(alone.of["to,192.0.2.1,443"], "EPERM", "all its names are denied");
    assert.equal(alone.of["to,192.0.2.1,80"], "ok");
    const flow = alone.run.report.flows.find(({ port }) => port === 443);
    assert.deepEqual([flow?.domain, flow?.rule], ["bad.example.com", "p/bad"]);
    const wild = await steps(policy, ["look,x.y.worse.example.com", "to,192.0.2.1,443"]);
    assert.equal(wild.of["to,192.0.2.1,443"], "EPERM");
    const both = await steps(policy, ["look,bad.example.com", "look,good.example.com", "to,192.0.2.1,443"]);
    assert.equal(both.of["to,192.0.2.1,443"], "ok");
    assert.equal(both.run.report.flows.find(({ port }) => port === 443)?.domain, "good.example.com");
  });

  test("not by what another resolver says, unless the policy trusts that one", { timeout }, async () => {
    const asked = `ask,www.example.com,1,${STRANGER}`;
    const words = [asked, "to,192.0.2.1,9"];
    const reach = { allow: { to: [STRANGER], ports: [53] } };
    const untrusted = await steps({ rules: { www, reach } }, words);
    assert.deepEqual([untrusted.of[asked], untrusted.of["to,192.0.2.1,9"]], ["192.0.2.1", "EPERM"]);
    const trusted = await steps({ rules: { www }, dns: { resolvers: [STRANGER] } }, words);
    assert.deepEqual([trusted.of[asked], trusted.of["to,192.0.2.1,9"]], ["192.0.2.1", "ok"]);
  });
});

describe("ringfence run lets names run out", () => {
  let object = "";
  before(() => {
    object = alteredObject("briefNames");
  });

  test("for new flows, and says so; a live one goes on", { timeout }, async () => {
    const words = [
      "look,www.example.com",
      `look,x.example.com`,
      "to,192.0.2.1,9",
      "wait,1.2",
      "send,192.0.2.1,9",
    ];
    const { run, of } = await steps({ rules: { www } }, words, object);
    assert.deepEqual([of["to,192.0.2.1,9"], of["send,192.0.2.1,9"]], ["ok", "EPERM"]);
    const flow = run.report.flows.find(
      ({ address, outcome }) => address === "192.0.2.1" && outcome === "denied",
    );
    assert.deepEqual(
      [flow?.reason, flow?.domain, flow?.rule],
      ["name-expired", "www.example.com", "p/egress.default"],
    );
  });

  test("and keeps a connection by its name over a change of policy, until a policy denies that", {
    timeout,
  }, async () => {
    const script = 'ip address add 192.0.2.1 dev lo && exec "$0" -e "$1"';
    const echo = `require("net").createServer((s) => s.pipe(s)).listen(9, "192.0.2.1", () => console.log("ready"))`;
    await network.serve(["sh", "-c", script, process.execPath, echo], /ready/);
    const words = ["look,www.example.com", "open,192.0.2.1,9", "wait,1.2", "open,192.0.2.1,9"];
    const command = nameSteps(...words, "hear", "talk", "hear", "talk");
    const rest = { rest: { allow: { to: ["192.0.2.9"] } } };
    const via = [...withObject(object), ...network.via(RESOLVER)];
    await using run = new WatchedRun(policyOf({ rules: { www } }), command, { via });
    await run.hears("wait,1.2");
    await run.hears("open,192.0.2.1,9 EPERM");
    await run.follow(policyOf({ rules: { ...rest, www } }));
    run.tell("second");
    await run.hears("talk ok");
    await run.follow(policyOf({ rules: { ...rest, other: { allow: { to: ["other.example.com"] } } } }));
    run.tell("third");
    const lines = await run.end();
    assert.match(lines.at(-1) ?? "", canReset() ? /talk (ECONNABORTED|EPIPE|closed)/ : /talk timeout/);
  });

  test("later by as much as the policy says", { timeout }, async () => {
    const words = ["look,www.example.com", "wait,1.2", "to,192.0.2.1,9"];
    const { of } = await steps({ rules: { www }, names: { grace: "1m" } }, words, object);
    assert.equal(of["to,192.0.2.1,9"], "ok");
  });
});

describe("ringfence run refuses queries", () => {
  const wrong = "7777.example.com";
  const seen = `ask,seen.example.com,1,${RESOLVER}`;
  const allowed: Policy = {
    rules: {
      www: {
        allow: { to: ["www.example.com", "seen.example.com", "marked.example.com", "*.www.example.net"] },
      },
    },
  };

  async function leaves(
    words: readonly string[],
    policy = allowed,
  ): Promise<Steps & { readonly count: number }> {
    const before = `${seen},`;
    const { run, of } = await steps(policy, [
      seen,
      ...words,
      `look,www.example.com`,
      "wait,0.1",
      before.slice(0, -1),
    ]);
    const counts = run.stdout.split("\n").filter((line) => line.startsWith(seen));
    const [first = 0, last = 0] = counts.map((line) => Number(line.split(".").at(-1)));
    return { run, of, count: (last - first - 1) & 0xff };
  }

  using cgroups = Cgroup2.open();
  const rootCgroup = cgroups.directory("/");
  const tricks: Readonly<Record<string, readonly [step: string, outcome: string]>> = {
    "of another name": [`ask,${wrong},1,${RESOLVER}`, "EPERM"],
    "of another type, as tunnels use": [`ask,secret.${wrong},16,${RESOLVER}`, "EPERM"],
    "over TCP": [`tcp,${wrong},${RESOLVER}`, "timeout"],
    "in one send with another, which lies in pages": [
      `batch,${RESOLVER},www.example.com,xxx.example.com`,
      "EPERM",
    ],
    "from a socket that is connected elsewhere": [`aside,${wrong},${RESOLVER}`, "EPERM"],
    "from the port of resolvers": [`from53,${wrong},${RESOLVER}`, "EPERM"],
    "whose bytes may change after the verdict": [`zero,www.example.com,${RESOLVER}`, "EPERM"],
    "over UDP-Lite": [`lite,${wrong},${RESOLVER}`, "EPERM"],
    "over TCP, by root in another cgroup": [`moved,${wrong},${RESOLVER},${rootCgroup}`, "EPERM"],
    "that is no DNS": [`raw,${RESOLVER},00`, "EPERM"],
    "with two questions": [`raw,${RESOLVER},123401000002000000000000`, "EPERM"],
    "that is an update": [`raw,${RESOLVER},123428000001000000000000`, "EPERM"],
    "with bytes that the other side takes out": [`urgent,${wrong},www.example.net,${RESOLVER}`, "timeout"],
  };
  /** All of them in one fence: what it prints, line by line, with the number of messages that came before and after each. */
  let lines: readonly string[] = [];
  before(async () => {
    const rulesBeside = { ...allowed.rules, aside: { allow: { to: [STRANGER] } } };
    const words = Object.values(tricks).flatMap(([step]) => [step, "wait,0.1", seen]);
    const { run } = await steps({ ...allowed, rules: rulesBeside }, [seen, ...words, "look,www.example.com"]);
    lines = run.stdout.trimEnd().split("\n");
    assert.ok(run.report.totals.denied >= Object.keys(tricks).length);
  });
  for (const [index, [what, [step, outcome]]] of Object.entries(tricks).entries()) {
    test(what, { timeout }, () => {
      const [before = "", said, , after = ""] = lines.slice(3 * index);
      assert.equal(said, `${step} ${outcome}`);
      assert.equal(before, after, "nothing reached the resolver");
    });
  }

  test("and lets others go on", { timeout }, () =>
    assert.equal(lines.at(-1), "look,www.example.com 192.0.2.1"),
  );

  test("behind as many as a packet holds, or in a connection that waits when the fence ends", {
    timeout,
  }, async () => {
    network.forgetOrphansSoon();
    const hidden = `many,www.example.com,${RESOLVER},mark.example.com`;
    const held = [`hold,mark.example.com,${RESOLVER}`, `paced,www.example.com,mark.example.com,${RESOLVER}`];
    const tries = [hidden, ...held, `late,mark.example.com,${RESOLVER}`];
    const { run, of: sent } = await steps(allowed, tries);
    for (const step of tries) assert.equal(sent[step], "sent", step);
    const denied = run.report.flows.filter(
      ({ direction, outcome }) => direction === "query" && outcome === "denied",
    );
    assert.ok(denied.length > 0);
    // what a connection would repeat comes within this time
    await new Promise((resolve) => setTimeout(resolve, 3000));
    const marked = `ask,marked.example.com,1,${RESOLVER}`;
    const { of } = await steps(allowed, [marked]);
    assert.equal(of[marked], "192.0.2.0", "the resolver was asked for no such name");
  });

  test("through a socket from outside", { timeout }, async () => {
    const give =
      "import os, socket, sys; s = socket.socket(2, 2); os.dup2(s.fileno(), 0); os.execvp(sys.argv[1], sys.argv[1:])";
    const step = `given,${wrong},${RESOLVER}`;
    const run = await fence(nameSteps(step), {
      policies: [policyOf(allowed)],
      via: [...network.via(RESOLVER), "python3", "-c", give],
    });
    assert.equal(outcomesOf(run.stdout)[step], "EPERM");
  });

  test("but not those with a domain of the search list behind a name that is allowed", {
    timeout,
  }, async () => {
    const run = await fence(nameSteps("look,www.example.com", "look,other.example.com"), {
      policies: [policyOf({ rules: { www } })],
      via: network.viaSearch("absent.example", RESOLVER),
    });
    const of = outcomesOf(run.stdout);
    assert.deepEqual([of["look,www.example.com"], of["look,other.example.com"]], ["192.0.2.1", "unknown"]);
    const asked = run.dnsLog.map(({ name, answer }) => `${name} ${answer}`);
    assert.ok(asked.includes("www.example.com.absent.example NXDOMAIN"), asked.join());
    assert.ok(asked.includes("other.example.com.absent.example denied"), asked.join());
  });

  test("but not those of a connection that is opened again", { timeout }, async () => {
    const step = `again,www.example.com,${RESOLVER}`;
    assert.equal((await steps(allowed, [step])).of[step], "192.0.2.1");
  });

  test("and names each in the log and in the report", { timeout }, async () => {
    const step = `ask,${wrong},16,${RESOLVER}`;
    const { run } = await leaves([step, step]);
    const denied = run.dnsLog.filter(({ answer }) => answer === "denied");
    assert.deepEqual(
      denied.map(({ name, type, rule, sent }) => [name, type, rule, sent]),
      [
        [wrong, "TXT", "p/dns.queries", 0],
        [wrong, "TXT", "p/dns.queries", 0],
      ],
    );
    const row = run.report.names.queries.find(({ answer }) => answer === "denied");
    assert.deepEqual(
      [row?.name, row?.queries, row?.rule, row?.trust],
      [wrong, 2, "p/dns.queries", "trusted"],
    );
  });

  test("only where the policy says so", { timeout }, async () => {
    const step = `ask,${wrong},1,${RESOLVER}`;
    const open = await leaves([step], { ...allowed, dns: { queries: "allow" } });
    assert.deepEqual([open.of[step], open.count], ["192.0.2.1", 1]);
    const audited = await leaves([step], { ...allowed, mode: "audit" });
    assert.deepEqual([audited.of[step], audited.count], ["192.0.2.1", 1]);
    const line = audited.run.dnsLog.find(({ answer }) => answer === "would-deny");
    assert.deepEqual([line?.name, line?.rule], [wrong, "p/dns.queries"]);
    assert.equal(audited.run.report.totals.denied, 0);
  });

  test("of a name that is denied, where others may be asked for", { timeout }, async () => {
    const policy: Policy = { default: "allow", rules: { bad: { deny: { to: ["*.bad.example.com"] } } } };
    const denied = `ask,x.bad.example.com,1,${RESOLVER}`;
    const unreadable = [`raw,${RESOLVER},00`, `zero,x.bad.example.com,${RESOLVER}`];
    const { of, count } = await leaves([denied, ...unreadable, `ask,${wrong},1,${RESOLVER}`], policy);
    for (const step of [denied, ...unreadable]) assert.equal(of[step], "EPERM", step);
    assert.equal(count, 1);
  });
});

describe("ringfence run refuses encrypted DNS", () => {
  test("by port, and to public resolvers", { timeout }, async () => {
    const policy: Policy = { default: "allow", dns: { encrypted: "deny" } };
    const words = ["to,192.0.2.1,853", "to,192.0.2.1,443", "to,8.8.8.8,443", "to,1.1.1.1,53"];
    const { of, run } = await steps(policy, words);
    assert.deepEqual(
      words.map((step) => of[step]),
      ["EPERM", "ok", "EPERM", "ok"],
    );
    const named = run.report.flows.filter(({ outcome }) => outcome === "denied").map(({ rule }) => rule);
    assert.deepEqual(named.toSorted(), ["p/dns.encrypted", "p/dns.encrypted.resolvers"]);
  });
});
