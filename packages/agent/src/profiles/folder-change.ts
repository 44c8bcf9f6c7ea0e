import { basename, join } from "node:path";
import { RingfenceError } from "@ringfence/model";
import type { FileContent } from "../host/durable-file.js";
import { PolicyErrors } from "../policy/policy-errors.js";
import type { PolicyFile } from "../policy/read-policy-files.js";
import type { PolicyChange } from "./manager-types.js";
import { type FolderContent, isProfileName } from "./profile-folder.js";

/** What a change makes of a folder of profiles. */
export interface FolderChange {
  /** All files that can be read, as they will be. */
  readonly files: readonly PolicyFile[];
  /** The files that are changed, as they are. */
  readonly before: readonly FileContent[];
  /** The same files, as they will be. */
  readonly after: readonly FileContent[];
}

/** Throws RF_REQUEST for a change of no file, a name that no file may have or that is there twice, and a file that cannot be read. */
export function folderChange(
  folder: string,
  content: FolderContent,
  changed: PolicyChange["files"],
): FolderChange {
  if (changed.length === 0) throw refused("The change names no file", "Name one");
  const names = changed.map(({ name }) => name);
  const wrong = names.flatMap((name, index) => [
    ...(isProfileName(name)
      ? []
      : [refused(`"${name}" cannot be the name of a file of profiles`, "Name it like web.yaml")]),
    ...(names.indexOf(name) === index ? [] : [refused(`"${name}" is there twice`, "Rename one of them")]),
    ...content.unreadable.filter(({ file }) => file === join(folder, name)).map(unreadable),
  ]);
  const [first] = wrong;
  if (first !== undefined) throw wrong.length === 1 ? first : new PolicyErrors(wrong);
  const after = changed.map(({ name, text }) => ({ file: join(folder, name), text }));
  const textOf = (file: string) => {
    const found = content.files.find((one) => one.file === file);
    return found ? Buffer.from(found.bytes).toString("utf8") : null;
  };
  return {
    files: [
      ...content.files.filter(({ file }) => !names.includes(basename(file))),
      ...after.flatMap(({ file, text }) => (text === null ? [] : [{ file, bytes: Buffer.from(text) }])),
    ],
    before: after.map(({ file }) => ({ file, text: textOf(file) })),
    after,
  };
}

function unreadable({ file, error }: FolderContent["unreadable"][number]): RingfenceError {
  return refused(
    `"${file}" cannot be read, and so not be changed: ${error.message}`,
    "Put right who owns it and who may change it, or remove it",
  );
}

function refused(message: string, hint: string): RingfenceError {
  return new RingfenceError("RF_REQUEST", message, { hint });
}
