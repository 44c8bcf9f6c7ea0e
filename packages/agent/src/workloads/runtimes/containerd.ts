import { join } from "node:path";
import { isFileName, namesIn, readState, textAt, textsAt } from "./read-state.js";
import type { Runtime } from "./runtime.js";

/** As Kubernetes, nerdctl and Docker name their containers, and then the cgroup: its name tells whose it is. */
const usualId = /^[0-9a-f]{64}$/;

/**
 * containerd's containers, from the bundles of its runtime: `NAMESPACE/ID/config.json`, written before the cgroup is
 * made. Labels are not there: the annotations stand for them, as Kubernetes and nerdctl write them. A container of `ctr` can have any
 * name, and its cgroup is where its bundle says.
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
    places() {
      const ids = new Map<string, string>();
      for (const namespace of namesIn(bundles)) {
        for (const id of namesIn(join(bundles, namespace))) {
          if (usualId.test(id)) continue;
          const path = textAt(readState(join(bundles, namespace, id, "config.json")), "linux", "cgroupsPath");
          if (path?.startsWith("/")) ids.set(path, id);
        }
      }
      return ids;
    },
  };
}
