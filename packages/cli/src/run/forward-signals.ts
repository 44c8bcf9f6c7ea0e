import { closeSync, openSync, readFileSync } from "node:fs";
import { constants } from "node:os";
import { foregroundGroup, setSignalDisposition } from "@ringfence/kernel/system";

/** Signals that a caller sends to us and means for the command. */
const forwarded = ["SIGHUP", "SIGINT", "SIGQUIT", "SIGTERM", "SIGUSR1", "SIGUSR2"] as const;

/**
 * Passes on what is sent to this process alone. What a terminal sends reaches the whole foreground group, the
 * command included, and is not sent twice.
 */
export function forwardSignals(ignored: bigint, send: (signal: NodeJS.Signals) => void): void {
  for (const signal of forwarded) {
    const number = constants.signals[signal];
    if ((ignored >> BigInt(number - 1)) & 1n) {
      setSignalDisposition(number, "ignore"); // as nohup left it
      continue;
    }
    process.on(signal, () => {
      const fromTerminal = (signal === "SIGINT" || signal === "SIGQUIT") && inForeground();
      if (!fromTerminal) send(signal);
    });
  }
}

function inForeground(): boolean {
  let terminal: number;
  try {
    terminal = openSync("/dev/tty", "r+");
  } catch {
    return false; // no controlling terminal
  }
  try {
    return foregroundGroup(terminal) === processGroup();
  } finally {
    closeSync(terminal);
  }
}

/** Field 5 of /proc/self/stat, after the name in parentheses. */
function processGroup(): number {
  const text = readFileSync("/proc/self/stat", "utf8");
  return Number(text.slice(text.lastIndexOf(")") + 2).split(" ")[2]);
}
