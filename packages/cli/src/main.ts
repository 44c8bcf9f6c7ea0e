import { RingfenceError } from "@ringfence/model";
import { configIn, withConfig } from "./agent/with-config.js";
import type { Command } from "./commands/command.js";
import { EXIT_FAILED, exitCodeOf } from "./exit-codes.js";
import { printLine } from "./print-line.js";
import { version } from "./version.js";
import { writeOut } from "./write-out.js";

/** Commands are loaded when they are called: a run must start fast. */
const commands: Readonly<Record<string, { summary: string; load: () => Promise<Command> }>> = {
  run: {
    summary: "run a command in a network policy and report who talked to whom",
    load: async () => (await import("./commands/run.js")).run,
  },
  explain: {
    summary: "say what a policy decides about a flow, by which rule and why",
    load: async () => (await import("./commands/explain.js")).explain,
  },
  observe: {
    summary: "show who talked to whom, from the agent's history, a log, or as it happens",
    load: async () => (await import("./commands/observe.js")).observe,
  },
  top: {
    summary: "show live which processes connect, send and are denied most",
    load: async () => (await import("./commands/top.js")).top,
  },
  learn: {
    summary: "write a policy that allows what was seen, and nothing else",
    load: async () => (await import("./commands/learn.js")).learn,
  },
  policy: {
    summary: "check, show, compare and change policies; import, replay and suggest them",
    load: async () => (await import("./commands/policy.js")).policy,
  },
  agent: {
    summary: "keep this host under the policies of a folder, as a service",
    load: async () => (await import("./commands/agent.js")).agent,
  },
  status: {
    summary: "say whether this host is covered, and by what",
    load: async () => (await import("./commands/status.js")).status,
  },
  off: {
    summary: "take Ringfence off this host, agent or no agent",
    load: async () => (await import("./commands/off.js")).off,
  },
  panic: {
    summary: "break the glass: open everything at once, until panic --end",
    load: async () => (await import("./commands/panic.js")).panic,
  },
  attacks: {
    summary: "show what the agent's detectors found, and let in again who was cut off",
    load: async () => (await import("./commands/attacks.js")).attacks,
  },
  "oci-hook": {
    summary: "have a container runtime wait until a new container is under its policy",
    load: async () => (await import("./commands/oci-hook.js")).ociHook,
  },
  doctor: {
    summary: "show what this kernel offers, what is missing and what that costs",
    load: async () => (await import("./commands/doctor.js")).doctor,
  },
  selftest: {
    summary: "try every way out of a fence on this kernel, and tell what became of each",
    load: async () => (await import("./commands/selftest.js")).selftest,
  },
};

const USAGE = "Usage: ringfence COMMAND [OPTIONS]";

async function main(args: readonly string[]): Promise<number> {
  const [name, ...rest] = args;
  if (name === undefined || name === "--help" || name === "help") {
    writeOut(name === undefined ? 2 : 1, helpText());
    return name === undefined ? EXIT_FAILED : 0;
  }
  if (name === "--version") {
    writeOut(1, `ringfence ${version()}\n`);
    return 0;
  }
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (command === undefined) {
    throw new RingfenceError("RF_USAGE", `Unknown command "${name}"`, { hint: "see ringfence --help" });
  }
  return (await command.load()).main(rest);
}

function helpText(): string {
  const lines = Object.entries(commands).map(([name, { summary }]) => `  ${name.padEnd(10)} ${summary}`);
  return `${USAGE}

Shows, learns and enforces which program may talk to whom, in the Linux kernel.

${lines.join("\n")}

  ringfence COMMAND --help   options of a command
  ringfence --version

Exit status: 125 when ringfence itself failed; otherwise see the command's help.
`;
}

/** One line per error: what, where, what to do. RINGFENCE_DEBUG=1 adds the stack and the kernel's own words. */
function report(error: unknown, args: readonly string[]): number {
  const { errors } = error as { errors?: readonly unknown[] };
  if (Array.isArray(errors)) {
    for (const one of errors) report(one, args);
    return EXIT_FAILED;
  }
  const known = error instanceof RingfenceError;
  const text = known
    ? error.format()
    : `Internal error: ${error instanceof Error ? error.message : String(error)}`;
  printLine(withConfig(text.replace(/\s*\n\s*/g, " "), configIn(args)));
  if (process.env["RINGFENCE_DEBUG"] !== undefined && error instanceof Error) {
    const code = known ? `${error.code}\n` : "";
    writeOut(2, `${code}${error.stack ?? ""}\n${error.cause instanceof Error ? error.cause.stack : ""}\n`);
  }
  return known ? exitCodeOf(error.code) : EXIT_FAILED;
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  process.exitCode = report(error, process.argv.slice(2));
}
