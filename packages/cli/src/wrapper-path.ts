import { fileURLToPath } from "node:url";

/** The command line as users start it. */
export const WRAPPER_PATH = fileURLToPath(new URL("../bin/ringfence", import.meta.url));
