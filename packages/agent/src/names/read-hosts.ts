import { readFileSync } from "node:fs";
import { HOSTS_ROOM, type HostEntry, NAMES_OF_ADDRESS, parseHosts } from "./parse-hosts.js";

const PATH = "/etc/hosts";

/** The names of this host's hosts file, and what of it is not in force, for the user. */
export interface HostsFile {
  readonly entries: readonly HostEntry[];
  readonly warnings: readonly string[];
}

/** Reads the hosts file of this process's mount namespace. One that cannot be read gives a warning, none gives no names. */
export function readHosts(path = PATH): HostsFile {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    const { code = "EIO" } = error as NodeJS.ErrnoException;
    const warning = `Cannot read ${path} (${code}): its names are not in force; make it readable for root`;
    return { entries: [], warnings: code === "ENOENT" ? [] : [warning] };
  }
  const { entries, refused, beyond } = parseHosts(text);
  const room = `there is room for ${HOSTS_ROOM} pairs of name and address, and for ${NAMES_OF_ADDRESS} names of an address`;
  return {
    entries,
    warnings: [
      ...(refused > 0 ? [`${refused} names in ${path} are not in force: DNS has no such names`] : []),
      ...(beyond > 0 ? [`${beyond} names in ${path} are not in force: ${room}`] : []),
    ],
  };
}
