import { closeSync, openSync } from "node:fs";
import { duplicateDescriptor } from "@ringfence/kernel/system";

/** Gives up stdin and stdout, which are the command's: its reader must see the end when the command closes them. */
export function letGoOfStreams(): void {
  const nothing = openSync("/dev/null", "r+");
  duplicateDescriptor(nothing, 0);
  duplicateDescriptor(nothing, 1);
  closeSync(nothing);
}
