import type { Imported } from "../imported.js";
import { openImport } from "../open-import.js";
import { writeCommented } from "../write-commented.js";
import { policyOf } from "./policy-of.js";
import { readNspProfile } from "./read-nsp-profile.js";
import { warnAboutNames } from "./warn-about-names.js";

/**
 * Turns SecurityProfiles of Network Security Probe into profiles, one for each document. What that tool promised and
 * Ringfence has becomes real; the rest is a warning. Never throws for what the text says; `file` is only used in places.
 */
export function importNsp(input: string | Uint8Array, file: string): Imported {
  return openImport(input, file, (reader, documents) => {
    const names = new Set<string>();
    const profiles = documents.flatMap((document) => {
      const profile = readNspProfile(reader, document);
      if (profile === null) return [];
      if (names.has(profile.name)) {
        const message = `Profile name "${profile.name}" occurs twice`;
        reader.error("RF_POLICY_DUPLICATE_NAME", document, message, "Rename one of them");
      }
      names.add(profile.name);
      warnAboutNames(reader, profile);
      return [policyOf(profile, file)];
    });
    return writeCommented(profiles);
  });
}
