import assert from "node:assert/strict";
import { test } from "node:test";
import { attacksConfigSchema } from "@ringfence/model/schemas";
import { parseAgentConfig } from "./parse-agent-config.js";

const head = "apiVersion: ringfence.dev/v1alpha1\nkind: AgentConfig\n";

function errorsOf(text: string | Uint8Array): readonly string[] {
  return parseAgentConfig(text, "a.yaml").errors.map((error) => {
    assert.equal(error.code, "RF_CONFIG");
    return error.format();
  });
}

test("parseAgentConfig fills in every default", () => {
  const { config, errors } = parseAgentConfig(head, "a.yaml");
  assert.deepEqual(errors, []);
  const { attacks, ...others } = config?.spec ?? {};
  assert.deepEqual(attacks, attacksConfigSchema.parse({}));
  assert.deepEqual(others, {
    profiles: "/etc/ringfence/profiles",
    cgroup: "/",
    socket: { path: "/run/ringfence/agent.sock" },
    state: "/var/lib/ringfence",
    pins: "/sys/fs/bpf/ringfence",
    history: { days: 7, maxMegabytes: 512 },
    events: { fold: true, syslog: false, stdout: false },
    workloads: {
      docker: "/var/lib/docker",
      podman: "/var/lib/containers/storage",
      containerd: "/run/containerd/io.containerd.runtime.v2.task",
      "cri-o": "/run/containers/storage",
      runc: ["/run/runc"],
    },
    labels: {},
  });
});

test("parseAgentConfig takes what the file says", () => {
  const spec = "spec:\n  cgroup: /a\n  socket: { path: /run/x.sock, readers: adm }\n";
  const { config } = parseAgentConfig(head + spec, "a.yaml");
  assert.equal(config?.spec.cgroup, "/a");
  assert.deepEqual(config?.spec.socket, { path: "/run/x.sock", readers: "adm" });
});

test("parseAgentConfig reports an unknown key where it stands, with the one that is meant", () => {
  assert.deepEqual(errorsOf(`${head}spec:\n  socket:\n    raeders: adm\n  stat: /x\n`), [
    'a.yaml:5:5: Unknown key "raeders": Did you mean "readers"?',
    'a.yaml:6:3: Unknown key "stat": Did you mean "state"?',
  ]);
});

test("parseAgentConfig reports wrong values, relative paths and repeated keys at their places", () => {
  for (const [text, place, words] of [
    ["spec: { profiles: 3 }\n", "3:9", /expected string/],
    ["spec:\n  state: var/lib\n", "4:3", /absolute path/],
    ["spec:\n  state: /var/../etc\n", "4:3", /absolute path/],
    ["spec:\n  state: /a\n  state: /b\n", "5:3", /occurs twice/],
    ["spec: []\n", "3:1", /expected object/],
    ["---\nkind: AgentConfig\n", "4:1", /second document/],
    ["spec: [\n", "4:1", /YAML/],
  ] as const) {
    const [error = ""] = errorsOf(head + text);
    assert.match(error, words);
    assert.ok(error.startsWith(`a.yaml:${place}: `), error);
  }
});

test("parseAgentConfig refuses another kind, a missing one, an empty file and broken bytes", () => {
  assert.match(
    errorsOf("apiVersion: ringfence.dev/v1alpha1\nkind: SecurityProfile\n")[0] ?? "",
    /2:1: "kind"/,
  );
  assert.match(errorsOf("kind: AgentConfig\n")[0] ?? "", /1:1: "apiVersion"/);
  assert.match(errorsOf("")[0] ?? "", /empty/);
  assert.match(errorsOf(Uint8Array.of(0xff))[0] ?? "", /UTF-8/);
});
