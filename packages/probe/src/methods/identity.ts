import { spawnSync } from "node:child_process";
import { closeSync, openSync } from "node:fs";
import { constants } from "node:os";
import { CLONE_NEWNET, SystemError, setns, unshare } from "@ringfence/kernel/system";
import { ALLOWED_UID, type Method, type Trial } from "../method.js";
import { checked, connect, sendto, socket } from "../system/calls.js";
import { libc } from "../system/libc.js";
import { AF_INET, SOCK_DGRAM, SOCK_STREAM } from "../system/numbers.js";
import { NOT_REACHED, REACH_SELF, reachSelf } from "../system/reach-self.js";
import { sockaddr } from "../system/sockaddr.js";

const KEEP = 0xffffffff;

/** Does something as the user whom the policy allows everything, and comes back. */
function asAllowedUser<T>(action: () => T): T {
  checked("setresuid", libc.setresuid(KEEP, ALLOWED_UID, KEEP));
  try {
    return action();
  } finally {
    libc.setresuid(KEEP, 0, KEEP);
  }
}

function tcpAfterSetuid(trial: Trial): undefined {
  const fd = asAllowedUser(() => socket(AF_INET, SOCK_STREAM));
  connect(fd, sockaddr(trial.v4, trial.port));
}

/** The first datagram is the allowed user's, and holds no mark. */
function udpAfterSetuid(trial: Trial): undefined {
  const address = sockaddr(trial.v4, trial.port);
  const fd = asAllowedUser(() => {
    const made = socket(AF_INET, SOCK_DGRAM);
    sendto(made, Buffer.from("."), address);
    return made;
  });
  sendto(fd, Buffer.from(trial.mark), address);
}

function inNewNetwork(trial: Trial): boolean {
  const home = openSync("/proc/thread-self/ns/net", "r");
  unshare(CLONE_NEWNET);
  try {
    return reachSelf(trial);
  } finally {
    setns(home, CLONE_NEWNET);
    closeSync(home);
  }
}

/** Node has threads, and with threads nobody may make a user namespace: a child does. */
function inNewUser(trial: Trial): boolean {
  const program = process.argv[1] ?? "";
  const command = ["--user", "--map-root-user", "--net", process.execPath, program, REACH_SELF];
  const { status } = spawnSync("unshare", [...command, JSON.stringify(trial)], { stdio: "ignore" });
  if (status === 0 || status === NOT_REACHED) return status === 0;
  throw new SystemError("sendto", status ?? constants.errno.EIO, "send in a new user namespace");
}

/** Changes of who the process is, or where. */
export const identityMethods: readonly Method[] = [
  {
    id: "tcp-setuid",
    title: "TCP, setuid between socket and connect",
    runs: ["plain"],
    witness: "connection",
    attempt: tcpAfterSetuid,
  },
  {
    id: "udp-setuid",
    title: "UDP, setuid between two sendto",
    runs: ["plain"],
    witness: "data",
    attempt: udpAfterSetuid,
  },
  {
    id: "new-network",
    title: "UDP in a new network namespace",
    runs: ["privileged"],
    witness: "self",
    capability: "CAP_SYS_ADMIN",
    attempt: inNewNetwork,
  },
  {
    id: "new-user",
    title: "UDP in a new user and network namespace",
    runs: ["plain"],
    witness: "self",
    attempt: inNewUser,
  },
];
