import type { Fault } from "./fault.js";

const longestPath = 4095;
const encoder = new TextEncoder();

/** Null when an executable pattern can match a path that the kernel resolves, else what is wrong with it. */
export function checkPattern(pattern: string): Fault | null {
  const fault = (message: string, hint: string): Fault => ({ code: "RF_POLICY_PATTERN", message, hint });
  if (!pattern.startsWith("/")) {
    const example = pattern.startsWith("**") ? `/${pattern}` : `/**/${pattern}`;
    return fault(`Pattern "${pattern}" is not an absolute path`, `Write the resolved path, or "${example}"`);
  }
  if (pattern.includes("***")) return fault(`Pattern "${pattern}" has three stars in a row`, "Write **");
  const flaw = pathFlaw(pattern);
  if (flaw !== null)
    return fault(`Pattern "${pattern}" ${flaw}, as no resolved path does`, "Write the resolved path");
  if (pattern.endsWith("/")) {
    return fault(
      `Pattern "${pattern}" ends in "/", as no executable does`,
      `Write "${pattern}**" for all below it`,
    );
  }
  if (encoder.encode(pattern).length > longestPath) {
    return fault(`A pattern is longer than ${longestPath} bytes`, "Shorten it with * or **");
  }
  return null;
}

/** Null when a cgroup path is as the kernel writes it, else what is wrong with it. */
export function checkCgroup(path: string): Fault | null {
  const fault = (message: string, hint: string): Fault => ({ code: "RF_POLICY_CGROUP", message, hint });
  if (!path.startsWith("/")) return fault(`Cgroup "${path}" is not an absolute path`, `Write "/${path}"`);
  if (path.includes("*")) {
    return fault(`Cgroup "${path}" has a star`, "Write the cgroup above: its whole subtree is included");
  }
  if (path.startsWith("/sys/fs/cgroup")) {
    const hint = "Write the path below the mount point, as /proc/PID/cgroup shows it after 0::";
    return fault(`Cgroup "${path}" includes the mount point`, hint);
  }
  const flaw = pathFlaw(path);
  if (flaw !== null) return fault(`Cgroup "${path}" ${flaw}`, "Write the path as /proc/PID/cgroup shows it");
  if (path !== "/" && path.endsWith("/")) {
    return fault(`Cgroup "${path}" ends in "/"`, `Write "${path.replace(/\/+$/, "")}"`);
  }
  return null;
}

function pathFlaw(path: string): string | null {
  if (path.includes("//")) return 'has "//"';
  if (/(^|\/)\.{1,2}(\/|$)/.test(path)) return 'has a "." or ".." component';
  if (path.includes("\0")) return "has a NUL character";
  return null;
}
