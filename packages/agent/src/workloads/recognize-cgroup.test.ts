import assert from "node:assert/strict";
import { test } from "node:test";
import { recognizeCgroup } from "./recognize-cgroup.js";

const id = "0123456789abcdef".repeat(4);
const pod = "pod0b0c4d7e_1f5c_4b42_8f2d_6a3b3f1f0a11";

const containers: Readonly<Record<string, readonly [runtime: string | null, path: string]>> = {
  "docker, cgroupfs": ["docker", `/docker/${id}`],
  "docker, systemd": ["docker", `/system.slice/docker-${id}.scope`],
  "docker below a parent": ["docker", `/ci.slice/ci-jobs.slice/docker-${id}.scope`],
  "docker below a plain parent": [null, `/jobs/${id}`],
  "kubernetes, containerd, systemd": [
    "containerd",
    `/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-${pod}.slice/cri-containerd-${id}.scope`,
  ],
  "kubernetes, CRI-O, systemd": ["cri-o", `/kubepods.slice/kubepods-${pod}.slice/crio-${id}.scope`],
  "kubernetes, cgroupfs": [null, `/kubepods/besteffort/${pod}/${id}`],
  "kubernetes, CRI-O, cgroupfs": ["cri-o", `/kubepods/burstable/${pod}/crio-${id}`],
  "a nested kubelet": [
    "containerd",
    `/kubelet.slice/kubelet-kubepods.slice/kubelet-kubepods-${pod}.slice/cri-containerd-${id}.scope`,
  ],
  "containerd's cgroupfs with a path for systemd": [
    "containerd",
    `/system.slice/containerd.service/kubepods-burstable-${pod}.slice:cri-containerd:${id}`,
  ],
  "nerdctl, systemd": ["containerd", `/system.slice/nerdctl-${id}.scope`],
  "containerd's own client, cgroupfs": [null, `/default/${id}`],
  "podman, systemd": ["podman", `/machine.slice/libpod-${id}.scope`],
  "podman, cgroupfs": ["podman", `/libpod_parent/libpod-${id}`],
  "podman, a pod, cgroupfs": ["podman", `/libpod_parent/${id}/libpod-${id}`],
  "podman, a pod, systemd": ["podman", `/machine.slice/machine-libpod_pod_${id}.slice/libpod-${id}.scope`],
  "podman, split": ["podman", `/system.slice/web.service/libpod-payload-${id}`],
  "podman, rootless": [
    "podman",
    `/user.slice/user-1000.slice/user@1000.service/user.slice/libpod-${id}.scope`,
  ],
  "LXC, old": ["lxc", "/lxc/web"],
  "LXC, new": ["lxc", "/lxc.payload.web"],
  "systemd-nspawn, machinectl": ["nspawn", "/machine.slice/machine-web.scope"],
  "systemd-nspawn, its unit": ["nspawn", "/machine.slice/systemd-nspawn@web.service/payload"],
  BuildKit: ["buildkit", "/docker/buildkit/xo5w4s8x8c9d3dg1v6kq6o3cn"],
};

for (const [layout, [runtime, path]] of Object.entries(containers)) {
  test(`recognizeCgroup knows ${layout}, and what lies below`, () => {
    const place = recognizeCgroup(path);
    assert.equal(place?.cgroup, path);
    assert.equal(place.runtime, runtime);
    assert.ok(path.includes(place.id) && !place.id.includes("/"), place.id);
    assert.deepEqual(recognizeCgroup(`${path}/container/init.scope`), place);
  });
}

const others: readonly string[] = [
  "/",
  "/init.scope",
  "/system.slice/docker.service",
  "/system.slice/docker-cleanup.service",
  `/system.slice/docker-${id.slice(1)}.scope`,
  `/machine.slice/libpod-conmon-${id}.scope`,
  `/system.slice/crio-conmon-${id}.scope`,
  `/libpod_parent/${id}`,
  "/libpod_parent/conmon",
  `/machine.slice/machine-libpod_pod_${id}.slice`,
  "/machine.slice/machine-qemu\\x2d1\\x2ddebian.scope",
  "/lxc.monitor.web",
  `/kubepods.slice/kubepods-${pod}.slice`,
  "/kubepods/burstable",
  "/docker",
  `/X${id}`,
];

for (const path of others) {
  test(`recognizeCgroup takes ${path} for no container`, () => {
    assert.equal(recognizeCgroup(path), null);
  });
}

test("recognizeCgroup gives the outermost of nested containers", () => {
  const inner = "f".repeat(64);
  assert.equal(recognizeCgroup(`/docker/${id}/docker/${inner}`)?.id, id);
  assert.equal(recognizeCgroup(`/docker/${id}/kubelet/kubepods/${pod}/${inner}`)?.id, id);
});
