import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { explanationSchema, reportSchema } from "@ringfence/model/schemas";
import { isolated } from "./harness/isolated.js";
import { repositoryRoot, ringfencePath } from "./harness/paths.js";
import { type ProcessOptions, runProcess } from "./harness/run-process.js";
import { temporaryFolder } from "./harness/temporary-folder.js";
import { timeout } from "./harness/timeout.js";

const explain = (args: readonly string[], options: ProcessOptions = {}) =>
  runProcess(ringfencePath, ["explain", ...args], options);

function policyFile(spec: string): string {
  const path = join(temporaryFolder(), "policy.yaml");
  writeFileSync(
    path,
    `apiVersion: ringfence.dev/v1alpha1\nkind: SecurityProfile\nmetadata: { name: p }\nspec:\n  mode: enforce\n${spec}`,
  );
  return path;
}

const rates = `  egress:
    default: deny
    rules:
      - name: rates
        allow: { process: { exe: /usr/bin/curl, uid: 1000 }, ports: 443 }
`;

describe("ringfence explain", () => {
  test("names the rule that allows with its line, and ends with 0", { timeout }, async () => {
    const policy = policyFile(rates);
    const flow = "exe=/usr/bin/curl uid=1000 tcp 10.0.0.1:443";
    const { code, stdout, stderr } = await explain(["--policy", policy, "--flow", flow]);
    assert.deepEqual([code, stderr], [0, ""]);
    assert.ok(stdout.startsWith(`allowed\n  by p/rates, ${policy}:9:9\n    - name: rates\n`), stdout);
  });

  test("names the keys that ruled a rule out, and ends with 3", { timeout }, async () => {
    const policy = policyFile(rates);
    const flow = "exe=/usr/bin/wget uid=0 tcp 10.0.0.1:80";
    const { code, stdout } = await explain(["--policy", policy, "--flow", flow]);
    assert.equal(code, 3);
    assert.ok(
      stdout.startsWith(`denied\n  by p/egress.default, ${policy}:7:14\n    default: deny\n`),
      stdout,
    );
    assert.match(stdout, /no: process: exe \/usr\/bin\/wget is not \/usr\/bin\/curl; uid 0 is not 1000\n/);
    assert.match(stdout, /no: port 80 is not 443\n/);
  });

  test("ends as the enforced verdict says, whatever audited rules would", { timeout }, async () => {
    const flow = ["--flow", "tcp 10.0.0.1:443"];
    const audited = await explain(["--policy", policyFile(rates), "--mode", "audit", ...flow]);
    assert.equal(audited.code, 0);
    assert.match(audited.stdout, /\ndenied if audited rules were enforced\n {2}by p\/egress\.default/);
  });

  test("--json prints what its schema says", { timeout }, async () => {
    const flow = "exe=/usr/bin/wget uid=1 tcp 10.0.0.1:443";
    const { code, stdout } = await explain(["--policy", policyFile(rates), "--json", "--flow", flow]);
    assert.equal(code, 3);
    const { profiles, question } = explanationSchema.parse(JSON.parse(stdout));
    const [rule, byDefault] = profiles[0]?.rules ?? [];
    assert.deepEqual(
      rule?.mismatches.map(({ part, key, assumed }) => [part, key, assumed]),
      [
        ["process", "exe", false],
        ["process", "uid", false],
      ],
    );
    assert.deepEqual(byDefault?.decides, ["enforced", "shadow"]);
    assert.equal(
      question.flow,
      "exe=/usr/bin/wget comm=wget uid=1 gid=0 cgroup=/ container=no ancestor=none tcp 10.0.0.1:443",
    );
  });

  test('takes its own line after "asked:" as --flow', { timeout }, async () => {
    const policy = policyFile(rates);
    const first = await explain(["--policy", policy, "--flow", 'comm="a b" udp [::1]:53']);
    const line = /^asked: (.*)$/m.exec(first.stdout)?.[1] ?? "";
    const again = await explain(["--policy", policy, "--flow", line]);
    assert.equal(
      again.stdout,
      first.stdout.replace(/^(assumed|of that),.*\n/gm, "").replaceAll(/ \(\w+ assumed\)/g, ""),
    );
  });

  test("needs no root", { timeout }, async () => {
    const nobody = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"];
    const { code, stdout } = await explain(["--deny", "any", "--flow", "tcp 10.0.0.1:443"], {
      via: nobody,
      cwd: repositoryRoot,
    });
    assert.equal(code, 3);
    assert.match(stdout, /^denied\n {2}by run\/--deny any\n/);
  });

  test("judges what comes in and who listens as run would", { timeout }, async () => {
    const options = ["--allow-from", "10.0.0.0/8:8080", "--listen", "8080"];
    const status = async (flow: string) => (await explain([...options, "--flow", flow])).code;
    assert.equal(await status("ingress tcp 10.0.0.9:51234 -> :8080"), 0);
    assert.equal(await status("ingress tcp 10.0.0.9 -> :8081"), 3);
    assert.equal(await status("listen tcp :8080"), 0);
    assert.equal(await status("listen tcp :8081"), 3);
    const denied = await explain([...options, "--flow", "ingress tcp 11.0.0.9 -> :8080"]);
    assert.match(denied.stdout, /^denied\n {2}by run\/ingress\.default\n/);
    assert.match(
      denied.stdout,
      /allow-from 10\.0\.0\.0\/8:8080\n {4}no: 11\.0\.0\.9 is not in 10\.0\.0\.0\/8/,
    );
  });

  test("--pid takes the facts of a live process, and --flow replaces them", { timeout }, async () => {
    const child = spawn("sleep", ["120"], { stdio: "ignore" });
    try {
      const policy = policyFile(
        "  egress: { default: deny, rules: [{ allow: { process: { comm: sleep, uid: 0 } } }] }\n",
      );
      const ask = (flow: string) => explain(["--policy", policy, "--pid", String(child.pid), "--flow", flow]);
      const asIs = await ask("tcp 10.0.0.1:443");
      assert.equal(asIs.code, 0, asIs.stdout);
      assert.match(asIs.stdout, /^asked: exe=\/\S+ comm=sleep uid=0 /m);
      assert.match(asIs.stdout, new RegExp(` ancestor=${process.execPath} `));
      assert.match(asIs.stdout, /^note: programs before it that have ended/m);
      assert.equal((await ask("uid=5 tcp 10.0.0.1:443")).code, 3);
    } finally {
      child.kill("SIGKILL");
    }
  });
});

describe("ringfence explain --report", () => {
  test("agrees with every row of a run with the same policy, and says so", { timeout }, async () => {
    const folder = temporaryFolder();
    const report = join(folder, "report.json");
    const policy = [
      "--policy",
      policyFile(
        "  egress: { default: deny, rules: [{ allow: { process: { comm: bash, exe: /**/bash }, ports: 1001 } }, { mode: audit, deny: { to: 127.0.0.2 } }] }\n",
      ),
      "--deny",
      "127.0.0.1:1003",
      "--allow",
      "127.0.0.1:1004",
      "--default",
      "allow",
    ];
    const tries = ["127.0.0.1/1001", "127.0.0.1/1002", "127.0.0.1/1003", "127.0.0.1/1004", "127.0.0.2/1001"];
    const script = `${tries.map((to) => `(exec 3<>/dev/tcp/${to})`).join("; ")}; (exec 3<>/dev/udp/127.0.0.1/1001); exit 0`;
    const ran = await runProcess(
      ringfencePath,
      ["run", ...policy, "--report", "json", "--report-file", report, "--", "bash", "-c", script],
      { via: isolated },
    );
    assert.equal(ran.code, 0, ran.stderr);
    const { flows } = reportSchema.parse(JSON.parse(readFileSync(report, "utf8")));
    assert.ok(flows.length >= 6, `${flows.length} rows`);
    assert.ok(new Set(flows.map(({ outcome }) => outcome)).size >= 3);
    for (const [index, flow] of flows.entries()) {
      const row = ["--report", report, "--row", String(index + 1)];
      const { code, stdout } = await explain([...policy, ...row, "--json"]);
      const { reported, enforced, question } = explanationSchema.parse(JSON.parse(stdout));
      assert.deepEqual(reported?.agrees, true, stdout);
      assert.equal(code, enforced.action === "allow" ? 0 : 3);
      assert.deepEqual(question.assumed, ["ancestors", "cgroup", "container"]);
      assert.equal(question.port, flow.port);
    }
    const other = await explain(["--allow", "any", "--report", report, "--row", "1"]);
    assert.match(other.stdout, /\nrow 1 of .*report\.json says denied by .*: that run had another policy/);
    assert.match(other.stdout, /^note: a report has neither ancestors/m);
  });
});

describe("ringfence explain --report of a server", () => {
  test("agrees with the rows of what came in and who listened", { timeout }, async () => {
    const report = join(temporaryFolder(), "report.json");
    const policy = ["--listen", "1010", "--listen", "1012", "--allow-from", "127.0.0.1:1010"];
    const script = `const net = require("node:net");
const visit = (port, then) => {
  const socket = net.connect({ port, host: "127.0.0.1", timeout: 300 });
  const end = () => { socket.destroy(); then(); };
  socket.once("connect", end).once("error", end).once("timeout", end);
};
const serve = (port, then) =>
  net.createServer().once("error", () => visit(port, then)).listen(port, "127.0.0.1", () => visit(port, then));
serve(1010, () => serve(1011, () => serve(1012, () => process.exit())));`;
    const ran = await runProcess(
      ringfencePath,
      ["run", ...policy, "--report", "json", "--report-file", report, "--", process.execPath, "-e", script],
      { via: isolated },
    );
    assert.equal(ran.code, 0, ran.stderr);
    const { flows } = reportSchema.parse(JSON.parse(readFileSync(report, "utf8")));
    const asked = new Set<string>();
    for (const [index, { direction, outcome, reason }] of flows.entries()) {
      const row = ["--report", report, "--row", String(index + 1), "--json"];
      const { stdout } = await explain([...policy, ...row]);
      const { reported, question } = explanationSchema.parse(JSON.parse(stdout));
      assert.equal(question.direction, direction);
      assert.equal(reported?.agrees, reason === "policy", stdout);
      asked.add(`${direction} ${outcome}`);
    }
    for (const kind of [
      "listen allowed",
      "listen denied",
      "ingress allowed",
      "ingress denied",
      "egress allowed",
    ]) {
      assert.ok(asked.has(kind), `no row is "${kind}": ${[...asked].join()}`);
    }
  });
});

describe("ringfence explain refuses bad input in one line", () => {
  const folder = temporaryFolder();
  const written = (name: string, text: string) => {
    const path = join(folder, name);
    writeFileSync(path, text);
    return path;
  };
  const flow = ["--flow", "tcp 10.0.0.1:443"];
  const policy = ["--allow", "any"];
  const empty = { schema: "ringfence.report/v1", flows: [] };
  const row = (file: string, number = "1") => [...policy, "--report", file, "--row", number];

  const cases: Readonly<Record<string, readonly [args: readonly string[], problem: RegExp]>> = {
    "no policy": [flow, /^ringfence: No policy is given, and no agent has one in force: add --policy FILE/],
    "no flow": [policy, /No flow is given: add --flow '/],
    "an unknown option": [["--flows", "x"], /Unknown option "--flows": did you mean --flow/],
    "words that are not quoted": [
      [...policy, "--flow", "tcp", "10.0.0.1:443"],
      /argument "10\.0\.0\.1:443": quote/,
    ],
    "an unknown key": [
      [...policy, "--flow", "comn=a tcp 10.0.0.1:1"],
      /--flow:1:1: Unknown key "comn": Did you mean "comm"/,
    ],
    "a bad port": [
      [...policy, "--flow", "tcp 10.0.0.1:70000"],
      /--flow:1:14: "70000" is not a port: .*65535/,
    ],
    "a flow without its local end": [
      [...policy, "--flow", "ingress tcp 10.0.0.9"],
      /--flow:1:21: The local end is missing: Write it like ingress/,
    ],
    "a missing policy": [
      ["--policy", join(folder, "none.yaml"), ...flow],
      /Cannot read policy file ".*none\.yaml"/,
    ],
    "a broken policy": [
      ["--policy", written("bad.yaml", "apiVersion: ringfence.dev/v1alpha1\nkind: X\n"), ...flow],
      /bad\.yaml:2:7: /,
    ],
    "a bad destination": [["--allow", "no..where", ...flow], /Name "no\.\.where" has an empty label/],
    "a process without its destination": [[...policy, "--pid", "1"], /Where the process goes is not given/],
    "a pid that is none": [
      [...policy, "--pid", "x", ...flow],
      /Option "--pid" cannot be "x": write a whole number/,
    ],
    "a process that is gone": [[...policy, "--pid", "4194305", ...flow], /Process 4194305 does not exist/],
    "a row without a report": [[...policy, "--row", "1"], /row is given without its report/],
    "a report without a row": [[...policy, "--report", "r.json"], /No row of the report is given/],
    "a report and a flow": [[...row("r.json"), ...flow], /A report has the flow and its process/],
    "a missing report": [row(join(folder, "none.json")), /Cannot read report ".*none\.json": ENOENT/],
    "a report that is text": [
      row(written("text.json", "ringfence: 1 denied\n")),
      /text\.json" is not JSON: .*--report json/,
    ],
    "a report of another version": [
      row(written("v0.json", JSON.stringify({ ...empty, schema: "ringfence.report/v0" }))),
      /v0\.json" has the schema "ringfence\.report\/v0", and this version reads "ringfence\.report\/v1"/,
    ],
    "a report that is something else": [row(written("other.json", "[1]")), /other\.json" has no schema/],
    "a report that is broken": [
      row(written("broken.json", JSON.stringify({ ...empty, flows: [{ outcome: "no" }] }))),
      /broken\.json" is broken at "flows\.0\.outcome": /,
    ],
    "a row out of range": [
      row(written("empty.json", JSON.stringify(empty)), "3"),
      /empty\.json" has 0 rows, and no row 3/,
    ],
  };

  for (const [name, [args, problem]] of Object.entries(cases)) {
    test(name, { timeout }, async () => {
      const { code, stdout, stderr } = await explain(args);
      assert.deepEqual([code, stdout], [125, ""], stderr);
      assert.match(stderr, problem);
      assert.match(stderr, /^ringfence: [^\n]*\n$/);
    });
  }
});
