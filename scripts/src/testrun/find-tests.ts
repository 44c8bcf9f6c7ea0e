import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { type TestKind, testKind } from "./test-kind.js";

/**
 * The compiled test files of these kinds below the folders, as absolute paths. `packages/*` stands for every package.
 * What is left in dist of a test whose source is gone does not count.
 */
export function findTests(
  root: string,
  folders: readonly string[],
  kinds: readonly TestKind[],
): readonly string[] {
  return folders
    .flatMap((folder) => expand(root, folder))
    .flatMap((folder) => testsBelow(join(root, folder), kinds))
    .sort();
}

function expand(root: string, folder: string): readonly string[] {
  if (!folder.endsWith("/*")) return [folder];
  const parent = folder.slice(0, -2);
  return existsSync(join(root, parent))
    ? readdirSync(join(root, parent)).map((name) => join(parent, name))
    : [];
}

function testsBelow(workspace: string, kinds: readonly TestKind[]): readonly string[] {
  const dist = join(workspace, "dist");
  if (!existsSync(dist)) return [];
  return readdirSync(dist, { recursive: true, encoding: "utf8" })
    .filter((path) => kinds.some((kind) => kind === testKind(path)))
    .filter((path) => existsSync(join(workspace, "src", path.replace(/\.js$/, ".ts"))))
    .map((path) => join(dist, path));
}
