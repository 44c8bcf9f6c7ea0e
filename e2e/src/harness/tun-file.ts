import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync } from "node:fs";

/** Makes /dev/net/tun where no udev has: the kernel loads the driver when the file is first opened. */
export function makeTunFile(): void {
  if (existsSync("/dev/net/tun")) return;
  mkdirSync("/dev/net", { recursive: true });
  execFileSync("mknod", ["/dev/net/tun", "c", "10", "200"]);
}
