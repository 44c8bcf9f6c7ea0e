/** Workspaces that run with privileges, and so may depend on little. */
export const privilegedWorkspaces: readonly string[] = [
  "packages/kernel",
  "packages/agent",
  "packages/probe",
  "packages/cli",
];

/** What they may depend on, directly or not. */
const allowed: readonly RegExp[] = [
  /^koffi$/,
  /^@koromix\/koffi-[a-z0-9-]+$/, // koffi's prebuilt library, one package per platform
  /^tldts(-core)?$/, // the Public Suffix List, for reports about names; no code of its own runs at install or start
  /^yaml$/,
  /^zod$/,
  /^@ringfence\/(?:model|policy|rules|kernel|agent|probe|cli)$/,
];

/** The part of package-lock.json (version 3) that this check reads. */
export interface LockFile {
  readonly packages: Readonly<Record<string, LockedPackage>>;
}

interface LockedPackage {
  readonly resolved?: string;
  readonly link?: boolean;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
}

/** Packages outside the allow-list in the run-time closure of the privileged workspaces, one message each. */
export function checkRuntime(
  lock: LockFile,
  starts: readonly string[] = privilegedWorkspaces,
): readonly string[] {
  return starts.flatMap((start) => {
    if (!lock.packages[start]) {
      return [`package-lock.json: "${start}" is missing. Run npm install and commit the lock file`];
    }
    return [...runtimeClosure(lock, start)]
      .filter(([name]) => !allowed.some((pattern) => pattern.test(name)))
      .map(([name, user]) => `${start}: "${name}" (needed by ${user}) is not an allowed run-time package`);
  });
}

/** Every package that `start` needs at run time, with the place in the lock file that asks for it. */
function runtimeClosure(lock: LockFile, start: string): ReadonlyMap<string, string> {
  const users = new Map<string, string>();
  const seen = new Set([start]);
  const queue = [start];
  for (let place = queue.pop(); place !== undefined; place = queue.pop()) {
    const entry = lock.packages[place];
    const names = Object.keys({
      ...entry?.dependencies,
      ...entry?.optionalDependencies,
      ...entry?.peerDependencies,
    });
    for (const name of names) {
      if (!users.has(name)) users.set(name, place);
      const found = locate(lock, place, name);
      if (found === undefined || seen.has(found)) continue;
      seen.add(found);
      queue.push(found);
    }
  }
  return users;
}

/** Node's look-up: the nearest node_modules above the asking package; a workspace is a link. */
function locate(lock: LockFile, place: string, name: string): string | undefined {
  for (let folder = place; ; folder = folder.slice(0, Math.max(0, folder.lastIndexOf("/")))) {
    const candidate = `${folder}${folder === "" ? "" : "/"}node_modules/${name}`;
    const entry = lock.packages[candidate];
    if (entry) return entry.link === true ? entry.resolved : candidate;
    if (folder === "") return undefined;
  }
}
