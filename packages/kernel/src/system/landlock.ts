import { closeSync, openSync } from "node:fs";
import { syscall } from "./syscall.js";
import { SystemError } from "./system-error.js";

// From linux/landlock.h.
const CREATE_RULESET_VERSION = 1;
const RULE_PATH_BENEATH = 1;
const ACCESS_FS_MAKE_BLOCK = 1n << 11n;
const ACCESS_FS_REFER = 1n << 13n;
const SCOPE_ABSTRACT_UNIX_SOCKET = 1n << 0n;
const SCOPE_SIGNAL = 1n << 1n;
/** Linux 5.19: before, a domain could not allow links and renames between directories. */
const FIRST_USEFUL_ABI = 2;
/** Linux 6.12: a domain can be about signals and abstract sockets, and need not handle files. */
const FIRST_SCOPED_ABI = 6;

/** What a Landlock domain made here keeps its processes from. */
export type Isolation = "scoped" | "files" | "none";

/** The kernel's Landlock version; 0 when it has none or does not use it. */
export function landlockAbi(): number {
  try {
    return syscall("landlock_create_ruleset", "ask for Landlock", null, 0, CREATE_RULESET_VERSION);
  } catch (error) {
    if (error instanceof SystemError && (error.code === "ENOSYS" || error.code === "EOPNOTSUPP")) return 0;
    throw error;
  }
}

/** What `isolate` can do on a kernel with this Landlock version. */
export function isolationOf(abi: number): Isolation {
  if (abi >= FIRST_SCOPED_ABI) return "scoped";
  return abi >= FIRST_USEFUL_ABI ? "files" : "none";
}

/**
 * Puts the calling thread, and all it starts, into a Landlock domain that forbids no file: what counts is that
 * processes outside a domain cannot be traced from inside, nor entered through /proc/PID. "scoped" also keeps signals
 * and abstract sockets inside; "files", on older kernels, forbids every mount instead.
 * Needs CAP_SYS_ADMIN or no_new_privs.
 */
export function isolate(isolation: Exclude<Isolation, "none">): void {
  const scoped = isolation === "scoped";
  const files = scoped ? 0n : ACCESS_FS_MAKE_BLOCK | ACCESS_FS_REFER;
  const attributes = scoped
    ? new BigUint64Array([files, 0n, SCOPE_ABSTRACT_UNIX_SOCKET | SCOPE_SIGNAL])
    : new BigUint64Array([files]);
  const ruleset = syscall(
    "landlock_create_ruleset",
    "make a Landlock ruleset",
    attributes,
    attributes.byteLength,
    0,
  );
  try {
    if (!scoped) allowBelowRoot(ruleset, files);
    syscall("landlock_restrict_self", "enter a Landlock domain", ruleset, 0);
  } finally {
    closeSync(ruleset);
  }
}

function allowBelowRoot(ruleset: number, access: bigint): void {
  const root = openSync("/", "r");
  const rule = new Uint8Array(12);
  const view = new DataView(rule.buffer);
  view.setBigUint64(0, access, true);
  view.setInt32(8, root, true);
  try {
    syscall("landlock_add_rule", "allow everything below /", ruleset, RULE_PATH_BENEATH, rule, 0);
  } finally {
    closeSync(root);
  }
}
