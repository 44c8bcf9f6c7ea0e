import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { describe, test } from "node:test";
import type { Report } from "@ringfence/model";
import { libc } from "@ringfence/probe";
import { fence } from "./harness/fence.js";
import { isolated } from "./harness/isolated.js";
import { program } from "./harness/paths.js";
import { probe, probeCommand, readResults } from "./harness/probe.js";
import { profile, rules } from "./harness/profile.js";
import { runProcess } from "./harness/run-process.js";
import { timeout } from "./harness/timeout.js";
import type { Attempt } from "./probe/attempt.js";

const AF_INET = 2;
const SOCK_STREAM = 1;
const IPPROTO_SCTP = 132;

/** Without the kernel's SCTP, its packets can still be written by hand. */
const skip = hasSctp() ? false : "this kernel has no SCTP";

function hasSctp(): boolean {
  const fd = libc.socket(AF_INET, SOCK_STREAM, IPPROTO_SCTP);
  if (fd >= 0) libc.close(fd);
  return fd >= 0;
}

const rowsOf = (report: Report) =>
  report.flows
    .map(
      ({ direction, outcome, reason, protocol, address, port, rule }) =>
        `${direction} ${outcome} ${reason} ${protocol} ${address} ${port} ${rule}`,
    )
    .sort();

/** A server outside the fence. */
class Server implements AsyncDisposable {
  readonly port: number;
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess, port: number) {
    this.#child = child;
    this.port = port;
  }

  static async start(address: string): Promise<Server> {
    const args = [program("probe/serve-sctp.js"), address, "hello"];
    const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
    const [line] = (await once(child.stdout, "data")) as [Buffer];
    return new Server(child, Number(readResults(line.toString()).results["port"]));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.kill();
    if (this.#child.exitCode === null && this.#child.signalCode === null) await once(this.#child, "exit");
  }
}

const sctp = { op: "tcp", protocol: IPPROTO_SCTP } as const;
const talks = { ...sctp, greeting: 5, send: 16 } as const;
/** The kernel sends the first packet before it says so. */
const begins = { ...sctp, how: "nonblocking" } as const;

describe("ringfence run judges SCTP", () => {
  test("by the ports of each packet, v4 and v6", { timeout }, async () => {
    const policy = profile("p", {
      default: "deny",
      rules: rules({
        suffix: { allow: { to: "127.0.0.1", ports: "1001/sctp" } },
        protocol: { allow: { to: "::1", ports: 1001, protocol: "sctp" } },
        others: { allow: { ports: ["1002/tcp", "1002/udp"] } },
        never: { deny: { to: "127.0.0.4", protocol: "sctp" } },
        all: { allow: { to: "127.0.0.4" } },
      }),
    });
    const raw = (name: string, to: string, port: number): Attempt => ({ name, op: "raw-sctp", to, port });
    await probe(
      [
        { name: "comm", op: "comm", comm: "renamed" },
        raw("v4", "127.0.0.1", 1001),
        raw("v6", "::1", 1001),
        raw("other port", "127.0.0.1", 1002),
        raw("other port v6", "::1", 1002),
        raw("other address", "127.0.0.2", 1001),
        raw("denied protocol", "127.0.0.4", 1001),
        { name: "other protocol", op: "raw-udp", to: "127.0.0.4", port: 1001 },
      ],
      {
        comm: "ok",
        v4: "ok",
        v6: "ok",
        "other port": "EPERM",
        "other port v6": "EPERM",
        "other address": "EPERM",
        "denied protocol": "EPERM",
        "other protocol": "ok",
      },
      // raw sockets need CAP_NET_RAW, which only a privileged run has
      { policies: [policy], options: ["--privileged"], via: isolated },
    ).then(({ report, log }) => {
      assert.deepEqual(
        rowsOf(report).filter((row) => row.startsWith("egress") && row.includes("sctp")),
        [
          "egress allowed policy sctp 127.0.0.1 1001 p/suffix",
          "egress allowed policy sctp ::1 1001 p/protocol",
          "egress denied policy sctp 127.0.0.1 1002 p/egress.default",
          "egress denied policy sctp 127.0.0.2 1001 p/egress.default",
          "egress denied policy sctp 127.0.0.4 1001 p/never",
          "egress denied policy sctp ::1 1002 p/egress.default",
        ],
      );
      const comms = report.flows
        .filter(({ rule }) => rule === "p/never")
        .map(({ processes }) => processes[0]?.comm);
      assert.deepEqual(comms, ["renamed"]);
      const line = log.find(({ rule }) => rule === "p/never");
      assert.match(line?.msg ?? "", /may not reach sctp 127\.0\.0\.4 port 1001/);
    });
  });

  test("where a client goes, and lets the answers in", { timeout, skip }, async () => {
    await using v4 = await Server.start("127.0.0.1");
    await using v6 = await Server.start("::1");
    const allowed = [`sctp/127.0.0.1:${v4.port}`, `[::1]:${v6.port}/sctp`];
    const policy = profile("in", { ingress: { default: "deny", rules: [] }, listen: "none" });
    const { report } = await probe(
      [
        { ...talks, name: "v4", to: "127.0.0.1", port: v4.port },
        { ...talks, name: "v6", to: "::1", port: v6.port },
        { ...begins, name: "other port", to: "127.0.0.1", port: 1002 },
        { ...begins, name: "other address", to: "127.0.0.2", port: v4.port },
        { ...sctp, protocol: 6, name: "tcp", to: "127.0.0.1", port: v4.port },
      ],
      { v4: "ok", v6: "ok", "other port": "EINPROGRESS", "other address": "EINPROGRESS", tcp: "EPERM" },
      { options: allowed.flatMap((to) => ["--allow", to]), policies: [policy] },
    );
    assert.deepEqual(
      rowsOf(report).filter((row) => row.includes("sctp")),
      [
        `egress allowed policy sctp 127.0.0.1 ${v4.port} run/--allow ${allowed[0]}`,
        `egress allowed policy sctp ::1 ${v6.port} run/--allow ${allowed[1]}`,
        "egress denied policy sctp 127.0.0.1 1002 run/egress.default",
        `egress denied policy sctp 127.0.0.2 ${v4.port} run/egress.default`,
      ].sort(),
    );
  });

  test("who comes in, and lets a server greet and answer without a rule for it", {
    timeout,
    skip,
  }, async () => {
    const policy = profile("p", {
      default: "deny",
      ingress: {
        default: "deny",
        rules: rules({ clients: { allow: { from: "127.0.0.2", protocol: "sctp" } } }),
      },
      listen: "none",
    });
    let talked: Promise<unknown> = Promise.resolve();
    const { stdout, report } = await fence(
      [process.execPath, program("probe/serve-sctp.js"), "127.0.0.1", "hello"],
      {
        policies: [policy],
        onStart: (child) =>
          child.stdout?.once("data", (line: string) => {
            const port = Number(readResults(line).results["port"]);
            talked = talk(port).finally(() => child.stdout?.resume());
          }),
      },
    );
    assert.deepEqual(await talked, { stranger: "EINPROGRESS", client: "ok" });
    assert.equal(readResults(stdout).results["accept"], "ok");
    const port = Number(readResults(stdout).results["port"]);
    const rows = rowsOf(report).map((row) => row.replace(/(egress.*127\.0\.0\.2) \d+/, "$1 PORT"));
    assert.deepEqual(
      new Set(rows),
      new Set([
        "egress allowed reply sctp 127.0.0.2 PORT p/egress.default",
        `ingress allowed policy sctp 127.0.0.2 ${port} p/clients`,
        `ingress denied policy sctp 127.0.0.1 ${port} p/ingress.default`,
      ]),
    );
  });
});

/** Talks to a server in the fence from outside: first somebody who may not. */
async function talk(port: number): Promise<Readonly<Record<string, string>>> {
  const [file = "", ...args] = probeCommand([
    { ...begins, name: "stranger", to: "127.0.0.1", port },
    { ...talks, name: "client", to: "127.0.0.1", from: "127.0.0.2", port },
  ]);
  const { stdout } = await runProcess(file, args);
  return readResults(stdout).results;
}
