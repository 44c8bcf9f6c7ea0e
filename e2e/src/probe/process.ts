import { closeSync, openSync, writeFileSync } from "node:fs";
import type { ProcessAttempt } from "./attempt.js";
import { addressOf, errnoName, libc } from "./libc.js";
import { AF_UNIX } from "./sockaddr.js";

const PR_SET_NAME = 15;
const BPF = { x64: 321, arm64: 280 } as const;
const REBOOT = { x64: 169, arm64: 142 } as const;

export function tryProcess(attempt: ProcessAttempt): string {
  switch (attempt.op) {
    case "write":
      return codeOf(() => writeFileSync(attempt.path, attempt.text, { flag: "r+" }));
    case "unix":
      return tryUnix(attempt.path);
    case "comm":
      return resultOf(libc.prctl(PR_SET_NAME, Buffer.from(`${attempt.comm}\0`)));
    case "uid":
      return resultOf(libc.setresuid(0xffffffff, attempt.id, 0xffffffff));
    case "gid":
      return resultOf(libc.setresgid(0xffffffff, attempt.id, 0xffffffff));
    case "unshare":
      return resultOf(libc.unshare(attempt.flags));
    case "setns":
      return trySetns(attempt.path);
    case "bpf":
      return tryBpf(attempt.command);
    case "reboot":
      // a wrong magic number: nothing can happen, and the capability is checked first
      return resultOf(libc.syscall(numberOf(REBOOT), 0n, 0n, 0n, 0n, 0n, 0n));
  }
}

function resultOf(returned: number): string {
  return returned < 0 ? errnoName() : "ok";
}

function codeOf(action: () => void): string {
  try {
    action();
    return "ok";
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? String(error);
  }
}

function numberOf(numbers: { readonly x64: number; readonly arm64: number }): number {
  return process.arch === "arm64" ? numbers.arm64 : numbers.x64;
}

function tryUnix(path: string): string {
  const fd = libc.socket(AF_UNIX, 1, 0);
  if (fd < 0) return errnoName();
  const address = Buffer.concat([Buffer.from([AF_UNIX, 0]), Buffer.from(`${path}\0`)]);
  const result = resultOf(libc.connect(fd, address, address.length));
  libc.close(fd);
  return result;
}

function trySetns(path: string): string {
  let fd = -1;
  const opened = codeOf(() => {
    fd = openSync(path, "r");
  });
  if (opened !== "ok") return opened;
  const result = resultOf(libc.setns(fd, 0));
  closeSync(fd);
  return result;
}

function tryBpf(command: number): string {
  const attributes = new Uint8Array(128);
  const { length } = attributes;
  return resultOf(
    libc.syscall(numberOf(BPF), BigInt(command), addressOf(attributes), BigInt(length), 0n, 0n, 0n),
  );
}
