import { mkdirSync, readSync, writeFileSync, writeSync } from "node:fs";
import { Cgroup2 } from "@ringfence/kernel";
import { AF_INET, AF_INET6, errnoName, libc, sockaddr } from "@ringfence/probe";
import type { AttemptResult } from "./attempt.js";
import type { ListenerStep } from "./listener-step.js";

// Makes sockets as its argument says, prints what each step came to and the ports, waits for a line of input, and
// prints how much each socket got: connections that can be accepted, or datagrams.

const SOCK_STREAM = 1;
const SOCK_DGRAM = 2;
const SOCK_NONBLOCK = 0o4000;
const IPPROTO_IPV6 = 41;
const IPV6_V6ONLY = 26;
const SOL_SOCKET = 1;
const SO_REUSEPORT = 15;
const IPPROTO_TCP = 6;
const TCP_MD5SIG = 14;
const TCP_MD5SIG_SIZE = 216;
const TCP_MD5SIG_KEYLEN = 130;
const KEEP = 0xffffffff;

const sockets = new Map<string, { readonly fd: number; readonly type: "tcp" | "udp" }>();

function print(name: string, result: string): void {
  writeSync(1, `${JSON.stringify({ name, result, took: 0 } satisfies AttemptResult)}\n`);
}

function fdOf(name: string): number {
  return sockets.get(name)?.fd ?? -1;
}

function make(step: Extract<ListenerStep, { op: "socket" }>): number {
  const family = step.family === "v6" ? AF_INET6 : AF_INET;
  const kind = step.type === "tcp" ? SOCK_STREAM : SOCK_DGRAM;
  const fd = libc.socket(family, kind | SOCK_NONBLOCK, step.protocol ?? 0);
  sockets.set(step.name, { fd, type: step.type });
  const one = new Uint8Array([1, 0, 0, 0]);
  if (step.v6only) libc.setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, one, one.length);
  if (step.reusePort) libc.setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, one, one.length);
  return fd;
}

/** Each key for signed segments takes some of it, and binds nobody but the peer that it is for. */
function exhaust(fd: number): number {
  const option = new Uint8Array(TCP_MD5SIG_SIZE);
  option.set(sockaddr("10.0.0.0", 0));
  const view = new DataView(option.buffer);
  view.setUint16(TCP_MD5SIG_KEYLEN, 1, true);
  for (let peer = 1; libc.setsockopt(fd, IPPROTO_TCP, TCP_MD5SIG, option, option.length) === 0; peer++)
    view.setUint32(4, (10 << 24) + peer);
  return errnoName() === "ENOMEM" ? 0 : -1;
}

function take(step: ListenerStep): number {
  switch (step.op) {
    case "socket":
      return make(step);
    case "bind": {
      const { address, port } = step;
      const bytes = sockaddr(address, typeof port === "number" ? port : portOf(fdOf(port)));
      return libc.bind(fdOf(step.name), bytes, bytes.length);
    }
    case "listen":
      return libc.listen(fdOf(step.name), 64);
    case "exhaust":
      return exhaust(fdOf(step.name));
    case "uid":
      return libc.setresuid(KEEP, step.id, KEEP);
    case "cgroup": {
      using cgroups = Cgroup2.open();
      const folder = `${cgroups.root}${cgroups.pathOf("self") ?? ""}/${step.name}`;
      mkdirSync(folder);
      writeFileSync(`${folder}/cgroup.procs`, "0");
      return 0;
    }
  }
}

function portOf(fd: number): number {
  const address = new Uint8Array(28);
  const length = new Uint8Array([address.length, 0, 0, 0]);
  return libc.getsockname(fd, address, length) < 0 ? 0 : new DataView(address.buffer).getUint16(2);
}

function got(fd: number, type: "tcp" | "udp"): number {
  const buffer = new Uint8Array(2048);
  for (let count = 0; ; count++) {
    const result = type === "tcp" ? libc.accept(fd, null, null) : libc.recv(fd, buffer, buffer.length, 0);
    if (result < 0) return count;
  }
}

for (const step of JSON.parse(process.argv[2] ?? "[]") as ListenerStep[]) {
  const result = take(step) < 0 ? errnoName() : "ok";
  if (["bind", "listen", "exhaust"].includes(step.op) && "name" in step)
    print(`${step.op} ${step.name}`, result);
}
print("ports", JSON.stringify(Object.fromEntries([...sockets].map(([name, { fd }]) => [name, portOf(fd)]))));
readSync(0, new Uint8Array(1));
for (const [name, { fd, type }] of sockets) print(`got ${name}`, String(got(fd, type)));
