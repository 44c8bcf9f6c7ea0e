import { execFileSync } from "node:child_process";

/** A network namespace with a pair of connected interfaces, `left` and `right`, for one test. */
export class TemporaryNetns implements Disposable {
  readonly name = `rf-test-${process.pid}`;

  constructor() {
    ip("netns", "add", this.name);
    ip("-n", this.name, "link", "add", "left", "type", "veth", "peer", "name", "right");
    for (const device of ["lo", "left", "right"]) ip("-n", this.name, "link", "set", device, "up");
  }

  get path(): string {
    return `/run/netns/${this.name}`;
  }

  /** What a command prints inside. */
  run(...command: readonly string[]): string {
    return execFileSync("ip", ["netns", "exec", this.name, ...command], { encoding: "utf8" });
  }

  [Symbol.dispose](): void {
    ip("netns", "delete", this.name);
  }
}

function ip(...args: readonly string[]): void {
  execFileSync("ip", args, { stdio: ["ignore", "ignore", "inherit"] });
}
