import type { Imported } from "../imported.js";
import { openImport } from "../open-import.js";
import { writeCommented } from "../write-commented.js";
import { configProfile } from "./config-profile.js";
import { readConfig } from "./read-config.js";
import { warnAboutConfig } from "./warn-about-config.js";

/**
 * Turns a bouheki file into a profile with the same verdicts on everything that connects over TCP and UDP. Never throws
 * for what the text says; `file` is only used in places.
 */
export function importBouheki(input: string | Uint8Array, file: string): Imported {
  return openImport(input, file, (reader, documents) => {
    const [document, second] = documents;
    if (second !== undefined) {
      const message = "A second document, which bouheki does not read";
      reader.error("RF_POLICY_YAML", second, message, "Remove it, or import it from a file of its own");
    }
    const config = document === undefined ? null : readConfig(reader, document);
    if (config === null) return "";
    warnAboutConfig(reader, config);
    return writeCommented([configProfile(config, file)]);
  });
}
