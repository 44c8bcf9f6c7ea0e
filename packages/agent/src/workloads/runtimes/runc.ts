import { join } from "node:path";
import { isFileName, namesIn, readState, textAt, valueAt } from "./read-state.js";
import type { Runtime } from "./runtime.js";

/**
 * runc's containers, from `ID/state.json` in its root folders. runc writes it before it lets the first program of the
 * container begin. A container of runc has no image, its name is its id, and its labels are its annotations.
 */
export function runc(roots: readonly string[]): Runtime {
  const stateOf = (root: string, id: string) => readState(join(root, id, "state.json"));
  return {
    name: "runc",
    find(id) {
      if (!isFileName(id)) return null;
      for (const root of roots) {
        const state = stateOf(root, id);
        if (textAt(state, "id") !== id) continue;
        const labels = annotations(valueAt(state, "config", "labels"));
        const facts = { id, name: id, image: "", labels };
        return { facts, started: textAt(state, "created") ?? null };
      }
      return null;
    },
    places(cgroupRoot) {
      const ids = new Map<string, string>();
      for (const root of roots) {
        for (const name of namesIn(root)) {
          const state = stateOf(root, name);
          // "" is version 2: its path is the true one, also where systemd made the cgroup
          const path =
            below(cgroupRoot, textAt(state, "cgroup_paths", "")) ??
            textAt(state, "config", "cgroups", "path");
          if (path) ids.set(path, name);
        }
      }
      return ids;
    },
  };
}

/** `KEY=VALUE` items, the bundle aside, which runc adds. */
function annotations(items: unknown): Record<string, string> {
  if (!Array.isArray(items)) return {};
  return Object.fromEntries(
    items.map(String).flatMap((item) => {
      const at = item.indexOf("=");
      return at < 0 || item.startsWith("bundle=") ? [] : [[item.slice(0, at), item.slice(at + 1)]];
    }),
  );
}

function below(root: string, path: string | undefined): string | undefined {
  return path?.startsWith(`${root}/`) ? path.slice(root.length) : undefined;
}
