/** An inclusive range of numbers; `from` is never above `to`. */
export interface NumberRange {
  readonly from: number;
  readonly to: number;
}

/**
 * One item of a subject or of a rule's `process`. The keys that are present must all hold; within a key one
 * value is enough. Lists are never empty. No key at all matches every process.
 */
export interface ProcessCondition {
  /** Patterns over the resolved path of the executable; `*` within one component, `**` any depth. */
  readonly exe?: readonly string[];
  /** Exact task names of at most 15 bytes; any process can change its own. */
  readonly comm?: readonly string[];
  /** Effective user ids as the initial user namespace sees them. */
  readonly uid?: readonly NumberRange[];
  /** Effective group ids; supplementary groups do not count. */
  readonly gid?: readonly NumberRange[];
  /** Patterns like those of `exe`; the executable of any one ancestor must match one of them. */
  readonly ancestor?: readonly string[];
  /** Paths in the cgroup v2 hierarchy; each includes its subtree. */
  readonly cgroup?: readonly string[];
  /** The process is not in a container. */
  readonly host?: true;
  /** The process is in a container, or in one of those described. */
  readonly container?: true | ContainerCondition;
  /**
   * Names of systemd units, `*` for any text: the process is in the cgroup of one, or below. Units of the system's
   * manager count, and no name that a user chose below one.
   */
  readonly unit?: readonly string[];
}

/**
 * Which containers. Keys and values are as in `ProcessCondition`; `*` in a value stands for any text without "/". There
 * is at least one key.
 */
export interface ContainerCondition {
  readonly name?: readonly string[];
  /** The image's whole reference as the runtime has it, or without its tag and digest. */
  readonly image?: readonly string[];
  readonly id?: readonly string[];
  /** For each key the values of which the label has one; all keys must be there. */
  readonly label?: Readonly<Record<string, readonly string[]>>;
}
