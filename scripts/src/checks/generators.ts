/** A program that writes committed files, and says with `--check` whether they are up to date. */
export interface Generator {
  readonly name: string;
  /** Program and arguments, relative to the repository root; `--check` is added. */
  readonly command: readonly [string, ...string[]];
}

/** Every generator of the repository. */
export const generators: readonly Generator[] = [
  { name: "struct layouts", command: ["node", "scripts/dist/gen-layout.js"] },
  { name: "reference pages", command: ["node", "scripts/dist/gen-docs.js"] },
];
