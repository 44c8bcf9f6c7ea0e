/** The part of a workspace's package.json that the checks read. */
export interface Workspace {
  readonly name: string;
  /** Folder relative to the repository root. */
  readonly folder: string;
  /** Keys of `exports`: ".", "./system". */
  readonly exports: readonly string[];
  readonly dependencies: readonly string[];
  readonly devDependencies: readonly string[];
}

/** The workspace that a file belongs to. */
export function workspaceOf(path: string, workspaces: readonly Workspace[]): Workspace | undefined {
  return workspaces.find((workspace) => path.startsWith(`${workspace.folder}/`));
}
