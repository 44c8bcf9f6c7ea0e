import { posix } from "node:path";
import { importsOf, packageOf } from "../source/imports.js";
import { maskSource } from "../source/mask-source.js";
import { isTestFile, type SourceFile } from "../source/source-file.js";
import { type Workspace, workspaceOf } from "../source/workspace.js";
import { type Layer, layers, nativePackage, nativeWorkspaces } from "./layers.js";

/** Names that exist in Node only. `process` counts by its members: a policy has processes of its own. */
const nodeGlobal =
  /(?<![.\w$])(?:Buffer\s*[.(<[]|process\s*\.\s*(?:env|argv|exit|std\w+|cwd|hrtime|nextTick|platform|versions?|pid|on)\b|__dirname\b|setImmediate\b)/;

/** The imports that break the table of layers, one message each. */
export function checkLayers(
  files: readonly SourceFile[],
  workspaces: readonly Workspace[],
  table: Readonly<Record<string, Layer>> = layers,
): readonly string[] {
  return files
    .filter((file) => /\.ts$/.test(file.path))
    .flatMap((file) => {
      const workspace = workspaceOf(file.path, workspaces);
      return workspace ? checkFile(file, workspace, workspaces, table[workspace.folder]) : [];
    });
}

function checkFile(
  file: SourceFile,
  workspace: Workspace,
  workspaces: readonly Workspace[],
  layer: Layer | undefined,
): readonly string[] {
  const problems: string[] = [];
  const report = (what: string) => problems.push(`${file.path}: ${what}`);
  const browser = layer?.browser === true && !isTestFile(file.path);

  for (const specifier of importsOf(file.text)) {
    const target = workspaces.find(({ name }) => name === packageOf(specifier));
    if (specifier.startsWith(".")) {
      const path = posix.join(posix.dirname(file.path), specifier);
      if (!path.startsWith(`${workspace.folder}/`)) {
        report(`"${specifier}" leaves ${workspace.folder}. Import the other package by its name`);
      }
    } else if (target) {
      if (layer && target !== workspace && !layer.imports.includes(target.name)) {
        report(`${workspace.folder} may not import ${target.name}. Move the code to a lower layer`);
      }
      if (!target.exports.includes(`.${specifier.slice(target.name.length)}`)) {
        report(
          `"${specifier}" is not exported by ${target.name}. Export it in ${target.folder}/package.json`,
        );
      }
    } else if (packageOf(specifier) === nativePackage && !nativeWorkspaces.includes(workspace.folder)) {
      report(
        `only ${nativeWorkspaces.join(" and ")} may import ${nativePackage}. Add a typed wrapper to packages/kernel`,
      );
    } else if (browser && specifier.startsWith("node:")) {
      report(`"${specifier}" does not exist in a browser, where ${workspace.folder} runs too`);
    }
  }
  const global = browser ? nodeGlobal.exec(maskSource(file.text).code) : null;
  if (global) report(`"${global[0].trim()}" does not exist in a browser, where ${workspace.folder} runs too`);
  return problems;
}
