import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { verdictLineSchema } from "@ringfence/model/schemas";
import { commandLineProfile, compile, type Resolver } from "@ringfence/policy";
import { parseAgentConfig } from "@ringfence/policy/config";
import { parsePolicy } from "@ringfence/policy/parse";
import { fencedBlocks } from "./fenced-blocks.js";
import { repositoryRoot } from "./repository-root.js";

const read = (path: string) => readFileSync(join(repositoryRoot, path), "utf8");

/** The names that the pages use, so that the examples do not depend on the host. */
const resolver: Resolver = {
  uidOf: (user) => (user === "www-data" ? 33 : null),
  gidOf: (group) => (group === "users" ? 100 : null),
  portOf: (service) => (service === "https" ? 443 : null),
};

const pages = [
  { path: "docs/reference/policy.md", least: 4 },
  { path: "docs/names.md", least: 1 },
  { path: "README.md", least: 1 },
];

for (const { path, least } of pages) {
  test(`parsePolicy accepts every YAML example of ${path} without a warning`, () => {
    const blocks = fencedBlocks(read(path), "yaml");
    assert.ok(blocks.length >= least, `${path} has ${blocks.length} examples, expected at least ${least}`);
    for (const { text, line } of blocks) {
      const { profiles, errors, warnings } = parsePolicy(text, `${path} from line ${line}`, resolver);
      // the reference shows one direction at a time; what README shows is there to be used
      const meant = path === "README.md" ? [] : ["RF_POLICY_DIRECTION_ABSENT"];
      const problems = [...errors, ...warnings].filter(({ code }) => !meant.includes(code));
      assert.deepEqual(
        problems.map((problem) => problem.format()),
        [],
      );
      assert.ok(compile(profiles, { workloads: [] }).bits.length > 0);
    }
  });
}

test("parseAgentConfig accepts the example of deploy/ and of the reference, and parsePolicy its profile", () => {
  const [example] = fencedBlocks(read("docs/reference/agent-config.md"), "yaml");
  for (const text of [read("deploy/ringfence.yaml"), example?.text ?? ""])
    assert.deepEqual(parseAgentConfig(text, "ringfence.yaml").errors, []);
  const { errors, warnings } = parsePolicy(read("deploy/profiles/example.yaml"), "example.yaml", resolver);
  assert.deepEqual([...errors, ...warnings], []);
});

test("compile gives the revision that the reports on the pages show", () => {
  const profile = commandLineProfile({ allow: ["127.0.0.1:8080"], deny: [], mode: "enforce" }, resolver);
  const { revision } = compile([profile], { workloads: [] });
  for (const page of ["README.md", "docs/reference/report.md"]) {
    const shown = [...read(page).matchAll(/\(enforce, policy ([0-9a-f]{16})\)/g)].map(([, hash]) => hash);
    assert.deepEqual(shown, [revision], page);
  }
});

test("verdictLineSchema accepts the log line that docs/reference/report.md shows", () => {
  const [example, ...more] = fencedBlocks(read("docs/reference/report.md"), "json");
  assert.deepEqual(more, []);
  const { error } = verdictLineSchema.safeParse(JSON.parse(example?.text ?? "null"));
  assert.deepEqual(error?.issues ?? [], []);
});

test("commandLineProfile accepts what the recipe of README.md makes of a report", () => {
  const [, script] = /node -e '\n(.*?)'/s.exec(read("README.md")) ?? [];
  const ends = [
    { address: "192.0.2.1", port: 443 },
    { address: "::1", port: 443 },
  ];
  const names: readonly { readonly name: string }[] = [];
  const flows = ["tcp", "udp", "udplite", "sctp"]
    .flatMap((protocol) => ends.map((end) => ({ direction: "egress", protocol, names, ...end })))
    .concat([{ direction: "egress", protocol: "icmp", names, address: "192.0.2.1", port: null as never }]);
  const folder = mkdtempSync(join(tmpdir(), "ringfence-docs-"));
  try {
    writeFileSync(join(folder, "audit.json"), JSON.stringify({ flows }));
    const { stdout, stderr } = spawnSync(process.execPath, ["-e", script ?? ""], {
      cwd: folder,
      encoding: "utf8",
    });
    const allow = stdout
      .trim()
      .split("\n")
      .map((option) => option.replace(/^--allow /, ""));
    // UDP-Lite is UDP to a rule
    const profile = commandLineProfile({ allow, deny: [], mode: "enforce" }, resolver);
    assert.equal(profile.egress?.rules.length, 6, stderr);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test("fencedBlocks takes the blocks of one language only, with their place", () => {
  const page = "# T\n\n```yaml\na: 1\n```\n\n```sh\nb\n```\n```yaml\nc: 2\nd: 3\n```\n";
  assert.deepEqual(fencedBlocks(page, "yaml"), [
    { text: "a: 1\n", line: 4 },
    { text: "c: 2\nd: 3\n", line: 11 },
  ]);
  assert.deepEqual(fencedBlocks(page, "sh"), [{ text: "b\n", line: 8 }]);
});
