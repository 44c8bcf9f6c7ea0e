import type { NumberRange } from "@ringfence/model";
import type { Resolver } from "../resolver.js";
import type { Fault } from "./fault.js";

/** The kernel keeps 4294967295 for "no id". */
const highestId = 4_294_967_294;

/** Reads one entry of `uid` or `gid`: a number, a range, or a name that the machine knows. */
export function parseIds(text: string, key: "uid" | "gid", resolver: Resolver): NumberRange | Fault {
  const numbers = /^([0-9]+)(?:-([0-9]+))?$/.exec(text);
  if (numbers !== null) return range(text, key, Number(numbers[1]), Number(numbers[2] ?? numbers[1]));
  const kind = key === "uid" ? "user" : "group";
  if (!/^[A-Za-z_][A-Za-z0-9_.@\\-]*\$?$/.test(text)) {
    return {
      code: "RF_POLICY_ID",
      message: `"${text}" is not a ${key}`,
      hint: `Write a number, a range such as "1000-1999", or the name of a ${kind}`,
    };
  }
  const id = key === "uid" ? resolver.uidOf(text) : resolver.gidOf(text);
  if (id !== null) return { from: id, to: id };
  return {
    code: "RF_POLICY_UNRESOLVED",
    message: `The ${kind} "${text}" is unknown on this machine`,
    hint: `Write its ${key} as a number, or create the ${kind} first`,
  };
}

function range(text: string, key: string, from: number, to: number): NumberRange | Fault {
  if (Math.max(from, to) > highestId) {
    return {
      code: "RF_POLICY_ID",
      message: `The ${key} "${text}" is over ${highestId}`,
      hint: `Write numbers from 0 to ${highestId}`,
    };
  }
  if (to < from) {
    return {
      code: "RF_POLICY_ID",
      message: `The ${key} range "${text}" is reversed`,
      hint: `Write "${to}-${from}"`,
    };
  }
  return { from, to };
}
