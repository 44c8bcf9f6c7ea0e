import assert from "node:assert/strict";
import { closeSync, fstatSync, ftruncateSync, writeSync } from "node:fs";
import { after, test } from "node:test";
import { Cgroup2 } from "@ringfence/kernel";
import { createMemoryFile } from "@ringfence/kernel/system";
import { parsePolicy } from "@ringfence/policy/parse";
import { policyYaml, Random, randomProfiles } from "@ringfence/policy/testing";
import { workApart } from "../policy/compile-apart.js";
import type { PolicyFile } from "../policy/read-policy-files.js";
import { sampleProfile } from "../testing/sample-profile.js";
import { type Assessment, assessProfiles, type ProfilesOrder } from "./assess-profiles.js";
import { ParsedFiles } from "./parsed-files.js";

const memory = createMemoryFile("ringfence-test");
after(() => closeSync(memory));

const fileOf = (file: string, text: string): PolicyFile => ({ file, bytes: new TextEncoder().encode(text) });
const sample = (name: string) => fileOf(`/p/${name}.yaml`, sampleProfile(name, "one"));

/** What a process that comes next reads, and of which files it had to look at the text. */
function readNext(files: readonly PolicyFile[]) {
  const looked: string[] = [];
  const parsed = new ParsedFiles((bytes, file, resolver) => {
    looked.push(file);
    return parsePolicy(bytes, file, resolver);
  }, memory);
  const read = files.map((file) => parsed.read(file));
  parsed.save();
  return { looked, read };
}

test("ParsedFiles gives the next process what it read, without a look at the text", () => {
  ftruncateSync(memory);
  const random = new Random(5);
  const files = Array.from({ length: 40 }, (_, index) =>
    fileOf(`/p/${index}.yaml`, policyYaml(randomProfiles(random))),
  );
  const first = readNext(files);
  const second = readNext(files);
  assert.ok(first.read.some(({ warnings }) => warnings.length > 0));
  assert.equal(first.looked.length, files.length);
  assert.deepEqual(second, { looked: [], read: first.read });
});

test("ParsedFiles looks again at another content, another name, and what was not read the last time", () => {
  ftruncateSync(memory);
  const [a, b] = [sample("a"), sample("b")];
  readNext([a, b]);
  const changed = { ...a, bytes: b.bytes };
  assert.deepEqual(readNext([changed, b]).looked, [a.file]);
  assert.deepEqual(readNext([changed]).looked, []);
  assert.deepEqual(readNext([a, b]).looked, [a.file, b.file]);
  assert.deepEqual(readNext([{ ...a, file: "/q/a.yaml" }]).looked, ["/q/a.yaml"]);
});

test("ParsedFiles looks again where another program reads", () => {
  ftruncateSync(memory);
  const [, program = ""] = process.argv;
  try {
    readNext([sample("a")]);
    process.argv[1] = process.execPath;
    assert.equal(readNext([sample("a")]).looked.length, 1);
  } finally {
    process.argv[1] = program;
  }
});

test("ParsedFiles remembers no errors, and nothing that users, groups or services of the host decide", () => {
  ftruncateSync(memory);
  const rules = ["process: { uid: root }", "process: { gid: root }", "ports: domain/udp"];
  const files = [
    fileOf("/p/broken.yaml", "kind: no\n"),
    ...rules.map((rule, index) =>
      fileOf(
        `/p/${index}.yaml`,
        sampleProfile("a", "one").replace("    rules:\n", `    rules:\n      - allow: { ${rule} }\n`),
      ),
    ),
  ];
  const first = readNext(files);
  // whether the host knows the service makes no difference
  assert.deepEqual(
    first.read.slice(0, 3).map(({ errors }) => errors.length > 0),
    [true, false, false],
  );
  assert.deepEqual(readNext(files), first);
});

test("ParsedFiles reads again where the one before it did not come to its end", () => {
  const files = [sample("a")];
  for (const spoil of [
    () => ftruncateSync(memory, 100),
    () => ftruncateSync(memory, 3),
    () => writeSync(memory, new Uint8Array(8), 0, 8, 0),
    () => writeSync(memory, new Uint8Array(8).fill(255), 0, 8, 8),
  ]) {
    readNext(files);
    assert.deepEqual(readNext(files).looked, []);
    spoil();
    assert.deepEqual(readNext(files).looked, [files[0]?.file], String(spoil));
  }
});

test("a folder is assessed the same by a process that reads it, and by one that remembers it", async () => {
  ftruncateSync(memory);
  const [a, b] = [sample("a"), sample("b")];
  const order: ProfilesOrder = {
    kind: "profiles",
    files: [{ ...a, bytes: new TextEncoder().encode(sampleProfile("a", "two")) }, b],
    unreadable: [],
    good: [a, b],
    protect: [],
    open: false,
    detail: "lines",
  };
  using cgroups = Cgroup2.open();
  const here = comparable(await assessProfiles(order, cgroups));
  for (const _ of ["reads", "remembers"]) {
    using apart = await workApart<Assessment>(order, { memory });
    assert.deepEqual(comparable(apart), here);
    assert.ok(fstatSync(memory).size > 0, "nothing is remembered");
  }
  assert.deepEqual(here.changes.length, 1);
});

/** All but when it was done. */
function comparable({ policy, ...rest }: Assessment) {
  const { checkedAt: _, [Symbol.dispose]: _dispose, ...facts } = { [Symbol.dispose]: null, ...policy };
  return { ...rest, [Symbol.dispose]: null, policy: facts };
}
