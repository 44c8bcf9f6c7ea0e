import { closeSync } from "node:fs";
import { type BpfLink, BpfObject, type Cgroup2 } from "@ringfence/kernel";
import { places } from "../host/places.js";

/** Programs that agree at once, at the hooks that ours have. */
export class EmptyPrograms implements Disposable {
  readonly #object: BpfObject;
  readonly #links: BpfLink[] = [];

  constructor(cgroups: Cgroup2, path: string) {
    this.#object = BpfObject.open(places.emptyObject);
    this.#object.load();
    const fd = cgroups.openDirectory(path);
    for (const program of this.#object.programs()) this.#links.push(program.attachCgroup(fd));
    closeSync(fd);
  }

  [Symbol.dispose](): void {
    for (const link of this.#links) link.destroy();
    this.#object.close();
  }
}
