/** Commands that take the agent's configuration. */
const asksAgent =
  /\bringfence (?:status|observe|learn|top|off|panic|attacks|policy (?:list|show|diff|apply|confirm|delete|replay|suggest))\b/g;

/** A text in which every command names the configuration that its reader named, so that it works as it is printed. */
export function withConfig(text: string, config: string | undefined): string {
  return config === undefined
    ? text
    : text.replace(asksAgent, `$& --config ${shellWord(config).replaceAll("$", "$$$$")}`);
}

/** The configuration that a command line names; what a run starts has options of its own. */
export function configIn([command, ...args]: readonly string[]): string | undefined {
  if (command === "run") return undefined;
  const at = args.findLastIndex((word) => word === "--config" || word.startsWith("--config="));
  const word = args[at];
  return word === "--config" ? args[at + 1] : word?.slice("--config=".length);
}

/** A text as one word of a POSIX shell. */
export function shellWord(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
