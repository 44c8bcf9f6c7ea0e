import type { NamePattern } from "@ringfence/model";

/** True when a rule that lists the pattern means the name, which is lower-case ASCII without the trailing dot. */
export function matchesName({ name: listed, wildcard }: NamePattern, name: string): boolean {
  return wildcard ? name.endsWith(`.${listed}`) : name === listed;
}
