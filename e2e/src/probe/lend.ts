import { existsSync } from "node:fs";
import { delimiter, isAbsolute, join } from "node:path";
import { duplicateDescriptor, execve, sendDescriptors, socketPair } from "@ringfence/kernel/system";
import { errnoName, familyOf, libc, sockaddr } from "@ringfence/probe";

// lend.js "KIND ADDRESS PORT, ..." COMMAND...: makes sockets, sends them into a UNIX socket that becomes the command's
// stdin, and becomes the command. KIND is tcp or udp for a connected socket, "bound" for a datagram socket without a
// peer, and "raw" for a raw one.

const kinds: Readonly<Record<string, readonly [type: number, protocol: number]>> = {
  tcp: [1, 6],
  udp: [2, 17],
  bound: [2, 17],
  raw: [3, 17],
};

function make(words: string): number {
  const [kind = "", to = "", port] = words.trim().split(" ");
  const [type, protocol] = kinds[kind] ?? [0, 0];
  const address = sockaddr(to, Number(port));
  const fd = libc.socket(familyOf(to), type, protocol);
  const call = kind === "bound" ? libc.bind : libc.connect;
  if (fd < 0 || (kind !== "raw" && call(fd, address, address.length) < 0)) {
    throw new Error(`Cannot make "${words}": ${errnoName()}`);
  }
  return fd;
}

function find(name: string): string {
  if (isAbsolute(name)) return name;
  const folders = (process.env["PATH"] ?? "").split(delimiter);
  return folders.map((folder) => join(folder, name)).find((path) => existsSync(path)) ?? name;
}

const [sockets = "", ...command] = process.argv.slice(2);
const [near, far] = socketPair();
sendDescriptors(near, sockets.split(",").map(make));
duplicateDescriptor(far, 0);
for (const fd of [1, 2]) duplicateDescriptor(fd, fd + 100);
for (const fd of [1, 2]) duplicateDescriptor(fd + 100, fd);
const bytes = (text: string) => Buffer.from(text);
const environment = Object.entries(process.env).map(([name, value]) => bytes(`${name}=${value ?? ""}`));
execve(find(command[0] ?? ""), command.map(bytes), environment);
