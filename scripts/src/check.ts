import { checkDeps } from "./checks/check-deps.js";
import { checkGenerated } from "./checks/check-generated.js";
import { checkHygiene } from "./checks/check-hygiene.js";
import { checkLayers } from "./checks/check-layers.js";
import { checkRuntime } from "./checks/check-runtime.js";
import { generators } from "./checks/generators.js";
import { repositoryRoot } from "./repository-root.js";
import { type Repository, readRepository } from "./source/repository.js";

// Checks the repository: check [NAME...] (all of them without a name). Exit status 1 when something is wrong.

const checks: Readonly<Record<string, (repository: Repository) => readonly string[]>> = {
  layers: ({ files, workspaces }) => checkLayers(files, workspaces),
  deps: ({ files, workspaces, rootPackage }) => checkDeps(files, workspaces, rootPackage),
  runtime: ({ lock }) => checkRuntime(lock),
  generated: ({ root }) => checkGenerated(generators, root),
  hygiene: ({ files, root }) => checkHygiene(files, root),
};

const names = process.argv.length > 2 ? process.argv.slice(2) : Object.keys(checks);
const repository = readRepository(repositoryRoot);
for (const name of names) {
  const problems = checks[name]?.(repository) ?? [
    `No check is called "${name}": take ${Object.keys(checks)}`,
  ];
  process.stdout.write(`${problems.length === 0 ? "ok  " : "FAIL"} check ${name}\n`);
  for (const problem of problems) process.stdout.write(`     ${problem}\n`);
  if (problems.length > 0) process.exitCode = 1;
}
