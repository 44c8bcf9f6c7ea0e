import type { AttackState } from "@ringfence/rules";
import type { ControlMethods } from "../control/index.js";
import type { ShutOut } from "./shut-out.js";

/** What the agent can be asked about alerts: `attacks.state`, and to let everybody in again who was cut off. */
export function attackMethods(state: () => AttackState, shutOut: ShutOut): ControlMethods {
  return {
    "attacks.state": {
      access: "read",
      handle: async () => ({ ...state(), shutOut: shutOut.count() }),
    },
    "attacks.release": {
      access: "change",
      handle: async () => ({ released: shutOut.release() }),
    },
  };
}
