/** A file of the repository. */
export interface SourceFile {
  /** Relative to the repository root, with forward slashes. */
  readonly path: string;
  readonly text: string;
}

/** Whether a file is compiled for tests only and so may use the root's development packages. */
export function isTestFile(path: string): boolean {
  return /\.test\.ts$|\/src\/testing\//.test(path);
}
