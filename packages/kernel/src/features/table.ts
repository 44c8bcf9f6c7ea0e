import type { Feature } from "./feature.js";
import { helperFeatures } from "./helper-features.js";
import { mapFeatures } from "./map-features.js";
import { programFeatures } from "./program-features.js";

/** Every kernel facility that Ringfence uses or would use. */
export const features: readonly Feature[] = [...programFeatures, ...mapFeatures, ...helperFeatures];

/** The feature that a program with this SEC() name needs. */
export function featureOfSection(section: string): Feature | undefined {
  const plain = section.replace(/^\?/, "");
  const matches = programFeatures.filter(
    ({ probe }) => probe.kind === "program" && probe.sections.some((start) => plain.startsWith(start)),
  );
  // the longest beginning is the most exact: cgroup/sock against cgroup/sock_create
  return matches.toSorted((a, b) => longest(b, plain) - longest(a, plain))[0];
}

/** The feature of a helper or kernel function by its name in the kernel. */
export function featureOfFunction(name: string): Feature | undefined {
  return helperFeatures.find((feature) => feature.name === name);
}

/** The feature of a map type by its number. */
export function featureOfMapType(type: number): Feature | undefined {
  return mapFeatures.find(({ probe }) => probe.kind === "map" && probe.type === type);
}

function longest({ probe }: Feature, section: string): number {
  if (probe.kind !== "program") return 0;
  return Math.max(0, ...probe.sections.filter((start) => section.startsWith(start)).map((s) => s.length));
}
