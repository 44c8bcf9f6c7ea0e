import { existsSync } from "node:fs";
import { BpfLink, linkInfo } from "@ringfence/kernel";
import { PinFolder } from "../pins/pin-folder.js";

/** The hooks that are pinned, whether an agent runs or not; `undone` are those that somebody detached. */
export interface PinnedHooks {
  readonly attached: readonly string[];
  readonly undone: readonly string[];
}

/** Looks at the pins of an agent. None without their folder. Throws RF_PIN_REFUSED. */
export function pinnedHooks(root: string): PinnedHooks {
  const hooks = pinnedLinks(root).map(({ name, path }) => {
    using link = BpfLink.open(path);
    return { name, isAttached: linkInfo(link.fd).programId !== 0 };
  });
  return {
    attached: hooks.flatMap(({ name, isAttached }) => (isAttached ? [name] : [])),
    undone: hooks.flatMap(({ name, isAttached }) => (isAttached ? [] : [name])),
  };
}

/**
 * Detaches every pinned hook, whoever else holds it, and removes all pins. Returns how many hooks there were. Hooks that the
 * kernel does not detach by force are let go of: they end with their last holder, and none of them refuses anything.
 */
export function removePins(root: string): number {
  const links = pinnedLinks(root);
  for (const { path } of links) {
    using link = BpfLink.open(path);
    try {
      link.detach();
    } catch {
      // One of tracing: it only keeps records.
    }
  }
  if (existsSync(root)) PinFolder.open(root).removeAll();
  return links.length;
}

function pinnedLinks(root: string): readonly { readonly name: string; readonly path: string }[] {
  if (!existsSync(root)) return [];
  const pins = PinFolder.open(root);
  return pins
    .kinds()
    .flatMap((abi) => pins.linkNames(abi).map((name) => ({ name, path: pins.linkPath(abi, name) })));
}
