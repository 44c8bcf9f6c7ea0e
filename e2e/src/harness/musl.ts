import { compileNative } from "./native.js";

const architectures: Readonly<Record<string, string>> = { x64: "x86_64", arm64: "aarch64" };

/** Compiles a program of e2e/native into a folder, linked with musl instead of the system's C library. */
export function compileWithMusl(name: string, folder: string): string {
  const triple = `${architectures[process.arch] ?? process.arch}-linux-musl`;
  const library = `/usr/lib/${triple}`;
  const headers = ["-nostdinc", "-isystem", `/usr/include/${triple}`];
  return compileNative(name, folder, [
    "-static",
    ...headers,
    "-nostartfiles",
    `-L${library}`,
    `${library}/crt1.o`,
  ]);
}
