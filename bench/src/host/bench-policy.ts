import { readFileSync } from "node:fs";
import { hostResolver } from "@ringfence/agent";
import { commandLineProfile } from "@ringfence/policy";
import { parsePolicy } from "@ringfence/policy/parse";

type Profiles = ReturnType<typeof parsePolicy>["profiles"];

/** Profiles of a policy file. Throws with all its errors. */
export function readProfiles(path: string): Profiles {
  return parsed(readFileSync(path), path);
}

/** Profiles of a policy that no file holds; errors call it by this name. */
export function profilesOf(text: string, name: string): Profiles {
  return parsed(new TextEncoder().encode(text), name);
}

function parsed(text: Uint8Array, name: string): Profiles {
  const { profiles, errors } = parsePolicy(text, name, hostResolver);
  if (errors.length > 0) throw new Error(errors.map((error) => error.format()).join("\n"));
  return profiles;
}

/** What `ringfence run` without a policy enforces. */
export function defaultProfiles(): Profiles {
  return [commandLineProfile({ allow: [], deny: [], mode: "enforce" }, hostResolver)];
}
