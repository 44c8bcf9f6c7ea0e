import { execFileSync } from "node:child_process";
import type { Resolver } from "@ringfence/policy";

/** Names as this host knows them, from every source that its name service switch lists. */
export const hostResolver: Resolver = {
  uidOf: (user) => numberFrom("passwd", user, 2),
  gidOf: (group) => numberFrom("group", group, 2),
  portOf: (service, protocol) => {
    const line = getent("services", `${service}/${protocol}`);
    return line === null ? null : Number(/\s(\d+)\//.exec(line)?.[1] ?? Number.NaN);
  },
};

export interface HostUser {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
}

/** A user by name or number; null when the host does not know it. */
export function findUser(nameOrId: string): HostUser | null {
  const [name, , uid, gid] = getent("passwd", nameOrId)?.split(":") ?? [];
  return name === undefined ? null : { name, uid: Number(uid), gid: Number(gid) };
}

function numberFrom(database: string, key: string, field: number): number | null {
  const text = getent(database, key)?.split(":")[field];
  return text === undefined ? null : Number(text);
}

function getent(database: string, key: string): string | null {
  try {
    // a key that begins with a dash is no option
    return execFileSync("getent", ["--", database, key], {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
    }).trim();
  } catch (error) {
    // 2: the key is unknown there
    if ((error as { status?: number }).status === 2) return null;
    throw error;
  }
}
