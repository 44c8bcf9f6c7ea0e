import { existsSync, readdirSync, renameSync, rmdirSync, statfsSync, unlinkSync } from "node:fs";
import { openPinned, pinObject } from "@ringfence/kernel";
import { RingfenceError } from "@ringfence/model";
import { makeFolder } from "../host/make-folder.js";

/** f_type of a BPF file system (linux/magic.h). */
const BPF_FS_MAGIC = 0xcafe4a11;
/** Begins the name of what is not there yet. The kernel allows no dot in these names. */
const UNFINISHED = "new-";

/**
 * One agent's pins: what keeps its hooks and tables while no agent runs. Below the folder one directory for each kind of
 * object, by its ABI, with `links` and `maps`; more than one only while an agent follows another of another kind.
 * Only root may enter: whoever opens a pin can undo what it stands for.
 */
export class PinFolder {
  readonly root: string;

  private constructor(root: string) {
    this.root = root;
  }

  /** Makes the folder where it is missing. Throws RF_PIN_REFUSED outside a BPF file system. */
  static open(root: string): PinFolder {
    try {
      makeFolder(root, 0o700);
    } catch (cause) {
      throw new RingfenceError("RF_PIN_REFUSED", `Cannot make the folder "${root}" for pins`, { cause });
    }
    if (statfsSync(root).type !== BPF_FS_MAGIC) {
      throw new RingfenceError("RF_PIN_REFUSED", `Cannot pin below "${root}": it is in no BPF file system`);
    }
    return new PinFolder(root);
  }

  /** The kinds of objects that are pinned, those of a start that was killed left out. */
  kinds(): string[] {
    return readdirSync(this.root).filter((name) => !name.startsWith(UNFINISHED));
  }

  has(abi: string): boolean {
    return existsSync(`${this.root}/${abi}`);
  }

  linkPath(abi: string, name: string): string {
    return `${this.root}/${abi}/links/${name}`;
  }

  mapPath(abi: string, name: string): string {
    return `${this.root}/${abi}/maps/${name}`;
  }

  linkNames(abi: string): string[] {
    return namesIn(`${this.root}/${abi}/links`).filter((name) => !name.startsWith(UNFINISHED));
  }

  mapNames(abi: string): string[] {
    return namesIn(`${this.root}/${abi}/maps`);
  }

  /** Descriptor of a pinned map; the caller closes it. */
  openMap(abi: string, name: string): number {
    return openPinned(this.mapPath(abi, name));
  }

  /** Pins all at once: whoever looks finds everything or nothing. */
  pin(abi: string, links: ReadonlyMap<string, number>, maps: ReadonlyMap<string, number>): void {
    const directory = `${this.root}/${UNFINISHED}${abi}`;
    removeTree(directory);
    for (const [kind, objects] of [
      ["links", links],
      ["maps", maps],
    ] as const) {
      makeFolder(`${directory}/${kind}`, 0o700);
      for (const [name, fd] of objects) pinObject(fd, `${directory}/${kind}/${name}`);
    }
    renameSync(directory, `${this.root}/${abi}`);
  }

  /** Pins a link in the place of another one, or of none. */
  replaceLink(abi: string, name: string, fd: number): void {
    const path = this.linkPath(abi, name);
    const beside = this.linkPath(abi, `${UNFINISHED}${name}`);
    unlinkIfThere(beside);
    pinObject(fd, beside);
    renameSync(beside, path);
  }

  unpinLink(abi: string, name: string): void {
    unlinkIfThere(this.linkPath(abi, name));
  }

  /** Removes what another kind of object, or a start that was killed, left here. */
  removeOthers(abi: string): void {
    for (const name of readdirSync(this.root)) if (name !== abi) removeTree(`${this.root}/${name}`);
  }

  /** Removes everything: whatever no process holds is detached then. */
  removeAll(): void {
    for (const name of readdirSync(this.root)) removeTree(`${this.root}/${name}`);
    rmdirSync(this.root);
  }
}

function namesIn(directory: string): string[] {
  return existsSync(directory) ? readdirSync(directory) : [];
}

function unlinkIfThere(path: string): void {
  if (existsSync(path)) unlinkSync(path);
}

/** Links first: a hook without its tables would refuse everything. */
function removeTree(directory: string): void {
  if (!existsSync(directory)) return;
  for (const kind of ["links", "maps"]) {
    for (const name of namesIn(`${directory}/${kind}`)) unlinkSync(`${directory}/${kind}/${name}`);
    if (existsSync(`${directory}/${kind}`)) rmdirSync(`${directory}/${kind}`);
  }
  rmdirSync(directory);
}
