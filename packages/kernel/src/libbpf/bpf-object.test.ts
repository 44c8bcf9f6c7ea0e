import assert from "node:assert/strict";
import { test } from "node:test";
import { u32Codec, u64Codec } from "../layout/scalar-codecs.js";
import { compileBpf } from "../testing/compile-bpf.js";
import { runNode } from "../testing/run-node.js";
import { BpfLoadError } from "./bpf-load-error.js";
import { BpfObject } from "./bpf-object.js";

const path = compileBpf("sample");

/** Loads one program of the broken object and returns how the kernel refused it. */
function refusal(program: string): BpfLoadError {
  using object = BpfObject.open(compileBpf("broken"));
  for (const { name } of object.programs()) object.setAutoload(name, name === program);
  try {
    object.load();
  } catch (error) {
    if (error instanceof BpfLoadError) return error;
    throw error;
  }
  throw new assert.AssertionError({ message: `Program "${program}" was loaded` });
}

test("BpfObject.open names a file that does not exist", () => {
  assert.throws(() => BpfObject.open("/nonexistent.o"), {
    code: "RF_LOAD_REFUSED",
    message: /the file does not exist/,
  });
});

test("BpfObject.open refuses a file that is no BPF object", () => {
  assert.throws(() => BpfObject.open(process.execPath), {
    code: "RF_LOAD_REFUSED",
    message: /Cannot open BPF object/,
  });
});

test("BpfObject.open sets map sizes before load", () => {
  using object = BpfObject.open(path, { maxEntries: { table: 7 } });
  object.setMaxEntries("by_key", 8);
  object.load();
  assert.equal(object.rawMap("table").info.maxEntries, 7);
  assert.equal(object.rawMap("by_key").info.maxEntries, 8);
});

test("BpfObject lists programs with name, section and type", () => {
  using object = BpfObject.open(path);
  const { name, section, type } = object.program("deny_all");
  assert.deepEqual({ name, section, type }, { name: "deny_all", section: "cgroup/connect4", type: 18 });
  assert.equal(object.programs().length, 8);
});

test("BpfObject.setAutoload leaves a program out", () => {
  using object = BpfObject.open(path);
  object.setAutoload("pass", false);
  object.load();
  assert.equal(object.program("pass").autoload, false);
  assert.throws(() => object.program("pass").fd, /"pass": it is not loaded/);
  assert.ok(object.program("shot").fd > 2);
});

test("BpfObject names maps and programs that it does not have", () => {
  using object = BpfObject.open(path);
  assert.throws(() => object.mapFd("absent"), /Cannot find map "absent"/);
  assert.throws(() => object.program("absent"), /Cannot find program "absent"/);
  assert.throws(() => object.setMaxEntries("absent", 1), /Cannot find map "absent"/);
});

test("BpfObject refuses use before load, a second load and use after close", () => {
  const object = BpfObject.open(path);
  assert.throws(() => object.mapFd("table"), /the object is not loaded/);
  object.load();
  assert.throws(() => object.load(), /twice/);
  const program = object.program("pass");
  object.close();
  object.close();
  assert.throws(() => object.map("table", u32Codec, u64Codec), /it is closed/);
  assert.throws(() => program.fd, /it is closed/);
});

test("BpfObject.load collects the verifier's log of success on request", () => {
  using object = BpfObject.open(path, { kernelLogLevel: 1 });
  object.load();
  assert.match(object.messages, /processed \d+ insns/);
});

test("BpfObject.load tells the reason of a refusal in one line and keeps the whole log", () => {
  const error = refusal("unchecked_lookup");
  assert.equal(error.code, "RF_LOAD_REFUSED");
  assert.match(
    error.message,
    /^Cannot load program "unchecked_lookup" \(xdp\): a look-up's result in R0 is used/,
  );
  assert.doesNotMatch(error.message, /\n/);
  assert.match(error.verifierLog, /R0 invalid mem access/);
});

test("BpfObject.load finds an unbounded loop", () => {
  assert.match(refusal("endless").message, /a loop without a bound/);
});

test("BpfObject.load names a helper that the program type lacks", () => {
  const error = refusal("wrong_helper");
  assert.equal(error.code, "RF_FEATURE_MISSING");
  assert.match(error.message, /lacks bpf_get_socket_cookie in this program type/);
});

test("BpfObject.load names a kernel function that is missing", () => {
  using object = BpfObject.open(compileBpf("missing-kfunc"));
  assert.throws(() => object.load(), { code: "RF_FEATURE_MISSING", message: /lacks rf_no_such_kfunc/ });
});

test("BpfObject.load names a tracepoint that is missing", () => {
  assert.match(refusal("missing_tracepoint").message, /rf_no_such_tracepoint/);
});

test("BpfObject.load without capabilities is RF_NOT_ROOT", () => {
  const result = runNode(`
    const object = kernel.BpfObject.open(${JSON.stringify(path)});
    system.setCapabilities({ effective: 0n, permitted: 0n, inheritable: 0n });
    try { object.load(); } catch (error) { console.log(error.code); }`);
  assert.equal(result.stdout, "RF_NOT_ROOT\n", result.stderr);
});

test("BpfObject.load without libbpf is RF_LIBBPF_MISSING with what to install", () => {
  // a namespace where the library's file is covered
  const result = runNode(
    `import { readdirSync } from "node:fs";
     system.mount({ target: "/", flags: system.MS_PRIVATE | system.MS_REC });
     for (const directory of ["/usr/lib/x86_64-linux-gnu", "/usr/lib/aarch64-linux-gnu", "/usr/lib64"]) {
       let names = [];
       try { names = readdirSync(directory); } catch (error) { if (error.code !== "ENOENT") throw error; }
       for (const name of names.filter((n) => n.startsWith("libbpf.so"))) {
         system.mount({ source: "/dev/null", target: directory + "/" + name, flags: system.MS_BIND });
       }
     }
     try { kernel.BpfObject.open("x.o"); } catch (error) { console.log(error.code, error.hint); }`,
    { via: ["unshare", "--mount"] },
  );
  assert.equal(result.stdout, "RF_LIBBPF_MISSING Install it: apt-get install libbpf1\n", result.stderr);
});

test("BpfObject stays far below the memory bar of 85 MB", () => {
  const result = runNode(`
    const object = kernel.BpfObject.open(${JSON.stringify(path)});
    object.load();
    console.log(Math.round(process.memoryUsage().rss / 1e6));`);
  assert.ok(
    Number(result.stdout) > 0 && Number(result.stdout) < 80,
    `RSS ${result.stdout} MB ${result.stderr}`,
  );
});

test("BpfObject.load writes nothing to standard error", () => {
  const result = runNode(`
    const object = kernel.BpfObject.open(${JSON.stringify(compileBpf("broken"))});
    try { object.load(); } catch (error) { console.log(error.code); }`);
  assert.deepEqual([result.stdout, result.stderr], ["RF_LOAD_REFUSED\n", ""]);
});
