import { readFileSync, writeFileSync } from "node:fs";
import { canReset } from "./can-reset.js";

const RETRIES = "/proc/sys/net/ipv4/tcp_orphan_retries";

/**
 * Where the kernel cannot reset connections, `ringfence run` waits for those that hold denied data: until disposed of, they end
 * after seconds and not after a hundred. Elsewhere nothing changes.
 */
export class ShortOrphans implements Disposable {
  readonly #before = canReset() ? null : readFileSync(RETRIES, "utf8");

  constructor() {
    if (this.#before !== null) writeFileSync(RETRIES, "2");
  }

  [Symbol.dispose](): void {
    if (this.#before !== null) writeFileSync(RETRIES, this.#before);
  }
}
