import { isBuiltin } from "node:module";
import { importsOf, packageOf } from "../source/imports.js";
import { isTestFile, type SourceFile } from "../source/source-file.js";
import { type Workspace, workspaceOf } from "../source/workspace.js";

/** Development packages that are run or read by name and imported by nothing. */
export const tools: readonly string[] = ["@biomejs/biome", "@types/node", "esbuild", "typescript"];

/** Imports that no package.json declares, and declarations that nothing imports, one message each. */
export function checkDeps(
  files: readonly SourceFile[],
  workspaces: readonly Workspace[],
  rootPackage: Workspace,
): readonly string[] {
  const problems: string[] = [];
  const used = new Map<Workspace, Set<string>>();
  for (const file of files) {
    const workspace = /\.ts$/.test(file.path) ? workspaceOf(file.path, workspaces) : undefined;
    if (!workspace) continue;
    for (const name of packagesOf(file)) {
      const owner = declarer(name, isTestFile(file.path), workspace, rootPackage);
      if (owner) used.set(owner, (used.get(owner) ?? new Set()).add(name));
      else if (name !== workspace.name) {
        problems.push(`${file.path}: "${name}" is not declared. Add it to ${workspace.folder}/package.json`);
      }
    }
  }
  for (const workspace of [rootPackage, ...workspaces]) {
    for (const name of [...workspace.dependencies, ...workspace.devDependencies]) {
      if (used.get(workspace)?.has(name) || (workspace === rootPackage && tools.includes(name))) continue;
      problems.push(`${workspace.folder}/package.json: nothing imports "${name}". Remove it`);
    }
  }
  return problems;
}

function packagesOf(file: SourceFile): readonly string[] {
  const names = new Set<string>();
  for (const specifier of importsOf(file.text)) {
    const name = packageOf(specifier);
    if (name !== undefined && !isBuiltin(specifier)) names.add(name);
  }
  return [...names];
}

/** Who declares the package for such a file: its own workspace or, for a test, the root. */
function declarer(name: string, test: boolean, workspace: Workspace, rootPackage: Workspace) {
  if (workspace.dependencies.includes(name)) return workspace;
  if (!test) return undefined;
  if (workspace.devDependencies.includes(name)) return workspace;
  return rootPackage.devDependencies.includes(name) ? rootPackage : undefined;
}
