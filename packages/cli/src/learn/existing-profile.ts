import { existsSync } from "node:fs";
import { hostResolver } from "@ringfence/agent";
import { PolicyErrors, readPolicyFile } from "@ringfence/agent/policy";
import { type Profile, RingfenceError } from "@ringfence/model";
import { parsePolicy } from "@ringfence/policy/parse";

/** A policy file that is to be merged with. */
export interface ExistingProfile {
  readonly text: string;
  readonly profile: Profile;
}

/** Null when there is no such file. Throws PolicyErrors, RF_POLICY_FILE, and RF_USAGE for several profiles. */
export function readExisting(path: string): ExistingProfile | null {
  if (!existsSync(path)) return null;
  const bytes = readPolicyFile(path);
  const { profiles, errors } = parsePolicy(bytes, path, hostResolver);
  if (errors.length > 0) throw new PolicyErrors(errors);
  const [profile, second] = profiles;
  if (profile === undefined || second !== undefined) {
    throw new RingfenceError("RF_USAGE", `Cannot merge with "${path}": it has ${profiles.length} profiles`, {
      hint: "name a file with one profile, or a new one",
    });
  }
  return { text: Buffer.from(bytes).toString(), profile };
}
