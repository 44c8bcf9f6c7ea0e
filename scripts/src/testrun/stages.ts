/** One part of the test suite. */
export interface Stage {
  readonly title: string;
  /** Workspace folders whose compiled tests belong to it. */
  readonly folders: readonly string[];
  /** Whether it takes the `.e2e.test.js` files or all others. */
  readonly endToEnd: boolean;
  /** Files that run at the same time. End-to-end tests share one kernel, so they run one by one. */
  readonly concurrency: number;
  /** Seconds until a test file is ended and counted as failed. */
  readonly fileTimeout: number;
  /** Set for a stage that runs another one under the second kernel. */
  readonly guest?: { readonly stage: string; readonly timeout: number };
}

const endToEnd = { endToEnd: true, concurrency: 1 } as const;

/** The stages by the name that the command line takes. */
export const stages: Readonly<Record<string, Stage>> = {
  unit: {
    title: "Units",
    folders: ["packages/*", "scripts", "e2e", "bench"],
    endToEnd: false,
    concurrency: 2,
    fileTimeout: 180,
  },
  e2e: { ...endToEnd, title: "End to end on this kernel", folders: ["e2e", "scripts"], fileTimeout: 180 },
  "e2e-vm": {
    ...endToEnd,
    title: "End to end on a second kernel",
    folders: ["e2e"],
    fileTimeout: 600,
    guest: { stage: "e2e-guest", timeout: 2400 },
  },
  // What e2e-vm runs inside; emulation is about ten times slower.
  "e2e-guest": { ...endToEnd, title: "End to end, emulated", folders: ["e2e"], fileTimeout: 600 },
};
