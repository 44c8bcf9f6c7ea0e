type Architecture = "x64" | "arm64";

/** Numbers of the system calls that have no C wrapper here, from the kernel's syscall tables. */
const numbers = {
  bpf: { x64: 321, arm64: 280 },
  capget: { x64: 125, arm64: 90 },
  capset: { x64: 126, arm64: 91 },
  close_range: { x64: 436, arm64: 436 },
  execve: { x64: 59, arm64: 221 },
  fsconfig: { x64: 431, arm64: 431 },
  fsmount: { x64: 432, arm64: 432 },
  fsopen: { x64: 430, arm64: 430 },
  landlock_add_rule: { x64: 445, arm64: 445 },
  landlock_create_ruleset: { x64: 444, arm64: 444 },
  landlock_restrict_self: { x64: 446, arm64: 446 },
  mount_setattr: { x64: 442, arm64: 442 },
  move_mount: { x64: 429, arm64: 429 },
  open_tree: { x64: 428, arm64: 428 },
  prlimit64: { x64: 302, arm64: 261 },
  rt_sigaction: { x64: 13, arm64: 134 },
  rt_sigprocmask: { x64: 14, arm64: 135 },
  seccomp: { x64: 317, arm64: 277 },
} as const satisfies Record<string, Record<Architecture, number>>;

/** A system call this package can name. */
export type SyscallName = keyof typeof numbers;

/** The call's number on this machine. Throws on an architecture the table does not hold. */
export function syscallNumber(name: SyscallName, architecture: string = process.arch): number {
  if (architecture !== "x64" && architecture !== "arm64") {
    throw new Error(`Cannot call "${name}": architecture "${architecture}" is not x64 or arm64`);
  }
  return numbers[name][architecture];
}
