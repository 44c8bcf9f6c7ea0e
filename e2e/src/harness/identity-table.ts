import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { repositoryRoot } from "./paths.js";

/** One row of the table in docs/reference/identity.md, as text. */
export interface IdentityRow {
  /** path in the report */
  readonly path: string;
  readonly flags: string;
  /** "yes" when a rule that names the path holds for the process */
  readonly allow: string;
  readonly deny: string;
}

/** The rows of docs/reference/identity.md by how a program was started. */
export function identityTable(): Readonly<Record<string, IdentityRow>> {
  const text = readFileSync(resolve(repositoryRoot, "docs/reference/identity.md"), "utf8");
  const rows = text
    .split("\n")
    .filter((line) => /\| (yes|no) \| (yes|no) \|$/.test(line))
    .map((line) => line.split("|").map((cell) => cell.trim().replaceAll("`", "")));
  return Object.fromEntries(
    rows.map(([, how = "", path = "", flags = "", allow = "", deny = ""]) => [
      how,
      { path, flags, allow, deny },
    ]),
  );
}
