import { resolve } from "node:path";

/** The absolute path of the checkout: scripts run from scripts/dist. */
export const repositoryRoot: string = resolve(import.meta.dirname, "../..");
