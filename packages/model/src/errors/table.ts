import { agentErrors } from "./agent-errors.js";
import { policyErrors } from "./policy-errors.js";

/** What a code stands for, as docs/reference/errors.md prints it. */
export interface ErrorEntry {
  readonly meaning: string;
  readonly remedy: string;
}

/**
 * Every code that Ringfence prints. A code is a promise: its meaning never changes and it is never reused, so
 * that scripts may branch on it.
 */
export const errorTable = {
  ...policyErrors,
  ...agentErrors,
  RF_NOT_ROOT: {
    meaning: "The command loads programs into the kernel, and the caller is not root",
    remedy: "Run it as root, with sudo for example; --user NAME drops to that user before the command",
  },
  RF_NO_BTF: {
    meaning: "The kernel does not publish its type information in /sys/kernel/btf/vmlinux",
    remedy: "Boot a kernel built with CONFIG_DEBUG_INFO_BTF=y",
  },
  RF_NO_CGROUP2: {
    meaning: "No cgroup v2 hierarchy is mounted, and mounting one failed",
    remedy: "Mount it: mount -t cgroup2 none /sys/fs/cgroup/unified",
  },
  RF_LIBBPF_MISSING: {
    meaning: "The shared library libbpf.so.1 cannot be loaded",
    remedy: "Install it: apt-get install libbpf1",
  },
  RF_LOAD_REFUSED: {
    meaning: "The kernel refused to load a program or to create a map",
    remedy: "Read the reason in the message; `ringfence doctor` shows what this kernel offers",
  },
  RF_ATTACH_REFUSED: {
    meaning: "The kernel refused to attach a program to its hook",
    remedy: "Look for another program that holds the hook exclusively; `ringfence doctor` tests each hook",
  },
  RF_PIN_REFUSED: {
    meaning: "The kernel refused to pin an object in a BPF file system, or to open one that is pinned",
    remedy:
      "Mount it: mount -t bpf bpf /sys/fs/bpf; and let `pins` in the agent's configuration lie below it",
  },
  RF_FEATURE_MISSING: {
    meaning: "This kernel lacks a feature that the request needs",
    remedy: "Run the kernel version that the message names, or a later one",
  },
  RF_MAP_FULL: {
    meaning: "A kernel table has no room for another entry",
    remedy: "Make the policy smaller, or raise the size that the message names",
  },
  RF_USAGE: {
    meaning: "The command line has an unknown option, or an option without its value",
    remedy: "Read `ringfence COMMAND --help`",
  },
  RF_DESTINATION: {
    meaning: "The value of --allow, --deny, --allow-from or --listen cannot be read",
    remedy:
      "Write an address, a CIDR, a name, localhost, private or any, with a port if needed: 10.0.0.0/8:443; for --listen ports",
  },
  RF_FLOW: {
    meaning: "A flow in words has a word that cannot be read, or lacks one",
    remedy: "Write it like exe=/usr/bin/curl uid=1000 tcp 10.0.0.1:443",
  },
  RF_USER_UNKNOWN: {
    meaning: "The user named with --user does not exist",
    remedy: "Name a user that `getent passwd` lists",
  },
  RF_COMMAND_NOT_FOUND: {
    meaning: "The command to run does not exist",
    remedy: "Check its spelling and PATH",
  },
  RF_COMMAND_NOT_EXECUTABLE: {
    meaning: "The command to run exists, but the kernel cannot execute it",
    remedy: "Check its permissions, its interpreter line and its architecture",
  },
  RF_LAUNCH_FAILED: {
    meaning: "The command could not be put inside the fence, so it was not started",
    remedy: "Read the failed step in the message",
  },
  RF_NESTED: {
    meaning: "`ringfence run` was called inside a fence",
    remedy: "Call it outside, and combine both policies in one call",
  },
  RF_STDIO_DENIED: {
    meaning: "A standard stream of the command is a socket to a destination that the policy denies",
    remedy: "Redirect the stream to a file or a pipe, or allow the destination",
  },
  RF_STDIO_UNJUDGED: {
    meaning: "A standard stream of the command is something through which it could talk past every hook",
    remedy: "Redirect the stream to a file or a pipe",
  },
  RF_REPORT_FILE: {
    meaning: "The report or log file cannot be written",
    remedy: "Check that its directory exists and is writable",
  },
  RF_REPORT_INPUT: {
    meaning: "The report to explain cannot be read, is of another version, or has no such row",
    remedy: "Give a file that `ringfence run --report json` of this version wrote, and a row from 1 on",
  },
  RF_PROCESS: {
    meaning: "The process named with --pid does not exist",
    remedy: "Name one that runs: `ps` lists them",
  },
  RF_POLICY_FILE: {
    meaning: "The policy file cannot be read",
    remedy: "Check its path and permissions",
  },
  RF_POLICY_PROCESS: {
    meaning:
      "The process that reads and compiles a large policy ended before it was done, or a limit kept it from handing the policy over",
    remedy:
      "Give the machine or the cgroup more memory, raise the limit for files (ulimit -f), or make the policy smaller, and try again",
  },
  RF_HISTORY: {
    meaning: "A log, a file of events or the agent's history cannot be read",
    remedy:
      "Check the path and permissions; --config names the configuration of the agent whose history it is",
  },
  RF_EVENT: {
    meaning: "The event that was named is not in the records, or was no denial",
    remedy: "Take an identity that `ringfence observe --ids` shows, from the same history or file",
  },
  RF_LEARNED_NOTHING: {
    meaning: "The records hold no verdict from which a policy could be learned",
    remedy: "Take a longer time, or a log that `ringfence run --mode audit --log FILE` wrote",
  },
  RF_SELFTEST: {
    meaning: "The selftest could not make its scratch network, or could not run what it tries",
    remedy:
      "Read the reason in the message; iproute2 and util-linux must be installed, and veth be available",
  },
  RF_INTERNAL: {
    meaning: "Ringfence broke one of its own rules",
    remedy: "Report it with the full output of the command",
  },
} as const satisfies Readonly<Record<string, ErrorEntry>>;

/** A stable code of the error table. */
export type ErrorCode = keyof typeof errorTable;
