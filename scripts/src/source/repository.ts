import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import type { LockFile } from "../checks/check-runtime.js";
import type { SourceFile } from "./source-file.js";
import type { Workspace } from "./workspace.js";

interface Manifest {
  readonly name: string;
  readonly workspaces?: readonly string[];
  readonly exports?: Readonly<Record<string, unknown>>;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
}

/** The checkout that the checks look at. */
export interface Repository {
  readonly root: string;
  readonly files: readonly SourceFile[];
  readonly workspaces: readonly Workspace[];
  /** The root package, whose development dependencies every test may use. */
  readonly rootPackage: Workspace;
  /** The parsed package-lock.json. */
  readonly lock: LockFile;
}

/**
 * Reads the files that are tracked or would be, so that a violation shows before it is committed.
 * Throws when git cannot list them.
 */
export function readRepository(root: string): Repository {
  const listing = execFileSync("git", ["ls-files", "-z", "--cached", "--others", "--exclude-standard"], {
    cwd: root,
    encoding: "utf8",
    maxBuffer: 64 << 20,
  });
  const paths = listing.split("\0").filter((path) => path !== "" && existsSync(join(root, path)));
  const rootManifest = readManifest(root, ".");
  return {
    root: resolve(root),
    files: paths.map((path) => ({ path, text: readFileSync(join(root, path), "utf8") })),
    workspaces: (rootManifest.workspaces ?? []).map((folder) =>
      toWorkspace(readManifest(root, folder), folder),
    ),
    rootPackage: toWorkspace(rootManifest, "."),
    lock: JSON.parse(readFileSync(join(root, "package-lock.json"), "utf8")),
  };
}

function readManifest(root: string, folder: string): Manifest {
  return JSON.parse(readFileSync(join(root, folder, "package.json"), "utf8"));
}

function toWorkspace(manifest: Manifest, folder: string): Workspace {
  return {
    name: manifest.name,
    folder,
    exports: Object.keys(manifest.exports ?? {}),
    dependencies: Object.keys(manifest.dependencies ?? {}),
    devDependencies: Object.keys(manifest.devDependencies ?? {}),
  };
}
