import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import type { AttackResponse, AttacksConfig } from "@ringfence/model";
import type { Alert } from "@ringfence/rules";
import { bootNs } from "../host/uptime.js";
import { type ShutOut, UNTIL_RELEASED } from "./shut-out.js";

/** How far up a connection that a shell was given is looked for. */
const LEVELS = 8;

/** Does what the configuration asks for when there is an alert. */
export class Responder {
  readonly #config: Pick<AttacksConfig, "dryRun" | "denyMinutes">;
  readonly #shutOut: ShutOut;
  #isOpen = false;

  constructor(config: Pick<AttacksConfig, "dryRun" | "denyMinutes">, shutOut: ShutOut) {
    this.#config = config;
    this.#shutOut = shutOut;
  }

  /** While everything is open (`ringfence panic`), alerts are told and nothing is done about them; who was cut off is let in. */
  standDown(isOpen: boolean): void {
    this.#isOpen = isOpen;
    if (isOpen) this.#shutOut.release();
  }

  /** Returns what was done, or would be, in words. Never throws: an alert is told whatever comes of it. */
  respond(alert: Alert, response: AttackResponse): string {
    if (response === "log") return "log";
    const what = this.#words(alert, response);
    if (what === null) return "log: there is nobody to answer to";
    if (this.#isOpen) return `log: everything is open; else would ${what}`;
    if (this.#config.dryRun) return `dry run: would ${what}`;
    try {
      return `${what}: ${this.#act(alert, response)}`;
    } catch (error) {
      return `could not ${what}: ${(error as Error).message}`;
    }
  }

  #words({ actor, address }: Alert, response: AttackResponse): string | null {
    const { denyMinutes } = this.#config;
    if (actor !== null) {
      if (response === "kill") return `kill process ${actor.pid} and all below it`;
      const time = response === "deny" ? `for ${denyMinutes} minutes` : "until it is released";
      return `cut process ${actor.pid} and all below it off from the network ${time}`;
    }
    if (address === null || response === "kill") return null;
    return `let nothing in from ${address} ${response === "deny" ? `for ${denyMinutes} minutes` : "until it is released"}`;
  }

  #act(alert: Alert, response: AttackResponse): string {
    const untilNs =
      response === "deny" ? bootNs() + BigInt(Math.round(this.#config.denyMinutes * 60e9)) : UNTIL_RELEASED;
    if (alert.actor === null) {
      this.#shutOut.ban(alert.address ?? "", untilNs);
      return "done";
    }
    const root =
      alert.detector === "shell" ? holderOf(alert.responsible ?? alert.actor.pid) : alert.actor.pid;
    if (root === 1 || root === process.pid)
      return "left alone: that is the host's first process, or this agent";
    if (response === "kill") return `${this.#kill(root)} processes`;
    return `${this.#shutOut.quarantine(root, untilNs)} processes`;
  }

  /** The tree is cut off first, so that what it starts meanwhile reaches nobody. */
  #kill(root: number): number {
    this.#shutOut.quarantine(root, UNTIL_RELEASED);
    const tree = this.#shutOut.treeOf(root).filter((pid) => pid !== 1 && pid !== process.pid);
    for (const pid of tree) {
      try {
        process.kill(pid, "SIGKILL");
      } catch {
        // it ended meanwhile
      }
    }
    return tree.length;
  }
}

/** The topmost process that holds the connection which a shell has as its standard input: who opened it. */
function holderOf(pid: number): number {
  const socket = linkOf(`/proc/${pid}/fd/0`);
  let holder = pid;
  if (socket?.startsWith("socket:") !== true) return holder;
  for (let level = 0, at = parentOf(pid); level < LEVELS && at > 1; level++, at = parentOf(at)) {
    if (!descriptorsOf(at).includes(socket)) break;
    holder = at;
  }
  return holder;
}

function descriptorsOf(pid: number): (string | null)[] {
  try {
    return readdirSync(`/proc/${pid}/fd`).map((fd) => linkOf(`/proc/${pid}/fd/${fd}`));
  } catch {
    return []; // gone
  }
}

function linkOf(path: string): string | null {
  try {
    return readlinkSync(path);
  } catch {
    return null; // gone
  }
}

function parentOf(pid: number): number {
  try {
    return Number(/^PPid:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1] ?? 0);
  } catch {
    return 0; // gone
  }
}
