import type { AgentConfig } from "@ringfence/model";
import { containerd } from "./containerd.js";
import { criO } from "./cri-o.js";
import { docker } from "./docker.js";
import { podman } from "./podman.js";
import { runc } from "./runc.js";
import type { Runtime } from "./runtime.js";

/** Where the runtimes of a host keep their state, as the configuration says. */
export type RuntimeFolders = AgentConfig["spec"]["workloads"];

/** Where the runtimes keep it unless they are told otherwise. */
export const usualFolders: RuntimeFolders = {
  docker: "/var/lib/docker",
  podman: "/var/lib/containers/storage",
  containerd: "/run/containerd/io.containerd.runtime.v2.task",
  "cri-o": "/run/containers/storage",
  runc: ["/run/runc"],
};

/**
 * The runtimes in the order in which they are asked: those that use another one below them first, as that one knows
 * their containers by id only.
 */
export function knownRuntimes(folders: RuntimeFolders): readonly Runtime[] {
  return [
    docker(folders.docker),
    podman(folders.podman),
    criO(folders["cri-o"]),
    containerd(folders.containerd),
    runc(folders.runc),
  ];
}
