import { constants } from "node:os";
import { RingfenceError } from "@ringfence/model";
import { errnoText } from "../libbpf/errno.js";

/** The error of a failed map operation: RF_MAP_FULL when there is no room, RF_INTERNAL otherwise. */
export function mapError(action: string, map: string, maxEntries: number, errno: number): RingfenceError {
  if (errno === constants.errno.E2BIG || errno === constants.errno.ENOSPC) {
    return new RingfenceError(
      "RF_MAP_FULL",
      `Cannot ${action} map "${map}": its ${maxEntries} entries are used`,
      {
        hint: `Make the policy smaller, or raise the size of "${map}" above ${maxEntries}`,
      },
    );
  }
  return new RingfenceError("RF_INTERNAL", `Cannot ${action} map "${map}": ${errnoText(errno)}`);
}
