import { closeSync, openSync, writeFileSync } from "node:fs";
import { AF_UNIX, addressOf, attachTun, errnoName, libc, openTun } from "@ringfence/probe";
import type { ProcessAttempt } from "./attempt.js";

const PR_SET_NAME = 15;
const SUN_PATH_BYTES = 108;
const BPF = { x64: 321, arm64: 280 } as const;
const CALLS = {
  request_key: { x64: 249, arm64: 218 },
  open_by_handle_at: { x64: 304, arm64: 265 },
} as const;
const SOCKETPAIR = { x64: 53, arm64: 199 } as const;
const REBOOT = { x64: 169, arm64: 142 } as const;

export function tryProcess(attempt: ProcessAttempt): string {
  switch (attempt.op) {
    case "write":
      return codeOf(() => writeFileSync(attempt.path, attempt.text, { flag: "r+" }));
    case "open":
      return codeOf(() => closeSync(openSync(attempt.path, "r")));
    case "signal":
      return codeOf(() => process.kill(attempt.pid, attempt.signal));
    case "call":
      return resultOf(libc.syscall(numberOf(CALLS[attempt.call]), 0n, 0n, 0n, 0n, 0n, 0n));
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
    case "tun":
      return tryTun(attempt.interface);
    case "pair":
      return tryPair(attempt.family, attempt.type);
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
  // Node fills abstract names up to the whole field
  const name = path.startsWith("@") ? `\0${path.slice(1)}`.padEnd(SUN_PATH_BYTES, "\0") : `${path}\0`;
  const address = Buffer.concat([Buffer.from([AF_UNIX, 0]), Buffer.from(name)]);
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

function tryTun(name: string): string {
  let fd = -1;
  const opened = codeOf(() => {
    fd = openTun();
  });
  if (opened !== "ok") return `open ${opened}`;
  const attached = codeOf(() => attachTun(fd, name));
  closeSync(fd);
  return attached === "ok" ? "ok" : `attach ${attached}`;
}

function tryPair(family: number, type: number): string {
  const ends = new Uint8Array(8);
  return resultOf(
    libc.syscall(numberOf(SOCKETPAIR), BigInt(family), BigInt(type), 0n, addressOf(ends), 0n, 0n),
  );
}
