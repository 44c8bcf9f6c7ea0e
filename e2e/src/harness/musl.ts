const architectures: Readonly<Record<string, string>> = { x64: "x86_64", arm64: "aarch64" };
const triple = `${architectures[process.arch] ?? process.arch}-linux-musl`;
const library = `/usr/lib/${triple}`;

/** Options of clang that link a program with musl instead of the system's C library. */
export const withMusl: readonly string[] = [
  "-static",
  ...["-nostdinc", "-isystem", `/usr/include/${triple}`],
  "-nostartfiles",
  `-L${library}`,
  `${library}/crt1.o`,
];
