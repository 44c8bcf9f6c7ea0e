import { join } from "node:path";
import { isFileName, readState, textAt, textsAt } from "./read-state.js";
import type { Runtime } from "./runtime.js";

/** What Docker writes for a time that has not come. */
const never = "0001-01-01T00:00:00Z";

/**
 * Docker's containers, from `containers/ID/config.v2.json` in its data root. The file is there before the container's
 * cgroup is; the daemon need not run.
 */
export function docker(dataRoot: string): Runtime {
  return {
    name: "docker",
    find(id) {
      if (!isFileName(id)) return null;
      const state = readState(join(dataRoot, "containers", id, "config.v2.json"));
      const name = textAt(state, "Name");
      if (name === undefined) return null;
      const image = textAt(state, "Config", "Image") ?? "";
      const started = textAt(state, "State", "StartedAt") ?? never;
      return {
        facts: { id, name: name.replace(/^\//, ""), image, labels: textsAt(state, "Config", "Labels") },
        started: started === never ? null : started,
      };
    },
  };
}
