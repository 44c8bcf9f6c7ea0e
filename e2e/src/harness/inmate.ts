import assert from "node:assert/strict";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { readResults } from "./probe.js";
import { shellTries } from "./shell-tries.js";
import { temporaryFolder } from "./temporary-folder.js";
import { until } from "./until.js";

/** A shell in a fence that tries a connection whenever it is asked to, by way of files, until it is told to stop. */
export class Inmate {
  readonly #folder = temporaryFolder();
  readonly #script: string;

  constructor(port: number) {
    this.#script = `${shellTries(port)}
cd ${this.#folder} && echo $$ >pid && mv pid ready
while [ ! -e stop ]; do
  for file in ask-*; do
    if [ -e "$file" ]; then rm "$file"; try "\${file#ask-}" bash >>answers; fi
  done
  sleep 0.05
done
mv ready ended`;
  }

  /** The command that is the shell itself. */
  get command(): string[] {
    return ["bash", "-c", this.#script];
  }

  /** A command that leaves the shell behind, in a session of its own and with init as its parent, and ends. */
  get daemon(): string[] {
    const start = 'setsid bash -c "$1" </dev/null >/dev/null 2>&1 & until [ -e "$2" ]; do sleep 0.05; done';
    return ["bash", "-c", `(${start})`, "bash", this.#script, join(this.#folder, "ready")];
  }

  async ready(): Promise<void> {
    assert.ok(await until(() => existsSync(join(this.#folder, "ready"))), "the command did not start");
  }

  get pid(): number {
    return Number(readFileSync(join(this.#folder, "ready"), "utf8"));
  }

  /** Has it connect, and returns the result. */
  async ask(name: string): Promise<string> {
    const answer = () => {
      const path = join(this.#folder, "answers");
      return existsSync(path) ? readResults(readFileSync(path, "utf8")).results[name] : undefined;
    };
    writeFileSync(join(this.#folder, `ask-${name}`), "");
    await until(() => answer() !== undefined);
    return answer() ?? "no answer";
  }

  /** Ends it, if it runs. */
  async stop(): Promise<void> {
    writeFileSync(join(this.#folder, "stop"), "");
    if (existsSync(join(this.#folder, "ready"))) {
      assert.ok(await until(() => existsSync(join(this.#folder, "ended"))), "the command did not end");
    }
  }
}
