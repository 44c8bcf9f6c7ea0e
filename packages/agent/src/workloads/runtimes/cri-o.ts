import { join } from "node:path";
import { isFileName, namesIn, parseState, readState, textsAt } from "./read-state.js";
import type { Runtime } from "./runtime.js";

/** CRI-O's containers, from `DRIVER-containers/ID/userdata/config.json` in its run root. */
export function criO(runRoot: string): Runtime {
  return {
    name: "cri-o",
    find(id) {
      if (!isFileName(id)) return null;
      for (const folder of namesIn(runRoot).filter((name) => name.endsWith("-containers"))) {
        const spec = readState(join(runRoot, folder, id, "userdata", "config.json"));
        const annotations = textsAt(spec, "annotations");
        const name = annotations["io.kubernetes.container.name"];
        if (name === undefined) continue;
        const image = annotations["io.kubernetes.cri-o.ImageName"] ?? "";
        const labels = textsAt(parseState(annotations["io.kubernetes.cri-o.Labels"] ?? ""));
        const started = annotations["io.kubernetes.cri-o.Created"] ?? null;
        return { facts: { id, name, image, labels }, started };
      }
      return null;
    },
  };
}
