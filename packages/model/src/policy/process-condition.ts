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
  /** The process is in a container. */
  readonly container?: true;
}
