/** What a layer may do. */
export interface Layer {
  /** The packages of ours that it may import. */
  readonly imports: readonly string[];
  /** Whether it also has to run in a browser: no `node:` module, no global of Node. */
  readonly browser: boolean;
}

const kernelSide = ["@ringfence/model", "@ringfence/policy", "@ringfence/kernel"];

/** The layers, by workspace folder. A workspace that is not listed may import anything. */
export const layers: Readonly<Record<string, Layer>> = {
  "packages/model": { imports: [], browser: true },
  "packages/policy": { imports: ["@ringfence/model"], browser: true },
  "packages/rules": { imports: ["@ringfence/model"], browser: true },
  "packages/kernel": { imports: ["@ringfence/model"], browser: false },
  "packages/agent": { imports: [...kernelSide, "@ringfence/rules"], browser: false },
  "packages/probe": { imports: ["@ringfence/kernel"], browser: false },
  "packages/cli": { imports: [...kernelSide, "@ringfence/agent", "@ringfence/probe"], browser: false },
};

/** The workspaces that may call native code: the binding, and the raw calls that try to get past what it built. */
export const nativeWorkspaces: readonly string[] = ["packages/kernel", "packages/probe"];

/** The package through which native code is called. */
export const nativePackage = "koffi";
