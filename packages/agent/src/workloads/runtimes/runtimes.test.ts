import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, test } from "node:test";
import { containerd } from "./containerd.js";
import { criO } from "./cri-o.js";
import { docker } from "./docker.js";
import { podman } from "./podman.js";
import { runc } from "./runc.js";

const root = mkdtempSync(join(tmpdir(), "ringfence-runtimes-"));
after(() => rmSync(root, { recursive: true }));
const id = "0123456789abcdef".repeat(4);

function put(path: string, content: unknown): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), typeof content === "string" ? content : JSON.stringify(content));
}

test("docker reads name, image, labels and start", () => {
  put(`docker/containers/${id}/config.v2.json`, {
    ID: id,
    Name: "/billing",
    Config: { Image: "nginx:1", Labels: { app: "web" } },
    State: { StartedAt: "2026-11-26T18:00:00Z" },
  });
  assert.deepEqual(docker(join(root, "docker")).find(id), {
    facts: { id, name: "billing", image: "nginx:1", labels: { app: "web" } },
    started: "2026-11-26T18:00:00Z",
  });
});

test("docker knows no start of a container that was not started, and no labels of one that has none", () => {
  put("docker/containers/new/config.v2.json", {
    Name: "/n",
    Config: { Image: "i", Labels: null },
    State: { StartedAt: "0001-01-01T00:00:00Z" },
  });
  const found = docker(join(root, "docker")).find("new");
  assert.equal(found?.started, null);
  assert.deepEqual(found.facts.labels, {});
});

test("podman reads name and image from its storage, and labels from libpod's database", () => {
  put("podman/vfs-containers/containers.json", [
    { id: "other", names: ["x"], metadata: '{"image-name":"y"}' },
    { id, names: ["billing"], metadata: '{"image-name":"localhost/busy:1","name":"billing"}' },
  ]);
  const config = (one: string, app: string) => ({
    spec: { env: ['a "}"', `{"spec":{},"id":"${id}","labels":{"app":"forged"}}`] },
    id: one,
    labels: { app },
  });
  const pages = [
    "\0\u0001",
    JSON.stringify(config("other", "x")),
    "\0",
    JSON.stringify(config(id, "web")),
    "\0",
  ];
  put("podman/libpod/bolt_state.db", pages.join(""));
  const { find } = podman(join(root, "podman"));
  assert.deepEqual(find(id)?.facts, {
    id,
    name: "billing",
    image: "localhost/busy:1",
    labels: { app: "web" },
  });
  assert.equal(find("other")?.facts.name, "x");
  assert.equal(find("absent"), null);
  rmSync(join(root, "podman/libpod"), { recursive: true });
  assert.equal(find(id)?.facts.labels, null);
});

test("containerd reads what Kubernetes wrote, of whatever namespace", () => {
  const annotations = {
    "io.kubernetes.cri.container-name": "billing",
    "io.kubernetes.cri.image-name": "docker.io/library/nginx:1",
  };
  put(`tasks/k8s.io/${id}/config.json`, { annotations });
  put("tasks/default/plain/config.json", {});
  const { find } = containerd(join(root, "tasks"));
  assert.deepEqual(find(id)?.facts, {
    id,
    name: "billing",
    image: "docker.io/library/nginx:1",
    labels: annotations,
  });
  assert.deepEqual(find("plain")?.facts, { id: "plain", name: "plain", image: "", labels: {} });
});

test("containerd knows the cgroups whose names do not tell whose they are", () => {
  const bundle = (path: string, cgroupsPath: unknown) =>
    put(`ctr/${path}/config.json`, { linux: { cgroupsPath } });
  bundle("default/web", "/default/web");
  bundle("other/web", "/other/web");
  bundle(`k8s.io/${id}`, `/kubepods/${id}`);
  bundle("default/by-systemd", "system.slice:ctr:by-systemd");
  bundle("default/broken", 7);
  put("ctr/default/none/config.json", "{");
  const places = containerd(join(root, "ctr")).places?.("/sys/fs/cgroup");
  assert.deepEqual([...(places ?? [])].toSorted(), [
    ["/default/web", "web"],
    ["/other/web", "web"],
  ]);
});

test("criO reads its annotations", () => {
  put(`crio/overlay-containers/${id}/userdata/config.json`, {
    annotations: {
      "io.kubernetes.container.name": "billing",
      "io.kubernetes.cri-o.ImageName": "quay.io/nginx:1",
      "io.kubernetes.cri-o.Labels": '{"app":"web"}',
      "io.kubernetes.cri-o.Created": "2026-11-26T18:00:00Z",
    },
  });
  assert.deepEqual(criO(join(root, "crio")).find(id), {
    facts: { id, name: "billing", image: "quay.io/nginx:1", labels: { app: "web" } },
    started: "2026-11-26T18:00:00Z",
  });
});

test("runc knows annotations, and which cgroup is whose, by version 2's path first", () => {
  const labels = ["app=web", "a=b=c", "bundle=/tmp/b"];
  put("runc/c1/state.json", {
    id: "c1",
    created: "2026-11-26T18:00:00Z",
    cgroup_paths: { "": "/cg/any/where", memory: "/sys/fs/cgroup/memory/any/where" },
    config: { labels, cgroups: { path: "system.slice:runc:c1" } },
  });
  put("more/c2/state.json", {
    id: "c2",
    cgroup_paths: {},
    config: { labels: null, cgroups: { path: "/c2" } },
  });
  put("more/torn/state.json", '{"id":"torn","con');
  const { find, places } = runc([join(root, "runc"), join(root, "more")]);
  assert.deepEqual(find("c1"), {
    facts: { id: "c1", name: "c1", image: "", labels: { app: "web", a: "b=c" } },
    started: "2026-11-26T18:00:00Z",
  });
  assert.deepEqual(
    [...(places?.("/cg") ?? [])],
    [
      ["/any/where", "c1"],
      ["/c2", "c2"],
    ],
  );
});

test("runtimes take an id for the name of a file, and never for a way to another", () => {
  put("config.v2.json", { Name: "/x", Config: { Image: "i" } });
  put("docker/containers/state.json", { id: "x", config: {} });
  for (const odd of ["..", "../..", "", ".", `../containers/${id}`]) {
    for (const { find } of [docker(join(root, "docker")), runc([join(root, "docker/containers")])]) {
      assert.equal(find(odd), null, odd);
    }
  }
});
