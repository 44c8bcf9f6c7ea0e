import { execFileSync } from "node:child_process";

/** Addresses of the two ends of the wire. */
export const INSIDE = "198.51.100.2";
export const OUTSIDE = "198.51.100.1";

let made = 0;

/** Two network namespaces of the test's, joined by a wire: what is watched is inside, attackers and servers outside. */
export class TwoNetworks implements Disposable {
  readonly #inside: string;
  readonly #outside: string;

  /** Throws when the kernel or `ip` refuses. */
  constructor() {
    const number = ++made;
    this.#inside = `rf-two-${process.pid}-${number}-in`;
    this.#outside = `rf-two-${process.pid}-${number}-out`;
    ip(`netns add ${this.#inside}`);
    ip(`netns add ${this.#outside}`);
    ip(`-n ${this.#inside} link set lo up`);
    ip(`-n ${this.#outside} link set lo up`);
    ip(`-n ${this.#inside} link add rf0 type veth peer name rf1 netns ${this.#outside}`);
    ip(`-n ${this.#inside} addr add dev rf0 ${INSIDE}/24`);
    ip(`-n ${this.#outside} addr add dev rf1 ${OUTSIDE}/24`);
    ip(`-n ${this.#inside} link set rf0 up`);
    ip(`-n ${this.#outside} link set rf1 up`);
    ip(`-n ${this.#inside} route add default via ${OUTSIDE}`);
  }

  /** Words before a program that runs there. */
  get inside(): readonly string[] {
    return ["ip", "netns", "exec", this.#inside];
  }

  get outside(): readonly string[] {
    return ["ip", "netns", "exec", this.#outside];
  }

  [Symbol.dispose](): void {
    ip(`netns del ${this.#inside}`);
    ip(`netns del ${this.#outside}`);
  }
}

function ip(words: string): void {
  execFileSync("ip", words.split(" "));
}
