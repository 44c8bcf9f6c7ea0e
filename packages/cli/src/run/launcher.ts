import { closeSync, readSync, writeSync } from "node:fs";
import {
  CLOSE_RANGE_CLOEXEC,
  capabilitySet,
  clearAmbientSet,
  closeRange,
  dropFromBoundingSet,
  getCapabilities,
  inBoundingSet,
  initGroups,
  installFilter,
  isolate,
  isolationOf,
  landlockAbi,
  O_NONBLOCK,
  receiveDescriptors,
  resourceLimit,
  SystemError,
  setCapabilities,
  setCloseOnExec,
  setGroup,
  setResourceLimit,
  setSignalDisposition,
  setSignalMask,
  setStatusFlags,
  setUser,
  statusFlags,
} from "@ringfence/kernel/system";
import { droppedCapabilities } from "./dropped-powers.js";
import { enterFence } from "./enter-fence.js";
import { executeCommand } from "./find-command.js";
import { type LaunchFailure, type LaunchOrder, ORDERS_FD } from "./launch-order.js";
import { fenceFilter } from "./seccomp-filter.js";
import { shieldMounts } from "./shield.js";

// Becomes the command. Runs in the command's place: same parent, group, session and terminal; everything that Node
// changed is put back as the caller had it, and execve is the last call.

const LAST_SIGNAL = 64;
const SIGKILL = 9;
const SIGSTOP = 19;

function main(): void {
  let at: LaunchFailure["at"] = "launch";
  try {
    const [enterFd = -1, pinsFd = -1] = receiveDescriptors(ORDERS_FD, 2);
    const order = readOrder();
    enterFence(enterFd);
    if (!order.privileged) takePowers(pinsFd);
    if (order.user !== null) becomeUser(order.user);
    else if (!order.privileged) dropFromSets();
    restoreLimits(order);
    const argv = order.argv.map(decode);
    const environment = order.environment.map(decode);
    closeRange(3, undefined, CLOSE_RANGE_CLOEXEC);
    restoreDescriptors(order);
    restoreSignals(order);
    at = "command";
    executeCommand(argv, environment);
  } catch (error) {
    report(at, error);
    process.exit(125);
  }
}

function readOrder(): LaunchOrder {
  const chunks: Buffer[] = [];
  const chunk = Buffer.alloc(65_536);
  for (;;) {
    const count = readSync(ORDERS_FD, chunk);
    if (count === 0) throw new Error("Cannot launch: the supervisor went away");
    chunks.push(Buffer.from(chunk.subarray(0, count)));
    if (chunk[count - 1] === 0x0a) return JSON.parse(Buffer.concat(chunks).toString()) as LaunchOrder;
  }
}

function takePowers(pinsFd: number): void {
  shieldMounts(pinsFd);
  const isolation = isolationOf(landlockAbi());
  if (isolation !== "none") isolate(isolation);
  for (const capability of droppedCapabilities) {
    if (inBoundingSet(capability)) dropFromBoundingSet(capability);
  }
  installFilter(fenceFilter());
}

function becomeUser(user: NonNullable<LaunchOrder["user"]>): void {
  initGroups(user.name, user.gid);
  setGroup(user.gid);
  setUser(user.uid);
}

function dropFromSets(): void {
  const keep = ~capabilitySet(droppedCapabilities);
  const { effective, permitted, inheritable } = getCapabilities();
  clearAmbientSet();
  setCapabilities({
    effective: effective & keep,
    permitted: permitted & keep,
    inheritable: inheritable & keep,
  });
}

function restoreLimits(order: LaunchOrder): void {
  if (order.openFiles === null) return;
  const { hard } = resourceLimit("nofile");
  setResourceLimit("nofile", { soft: BigInt(order.openFiles), hard });
}

function restoreDescriptors(order: LaunchOrder): void {
  for (const [fd, flags] of order.descriptors.entries()) {
    if (flags === "closed") {
      closeSync(fd);
      continue;
    }
    setCloseOnExec(fd, false);
    if (flags === null) continue;
    const present = statusFlags(fd);
    if ((present & O_NONBLOCK) !== (flags & O_NONBLOCK)) setStatusFlags(fd, present ^ O_NONBLOCK);
  }
}

function restoreSignals(order: LaunchOrder): void {
  const ignored = BigInt(order.ignoredSignals);
  for (let signal = 1; signal <= LAST_SIGNAL; signal++) {
    // the C library keeps 32 and 33 for itself and nobody inherits them changed
    if (signal === SIGKILL || signal === SIGSTOP || signal === 32 || signal === 33) continue;
    setSignalDisposition(signal, (ignored >> BigInt(signal - 1)) & 1n ? "ignore" : "default");
  }
  setSignalMask(BigInt(order.blockedSignals));
}

function decode(text: string): Buffer {
  return Buffer.from(text, "base64");
}

function report(at: LaunchFailure["at"], error: unknown): void {
  const code = error instanceof SystemError ? error.code : "EIO";
  const message = error instanceof Error ? error.message : String(error);
  try {
    writeSync(ORDERS_FD, `${JSON.stringify({ at, code, message } satisfies LaunchFailure)}\n`);
  } catch {
    // the supervisor is gone, and with it everybody who could be told
  }
}

main();
