import { AF_INET, errnoName, libc, sockaddr } from "@ringfence/probe";
import type { DatagramsAttempt } from "./attempt.js";

const SOCK_DGRAM = 2;
const IPPROTO_UDP = 17;
const KEEP = 0xffffffff;

export function tryDatagrams({ steps, protocol = IPPROTO_UDP }: DatagramsAttempt): string {
  const fd = libc.socket(AF_INET, SOCK_DGRAM, protocol);
  if (fd < 0) return errnoName();
  try {
    return steps.map((step) => (take(fd, step) < 0 ? errnoName() : "ok")).join(" ");
  } finally {
    libc.close(fd);
  }
}

function take(fd: number, step: string): number {
  const [verb, first = "", port] = step.split(" ");
  const data = new Uint8Array(16);
  const address = sockaddr(first, Number(port));
  switch (verb) {
    case "sendto":
      return libc.sendto(fd, data, data.length, 0, address, address.length);
    case "connect":
      return libc.connect(fd, address, address.length);
    case "send":
      return libc.send(fd, data, data.length, 0);
    case "uid":
      return libc.setresuid(KEEP, Number(first), KEEP);
    default:
      throw new Error(`Cannot take the step "${step}"`);
  }
}
