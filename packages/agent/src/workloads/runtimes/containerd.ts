import { join } from "node:path";
import { isFileName, namesIn, readState, textsAt } from "./read-state.js";
import type { Runtime } from "./runtime.js";

/**
 * containerd's containers, from the bundles of its runtime: `NAMESPACE/ID/config.json`, written before the cgroup is
 * made. Labels are not there: the annotations stand for them, as Kubernetes and nerdctl write them.
 */
export function containerd(bundles: string): Runtime {
  return {
    name: "containerd",
    find(id) {
      if (!isFileName(id)) return null;
      for (const namespace of namesIn(bundles)) {
        const spec = readState(join(bundles, namespace, id, "config.json"));
        if (spec === undefined) continue;
        const annotations = textsAt(spec, "annotations");
        const value = (...keys: readonly string[]) =>
          keys.map((key) => annotations[key]).find((found) => found !== undefined);
        const name = value("io.kubernetes.cri.container-name", "nerdctl/name") ?? id;
        const image = value("io.kubernetes.cri.image-name", "nerdctl/image") ?? "";
        return { facts: { id, name, image, labels: annotations }, started: null };
      }
      return null;
    },
  };
}
