import assert from "node:assert/strict";
import type { Profile } from "@ringfence/model";
import type { Imported } from "../import/imported.js";
import { parsePolicy } from "../parse/parse-policy.js";
import { fixedResolver } from "./fixed-resolver.js";

/** The profiles of the policy that another tool's file becomes; fails for errors on either side. */
export function importedProfiles({ text, errors }: Imported): readonly Profile[] {
  assert.deepEqual(
    errors.map((error) => error.format()),
    [],
  );
  const { profiles, errors: problems, warnings } = parsePolicy(text, "p.yaml", fixedResolver);
  assert.deepEqual(
    [...problems, ...warnings]
      .filter(({ code }) => code !== "RF_POLICY_IPV4_ONLY")
      .map((one) => one.format()),
    [],
    text,
  );
  return profiles;
}

/** Where an import found what, as "line:column code", and what it advises. */
export function importProblems({ errors, warnings }: Imported) {
  const place = ({ code, location }: Imported["errors"][number]) =>
    `${location?.line}:${location?.column} ${code}`;
  return {
    errors: errors.map(place),
    warnings: warnings.map(place),
    hints: errors.map(({ hint }) => hint).join("; "),
  };
}
