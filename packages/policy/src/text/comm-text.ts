import type { Fault } from "./fault.js";

const longestComm = 15;
const encoder = new TextEncoder();

/** Null when a task can have this name, else what is wrong with it. */
export function checkComm(comm: string): Fault | null {
  const bytes = encoder.encode(comm);
  if (bytes.length <= longestComm) return null;
  const kept = new TextDecoder().decode(bytes.slice(0, longestComm)).replace(/\uFFFD+$/, "");
  return {
    code: "RF_POLICY_COMM",
    message: `The comm "${comm}" has ${bytes.length} bytes, and the kernel truncates names to ${longestComm} bytes`,
    hint: `Write "${kept}", or use exe`,
  };
}
