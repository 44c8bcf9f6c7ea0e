import { isUnitName, unitSuffixes } from "@ringfence/model";
import type { Fault } from "./fault.js";

/** Null when a unit with a cgroup can have this name, else what is wrong with it. */
export function checkUnit(unit: string): Fault | null {
  const fault = (message: string, hint: string): Fault => ({ code: "RF_POLICY_UNIT", message, hint });
  if (unit.includes("/")) {
    return fault(`Unit "${unit}" has a slash`, "Write the unit's name alone, or cgroup with a path");
  }
  if (unit.includes("**")) return fault(`Unit "${unit}" has two stars in a row`, "Write one");
  if (isUnitName(unit)) return null;
  const known = unitSuffixes.join(", ");
  return /\.[a-z]+$/.test(unit)
    ? fault(`Unit "${unit}" is of a kind that has no processes`, `Write a unit that ends in ${known}`)
    : fault(`Unit "${unit}" says no kind`, `Write "${unit.replace(/\.$/, "")}.service" if that is meant`);
}
