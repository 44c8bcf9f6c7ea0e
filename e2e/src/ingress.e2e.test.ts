import assert from "node:assert/strict";
import { once } from "node:events";
import { renameSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { describe, test } from "node:test";
import { Cgroup2 } from "@ringfence/kernel";
import type { Report } from "@ringfence/model";
import { EchoServers } from "./harness/echo-servers.js";
import { cgroupsOf } from "./harness/leftovers.js";
import {
  connects,
  countConnects,
  isIgnored,
  listeners,
  listenersIn,
  sendDatagram,
  untilIgnored,
} from "./harness/listeners.js";
import { probe } from "./harness/probe.js";
import { profile, rules } from "./harness/profile.js";
import { temporaryFolder } from "./harness/temporary-folder.js";
import { timeout } from "./harness/timeout.js";
import type { ListenerStep } from "./probe/listener-step.js";

function socket(name: string, family: "v4" | "v6", type: "tcp" | "udp", more: object = {}): ListenerStep {
  return { op: "socket", name, family, type, ...more };
}

const bind = (name: string, address: string, port: number | string = 0): ListenerStep => ({
  op: "bind",
  name,
  address,
  port,
});

const listen = (name: string): ListenerStep => ({ op: "listen", name });

/** A TCP listener, from nothing. */
function listener(name: string, address: string): ListenerStep[] {
  return [socket(name, address.includes(":") ? "v6" : "v4", "tcp"), bind(name, address), listen(name)];
}

function rowsOf(report: Report, direction: string): string[] {
  return report.flows
    .filter((flow) => flow.direction === direction)
    .map(
      ({ outcome, protocol, address, rule, shadowRule }) =>
        `${outcome} ${protocol} ${address} ${shadowRule ?? rule}`,
    )
    .sort();
}

describe("ringfence run incoming", () => {
  test("drop what is denied before the listener sees it, v4, v6 and dual stack", { timeout }, async () => {
    const policy = profile("p", {
      ingress: {
        default: "deny",
        rules: rules({
          neighbours: { allow: { from: ["127.0.0.2", "::1"] } },
          never: { deny: { from: ["127.0.0.3"] } },
        }),
      },
      listen: "0-65535",
    });
    const steps = [
      ...listener("v4", "127.0.0.1"),
      ...listener("v6", "::1"),
      ...listener("dual", "::"),
      ...[socket("udp", "v4", "udp"), bind("udp", "127.0.0.1")],
      ...[socket("udp dual", "v6", "udp"), bind("udp dual", "::")],
    ];
    const { results, report, log } = await listeners(steps, { policies: [policy] }, async (port) => {
      await Promise.all([
        isIgnored("127.0.0.1", port("v4"), "127.0.0.1"),
        isIgnored("127.0.0.1", port("v4"), "127.0.0.3"),
        isIgnored("127.0.0.1", port("dual"), "127.0.0.1"),
      ]);
      await connects("127.0.0.1", port("v4"), "127.0.0.2");
      await connects("::1", port("v6"), "::1");
      await connects("127.0.0.1", port("dual"), "127.0.0.2");
      await connects("::1", port("dual"), "::1");
      for (const from of ["127.0.0.1", "127.0.0.2", "127.0.0.2", "127.0.0.3"]) {
        await sendDatagram("127.0.0.1", port("udp"), from);
      }
      await sendDatagram("127.0.0.1", port("udp dual"), "127.0.0.1");
      await sendDatagram("127.0.0.1", port("udp dual"), "127.0.0.2");
      await sendDatagram("::1", port("udp dual"), "::1");
    });
    assert.equal(results["got v4"], "1");
    assert.equal(results["got v6"], "1");
    assert.equal(results["got dual"], "2");
    assert.equal(results["got udp"], "2");
    assert.equal(results["got udp dual"], "2");
    assert.deepEqual(
      new Set(rowsOf(report, "ingress")),
      new Set([
        "allowed tcp 127.0.0.2 p/neighbours",
        "allowed tcp ::1 p/neighbours",
        "allowed udp 127.0.0.2 p/neighbours",
        "allowed udp ::1 p/neighbours",
        "denied tcp 127.0.0.1 p/ingress.default",
        "denied tcp 127.0.0.3 p/never",
        "denied udp 127.0.0.1 p/ingress.default",
        "denied udp 127.0.0.3 p/never",
      ]),
    );
    const line = log.find(({ rule }) => rule === "p/never");
    assert.equal(line?.direction, "ingress");
    assert.equal(line?.hook, "packet");
    assert.match(line?.msg ?? "", /may not be reached by tcp 127\.0\.0\.3 on port \d+/);
    const taken = report.flows.find(({ rule, protocol }) => rule === "p/neighbours" && protocol === "tcp");
    assert.ok((taken?.receivedBytes ?? 0) > 0 && (taken?.sentBytes ?? 0) > 0, "bytes were not counted");
  });

  test("refuse a bind with EPERM, by port and protocol", { timeout }, async () => {
    const names = ["tcp", "tcp6", "udp", "udp6", "dual", "mptcp"];
    const steps = [
      ...[socket("tcp", "v4", "tcp"), bind("tcp", "127.0.0.1", 21_001), bind("tcp", "127.0.0.1", 21_002)],
      ...[socket("tcp6", "v6", "tcp"), bind("tcp6", "::1", 21_001), bind("tcp6", "::1", 21_002)],
      ...[socket("udp", "v4", "udp"), bind("udp", "127.0.0.1", 21_001), bind("udp", "127.0.0.1", 21_003)],
      ...[socket("udp6", "v6", "udp"), bind("udp6", "::1", 21_002), bind("udp6", "::1", 21_003)],
      ...[socket("dual", "v6", "tcp"), bind("dual", "::ffff:127.0.0.1", 21_001)],
      ...[socket("mptcp", "v4", "tcp", { protocol: 262 }), bind("mptcp", "127.0.0.1", 21_001)],
      ...[socket("any", "v4", "udp"), bind("any", "127.0.0.1", 0)],
    ];
    const options = ["--listen", "21002/tcp", "--listen", "21003/udp"];
    const { stdout, report, log } = await listeners(steps, { options });
    const binds = stdout
      .split("\n")
      .filter((text) => text.includes('"bind '))
      .map((text) => JSON.parse(text) as { name: string; result: string })
      .map(({ name, result }) => `${name.slice(5)} ${result}`);
    assert.deepEqual(binds, [
      ...["tcp EPERM", "tcp ok", "tcp6 EPERM", "tcp6 ok", "udp EPERM", "udp ok", "udp6 EPERM", "udp6 ok"],
      ...["dual EPERM", "mptcp EPERM", "any ok"],
    ]);
    assert.equal(report.totals.denied, names.length);
    assert.deepEqual(
      rowsOf(report, "listen"),
      [
        "allowed tcp 127.0.0.1 run/listen",
        "allowed tcp ::1 run/listen",
        "allowed udp 127.0.0.1 run/listen",
        "allowed udp ::1 run/listen",
        "denied tcp 127.0.0.1 run/listen.default",
        "denied tcp ::1 run/listen.default",
        "denied udp 127.0.0.1 run/listen.default",
        "denied udp ::1 run/listen.default",
      ].sort(),
    );
    assert.match(log[0]?.msg ?? "", /may not listen on tcp 127\.0\.0\.1 port 21001/);
  });

  test("ignore who connects to a port that nobody was allowed to listen on", { timeout }, async () => {
    const steps = [
      ...listener("port 0", "127.0.0.1"),
      ...[socket("never bound", "v4", "tcp"), listen("never bound")],
      ...[socket("never bound 6", "v6", "tcp"), listen("never bound 6")],
    ];
    const { results, report } = await listeners(steps, { options: ["--listen", "none"] }, async (port) => {
      const names = ["port 0", "never bound", "never bound 6"];
      await Promise.all(names.map((name) => isIgnored("127.0.0.1", port(name), "127.0.0.1")));
    });
    for (const name of ["port 0", "never bound", "never bound 6"]) {
      assert.equal(results[`listen ${name}`], "ok");
      assert.equal(results[`got ${name}`], "0");
    }
    assert.deepEqual(
      new Set(rowsOf(report, "ingress")),
      new Set(["denied tcp 127.0.0.1 run/listen.default"]),
    );
    assert.deepEqual(rowsOf(report, "listen"), [
      "denied tcp 0.0.0.0 run/listen.default",
      "denied tcp 127.0.0.1 run/listen.default",
      "denied tcp :: run/listen.default",
    ]);
    const open = await listeners(steps, { options: ["--listen", "1024-65535"] }, async (port) => {
      for (const name of ["port 0", "never bound", "never bound 6"]) {
        await connects("127.0.0.1", port(name), "127.0.0.1");
      }
    });
    assert.equal(open.report.totals.denied, 0);
  });

  test("judge each of several sockets on one port by who bound it", { timeout }, async () => {
    const policy = profile("p", {
      ingress: { default: "deny", rules: rules({ root: { allow: { process: { uid: 0 } } } }) },
      listen: "0-65535",
    });
    const steps: ListenerStep[] = [
      ...[socket("root", "v4", "tcp", { reusePort: true }), socket("user", "v4", "tcp", { reusePort: true })],
      ...[bind("root", "127.0.0.1"), listen("root"), { op: "uid", id: 1000 } as const],
      ...[bind("user", "127.0.0.1", "root"), listen("user"), { op: "uid", id: 0 } as const],
    ];
    let connected = 0;
    const { results, report } = await listeners(steps, { policies: [policy] }, async (port) => {
      connected = await countConnects(32, "127.0.0.1", port("root"), "127.0.0.1");
    });
    assert.equal(results["listen user"], "ok");
    assert.equal(results["got user"], "0");
    assert.equal(results["got root"], String(connected));
    assert.ok(connected > 0 && connected < 32, `${connected} of 32 connected`);
    const denied = report.flows.find(({ outcome }) => outcome === "denied");
    assert.equal(denied?.processes[0]?.uid, 1000);
  });

  test("judge a bound socket by who listens on it in the end", { timeout }, async () => {
    const policy = profile("p", {
      ingress: { default: "deny", rules: rules({ root: { allow: { process: { uid: 0 } } } }) },
      listen: "0-65535",
    });
    const user = profile("user", { subject: { uid: 1000 }, listen: "none" });
    const steps: ListenerStep[] = [
      ...[socket("passed", "v4", "tcp"), bind("passed", "127.0.0.1")],
      ...[socket("kept", "v4", "tcp"), bind("kept", "127.0.0.1"), listen("kept")],
      ...[{ op: "uid", id: 1000 } as const, listen("passed"), { op: "uid", id: 0 } as const],
    ];
    const { results, report } = await listeners(steps, { policies: [policy, user] }, async (port) => {
      await isIgnored("127.0.0.1", port("passed"), "127.0.0.1");
      await connects("127.0.0.1", port("kept"), "127.0.0.1");
    });
    assert.equal(results["got passed"], "0");
    assert.equal(results["got kept"], "1");
    assert.deepEqual(rowsOf(report, "ingress"), [
      "allowed tcp 127.0.0.1 p/root",
      "denied tcp 127.0.0.1 p/ingress.default",
    ]);
  });

  test("let answers in without a rule", { timeout }, async () => {
    await using servers = await EchoServers.start();
    const { tcp4, tcp6, udp4, udp6 } = servers;
    const policy = profile("p", { ingress: { default: "deny" }, listen: "none" });
    const { report } = await probe(
      [
        { name: "tcp4", op: "tcp", to: "127.0.0.1", port: tcp4.port, send: 1000 },
        { name: "tcp6", op: "tcp", to: "::1", port: tcp6.port, send: 1000 },
        { name: "udp4", op: "udp", to: "127.0.0.1", port: udp4.port, times: 3, echo: true },
        { name: "udp6", op: "udp", to: "::1", port: udp6.port, times: 3, echo: true },
        { name: "udp mapped", op: "udp", to: "::ffff:127.0.0.1", port: udp4.port, echo: true },
        { name: "connected", op: "udp", how: "connect", to: "127.0.0.1", port: udp4.port, echo: true },
      ],
      { tcp4: "ok", tcp6: "ok", udp4: "ok", udp6: "ok", "udp mapped": "ok", connected: "ok" },
      { policies: [policy] },
    );
    assert.equal(report.totals.denied, 0);
    assert.deepEqual(rowsOf(report, "ingress"), []);
    assert.ok(report.flows.every(({ receivedBytes }) => receivedBytes > 0));
  });

  test("only tell what audit would refuse", { timeout }, async () => {
    const policy = profile("p", { mode: "audit", ingress: { default: "deny" }, listen: "none" });
    const steps = [
      ...[socket("tcp", "v4", "tcp"), bind("tcp", "127.0.0.1", 21_004), listen("tcp")],
      ...[socket("udp", "v4", "udp"), bind("udp", "127.0.0.1", 21_004)],
    ];
    const { results, report, log } = await listeners(steps, { policies: [policy] }, async (port) => {
      await connects("127.0.0.1", port("tcp"), "127.0.0.1");
      await sendDatagram("127.0.0.1", port("udp"), "127.0.0.1");
    });
    assert.deepEqual(
      ["bind tcp", "bind udp", "got tcp", "got udp"].map((name) => results[name]),
      ["ok", "ok", "1", "1"],
    );
    assert.equal(report.totals.denied, 0);
    assert.deepEqual(rowsOf(report, "listen"), [
      "would-deny tcp 127.0.0.1 p/listen.default",
      "would-deny udp 127.0.0.1 p/listen.default",
    ]);
    assert.deepEqual(rowsOf(report, "ingress"), [
      "would-deny tcp 127.0.0.1 p/listen.default",
      "would-deny udp 127.0.0.1 p/ingress.default",
    ]);
    assert.match(log[0]?.msg ?? "", /listens, and under the audited rules may not, on tcp/);
  });

  test("take the sources and ports of the command line", { timeout }, async () => {
    const options = ["--allow-from", "tcp/127.0.0.2:21005", "--listen", "21005-21006/tcp"];
    const steps = [21_005, 21_006].flatMap((port) => [
      socket(`${port}`, "v4", "tcp"),
      bind(`${port}`, "127.0.0.1", port),
      listen(`${port}`),
    ]);
    const { results, report } = await listeners(steps, { options }, async () => {
      await connects("127.0.0.1", 21_005, "127.0.0.2");
      await Promise.all([
        isIgnored("127.0.0.1", 21_005, "127.0.0.1"),
        isIgnored("127.0.0.1", 21_006, "127.0.0.2"),
      ]);
    });
    assert.deepEqual([results["got 21005"], results["got 21006"]], ["1", "0"]);
    assert.deepEqual(
      rowsOf(report, "ingress").map((row) => row.slice(0, row.indexOf(" tcp"))),
      ["allowed", "denied", "denied"],
    );
  });

  test("judge what reaches a socket of nobody inside by unattributed", { timeout }, async () => {
    const strangers = [...listener("tcp", "127.0.0.1"), socket("udp", "v4", "udp"), bind("udp", "127.0.0.1")];
    /** What a stranger in the run's own cgroup gets: connections and datagrams. */
    const got = async (policy: string, reach: typeof connects) => {
      let results: Readonly<Record<string, string>> = {};
      const { report } = await listeners([], { policies: [policy] }, async (_, pid) => {
        using cgroups = Cgroup2.open();
        const folder = `${cgroups.root}${cgroupsOf(pid)[0] ?? ""}`;
        results = await listenersIn(folder, strangers, async (port) => {
          await reach("127.0.0.1", port("tcp"), "127.0.0.1");
          await sendDatagram("127.0.0.1", port("udp"), "127.0.0.1");
        });
      });
      return { report, got: [results["got tcp"], results["got udp"]] };
    };
    const host = { subject: { host: true }, ingress: { default: "deny" } };
    const denied = await got(profile("p", { ...host, unattributed: "deny" }), isIgnored);
    assert.deepEqual(denied.got, ["0", "0"]);
    assert.deepEqual(rowsOf(denied.report, "unattributed"), [
      "denied tcp 127.0.0.1 p/unattributed",
      "denied udp 127.0.0.1 p/unattributed",
    ]);
    const open = await got(profile("p", host), connects);
    assert.deepEqual(open.got, ["1", "1"]);
    assert.deepEqual(rowsOf(open.report, "unattributed"), []);
  });

  test("let nobody connect to a listener for which there was no memory", { timeout }, async () => {
    const policy = profile("p", { ingress: { default: "deny" }, listen: "none" });
    const steps: ListenerStep[] = [
      socket("tcp", "v4", "tcp"),
      { op: "exhaust", name: "tcp" },
      listen("tcp"),
      socket("bound", "v4", "tcp"),
      { op: "exhaust", name: "bound" },
      bind("bound", "127.0.0.1"),
    ];
    const { results, report } = await listeners(steps, { policies: [policy] }, async (port) => {
      await isIgnored("127.0.0.1", port("tcp"), "127.0.0.1");
    });
    assert.deepEqual(
      ["exhaust tcp", "listen tcp", "got tcp", "exhaust bound", "bind bound"].map((name) => results[name]),
      ["ok", "ok", "0", "ok", "EPERM"],
    );
    assert.equal(report.losses.sockets, 2);
    assert.deepEqual(
      report.flows.map(({ outcome, direction, reason }) => `${outcome} ${direction} ${reason}`),
      ["denied ingress unjudged-socket"],
    );
  });

  test("know a listener in a cgroup that was made since by the one above", { timeout }, async () => {
    const policy = profile("p", {
      subject: { cgroup: "/" },
      ingress: { default: "deny" },
      listen: "0-65535",
    });
    const steps: ListenerStep[] = [
      { op: "cgroup", name: "later" },
      ...listener("tcp", "127.0.0.1"),
      socket("udp", "v4", "udp"),
      bind("udp", "127.0.0.1"),
    ];
    const { results, report } = await listeners(steps, { policies: [policy] }, async (port) => {
      await isIgnored("127.0.0.1", port("tcp"), "127.0.0.1");
      await sendDatagram("127.0.0.1", port("udp"), "127.0.0.1");
    });
    assert.deepEqual([results["got tcp"], results["got udp"]], ["0", "0"]);
    assert.deepEqual(rowsOf(report, "ingress"), [
      "denied tcp 127.0.0.1 p/ingress.default",
      "denied udp 127.0.0.1 p/ingress.default",
    ]);
  });

  test("judge a connection that was accepted again when the policy changes", { timeout }, async () => {
    const file = join(temporaryFolder(), "policy.yaml");
    const write = (action: "allow" | "deny") => {
      const text = profile("p", { ingress: { default: action }, listen: "0-65535" });
      writeFileSync(`${file}.new`, text, { mode: 0o644 });
      renameSync(`${file}.new`, file);
    };
    write("allow");
    const options = ["--user", "nobody", "--watch", "--policy", file];
    const { report } = await listeners(listener("tcp", "127.0.0.1"), { options }, async (port) => {
      const old = connect(port("tcp"), "127.0.0.1").on("error", () => undefined);
      await once(old, "connect");
      write("deny");
      await untilIgnored("127.0.0.1", port("tcp"), "127.0.0.1");
      old.write("more");
      await new Promise((resolve) => setTimeout(resolve, 500));
      old.destroy();
    });
    assert.deepEqual(rowsOf(report, "ingress"), [
      "allowed tcp 127.0.0.1 p/ingress.default",
      "denied tcp 127.0.0.1 p/ingress.default",
    ]);
    const received = report.flows.find(({ outcome }) => outcome === "denied")?.receivedBytes;
    assert.equal(received, 0);
  });
});
