import { readFileSync, readlinkSync } from "node:fs";
import { join } from "node:path";
import type { Peer } from "../control/peer.js";
import { appendFile } from "../host/durable-file.js";
import { findUser } from "../host/host-resolver.js";

/** A change of the policy, or one that was refused. */
export interface AuditEntry {
  readonly action: string;
  readonly result: "done" | "refused" | "failed";
  /** Names in the folder of profiles. */
  readonly files?: readonly string[];
  readonly profiles?: readonly string[];
  /** Revisions of the policy. */
  readonly before: string | null;
  readonly after: string | null;
  readonly forced?: boolean;
  readonly error?: string;
}

/** Who asked, as far as /proc still shows it. */
export interface Actor {
  readonly uid: number;
  readonly user: string | null;
  readonly pid: number;
  readonly exe: string | null;
  /** The user who logged in, whoever they became since (sudo, su); null when the kernel does not know. */
  readonly loginUid: number | null;
}

const NO_LOGIN = 0xffff_ffff;

/** The log of who changed what: `audit.ndjson` below the state folder, for root alone. */
export class AuditLog {
  readonly #path: string;

  constructor(stateFolder: string) {
    this.#path = join(stateFolder, "audit.ndjson");
  }

  /** Returns when the line is on the disk. `who` is null for what nobody asked for. Throws RF_STATE. */
  write(who: Actor | null, entry: AuditEntry): void {
    appendFile(this.#path, `${JSON.stringify({ time: new Date().toISOString(), who, ...entry })}\n`);
  }
}

/** Describes who is at the other end of a connection. */
export function actorOf({ uid, pid }: Pick<Peer, "uid" | "pid">): Actor {
  const login = Number(read(() => readFileSync(`/proc/${pid}/loginuid`, "utf8")) ?? NO_LOGIN);
  return {
    uid,
    user: findUser(String(uid))?.name ?? null,
    pid,
    exe: read(() => readlinkSync(`/proc/${pid}/exe`)),
    loginUid: login === NO_LOGIN ? null : login,
  };
}

/** Null when the process is gone, or the kernel keeps no such thing. */
function read(get: () => string): string | null {
  try {
    return get();
  } catch {
    return null;
  }
}
