import type { Cgroup2 } from "@ringfence/kernel";

/** Names that container runtimes give to a container's cgroup: docker, containerd, CRI-O, podman, LXC, Kubernetes. */
const CONTAINER =
  /^(?:(?:docker|cri-containerd|crio|libpod|nspawn)-[0-9a-f]{12,64}(?:\.scope)?|[0-9a-f]{64}|kubepods.*|lxc\..+|machine-.+\.scope)$/;

/** Cgroups of the containers that run now; what starts later counts as the host until it is looked for again. */
export function containerCgroups(cgroups: Cgroup2, below = "/"): string[] {
  return cgroups.children(below).flatMap((name) => {
    const path = below === "/" ? `/${name}` : `${below}/${name}`;
    return CONTAINER.test(name) ? [path] : containerCgroups(cgroups, path);
  });
}

/** True when a cgroup is a container's, or lies in one. */
export function isContainerPath(path: string): boolean {
  return path.split("/").some((name) => CONTAINER.test(name));
}
