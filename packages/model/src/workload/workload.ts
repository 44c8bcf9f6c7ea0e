/** Container runtimes whose cgroups are recognised. */
export const runtimeNames = [
  "docker",
  "podman",
  "containerd",
  "cri-o",
  "runc",
  "lxc",
  "nspawn",
  "buildkit",
] as const;

export type RuntimeName = (typeof runtimeNames)[number];

/** What policies ask of a container. Null is "nobody could say"; an empty text is "it has none". */
export interface ContainerFacts {
  readonly id: string | null;
  readonly name: string | null;
  /** The image's reference as the runtime has it, such as "docker.io/library/nginx:1.27". */
  readonly image: string | null;
  /** Labels; where a runtime has none, the annotations of the container. */
  readonly labels: Readonly<Record<string, string>> | null;
}

/**
 * Whether something is in a container: in none, in one of which nothing more is known, in one, or in a new cgroup of which
 * nobody knows whose it is.
 */
export type ContainerFact = boolean | ContainerFacts | "pending";

/** A container, a systemd unit, or a cgroup that nobody can tell yet: `pending`. */
export type WorkloadKind = "container" | "unit" | "pending" | "host";

/** What runs in one cgroup and those below it. */
export interface Workload {
  readonly kind: WorkloadKind;
  /** Path in the cgroup v2 hierarchy. */
  readonly cgroup: string;
  /** The kernel's number of that cgroup, as a decimal. */
  readonly cgroupId: string;
  /** For a container. */
  readonly container: ContainerFacts | null;
  /** Null where the cgroup's name does not tell, and no runtime claims it. */
  readonly runtime: RuntimeName | null;
  /** When the container was started, in ISO 8601 and UTC; null when nobody says. */
  readonly started: string | null;
  /** The unit's name, of which the cgroup is one. */
  readonly unit: string | null;
}
