import type { RuntimeName } from "@ringfence/model";

/** A container as the path of its cgroup shows it. */
export interface ContainerPlace {
  /** The container's own cgroup; a path below it is the container's, too. */
  readonly cgroup: string;
  readonly id: string;
  /** Null for a name that several runtimes give. */
  readonly runtime: RuntimeName | null;
}

const prefixes: Readonly<Record<string, RuntimeName>> = {
  docker: "docker",
  "cri-containerd": "containerd",
  nerdctl: "containerd",
  crio: "cri-o",
  libpod: "podman",
  "libpod-payload": "podman",
};
const prefixWords = Object.keys(prefixes).join("|");

/** systemd driver: PREFIX-ID.scope. cgroupfs driver: PREFIX-ID, as podman and CRI-O name it. */
const prefixed = new RegExp(`^(${prefixWords})-([0-9a-f]{64})(?:\\.scope)?$`);
/** What runc makes of a systemd path, SLICE:PREFIX:ID, where it was told to use the cgroupfs driver. */
const colons = new RegExp(`^[^:]+\\.slice:(${prefixWords}):([0-9a-f]{64})$`);
const plainId = /^[0-9a-f]{64}$/;
/** A machine of libvirt has a kernel of its own, and no process here but its emulator. */
const machine = /^machine-(?!qemu)(.+)\.scope$/;

/**
 * The outermost container that a cgroup lies in, by the names that Docker, containerd, CRI-O, podman, Kubernetes, LXC,
 * systemd-nspawn and BuildKit give, below whatever parent, in version 1, hybrid and version 2 alike; null for none.
 * Containers that runc makes alone can have any name: only its state folder knows them.
 */
export function recognizeCgroup(path: string): ContainerPlace | null {
  const names = path.split("/").slice(1);
  for (const [depth, name] of names.entries()) {
    const found = recognizeName(name, names[depth - 1] ?? "");
    if (found !== null) return { cgroup: `/${names.slice(0, depth + 1).join("/")}`, ...found };
  }
  return null;
}

function recognizeName(name: string, parent: string): Omit<ContainerPlace, "cgroup"> | null {
  const [, prefix, id] = prefixed.exec(name) ?? colons.exec(name) ?? [];
  if (prefix !== undefined && id !== undefined) return { id, runtime: prefixes[prefix] ?? null };
  // podman's pods have a cgroup of such a name, and their containers lie in it
  if (plainId.test(name) && parent !== "libpod_parent") {
    return { id: name, runtime: parent === "docker" ? "docker" : null };
  }
  if (name.startsWith("lxc.payload.")) return { id: name.slice("lxc.payload.".length), runtime: "lxc" };
  if (parent === "lxc") return { id: name, runtime: "lxc" };
  const [, machineName] = machine.exec(name) ?? [];
  if (machineName !== undefined) return { id: machineName, runtime: "nspawn" };
  if (name === "payload" && parent.startsWith("systemd-nspawn@")) {
    return { id: parent.slice("systemd-nspawn@".length).replace(/\.service$/, ""), runtime: "nspawn" };
  }
  return parent === "buildkit" ? { id: name, runtime: "buildkit" } : null;
}
