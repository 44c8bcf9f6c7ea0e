import { readFileSync } from "node:fs";
import { hostResolver } from "@ringfence/agent";
import { commandLineProfile } from "@ringfence/policy";
import { parsePolicy } from "@ringfence/policy/parse";

type Profiles = ReturnType<typeof parsePolicy>["profiles"];

/** Profiles of a policy file. Throws with all its errors. */
export function readProfiles(path: string): Profiles {
  const { profiles, errors } = parsePolicy(readFileSync(path), path, hostResolver);
  if (errors.length > 0) throw new Error(errors.map((error) => error.format()).join("\n"));
  return profiles;
}

/** What `ringfence run` without a policy enforces. */
export function defaultProfiles(): Profiles {
  return [commandLineProfile({ allow: [], deny: [], mode: "enforce" }, hostResolver)];
}
