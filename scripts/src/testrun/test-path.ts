import { dirname } from "node:path";

const system = ["/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin"];

/**
 * Where tests look for programs: beside Node, and where the system's packages are. A version manager's python3 in front of
 * these is a shell script, which takes five seconds to start in the emulated machine.
 */
export function testPath(node = process.execPath): string {
  return [...new Set([dirname(node), ...system])].join(":");
}
