import { readdirSync } from "node:fs";
import { join } from "node:path";
import { BpfLoadError } from "../libbpf/bpf-load-error.js";
import { BpfObject } from "../libbpf/bpf-object.js";

const productObject = /^(?!.*-test\.)(.+)\.bpf\.o$/;

/** Instructions that the verifier walked, by program; null for an object that this kernel does not load. */
export type VerifiedObjects = Readonly<Record<string, Readonly<Record<string, number>> | null>>;

/**
 * Loads every object of a folder that is not a test's, and asks the kernel what the verifier did. Throws for a
 * refusal that comes from the verifier: such a program is broken, not unsupported.
 */
export function verifiedObjects(folder: string): VerifiedObjects {
  const names = readdirSync(folder)
    .flatMap((file) => productObject.exec(file)?.[1] ?? [])
    .toSorted();
  return Object.fromEntries(names.map((name) => [name, verifiedPrograms(join(folder, `${name}.bpf.o`))]));
}

/** With every program that is optional; where the kernel has no hooks for BPF that refuse sockets, without those for them. */
function verifiedPrograms(path: string): Readonly<Record<string, number>> | null {
  const without = (...kinds: readonly string[]) =>
    loadAndAsk(path, (section) => !kinds.some((kind) => section.startsWith(kind)));
  return without() ?? without("lsm/") ?? without("lsm/", "fmod_ret/");
}

function loadAndAsk(
  path: string,
  takes: (section: string) => boolean,
): Readonly<Record<string, number>> | null {
  using object = BpfObject.open(path);
  const programs = object.programs().filter(({ section }) => takes(section.replace("?", "")));
  for (const { name } of object.programs()) {
    object.setAutoload(
      name,
      programs.some((program) => program.name === name),
    );
  }
  try {
    object.load();
  } catch (error) {
    if (error instanceof BpfLoadError && error.verifierLog === "") return null;
    throw error;
  }
  const names = programs.map(({ name }) => name);
  return Object.fromEntries(
    names.toSorted().map((name) => [name, object.program(name).verifiedInstructions()]),
  );
}
