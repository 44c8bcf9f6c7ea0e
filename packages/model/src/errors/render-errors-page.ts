import { type ErrorEntry, errorTable } from "./table.js";

const intro = `# Error codes

Generated from the error table in packages/model. Every error that a user can mend has one of these codes;
\`RINGFENCE_DEBUG=1\` prints it with the message. Codes are stable.

| Code | Meaning | What to do |
|---|---|---|
`;

/** The Markdown of docs/reference/errors.md: one table row per code, sorted by code. */
export function renderErrorsPage(): string {
  const entries: readonly (readonly [string, ErrorEntry])[] = Object.entries(errorTable);
  const sorted = entries.toSorted(([a], [b]) => (a < b ? -1 : 1));
  return intro + sorted.map(([code, entry]) => renderRow(code, entry)).join("");
}

function renderRow(code: string, { meaning, remedy }: ErrorEntry): string {
  return `| \`${code}\` | ${cell(meaning)} | ${cell(remedy)} |\n`;
}

function cell(text: string): string {
  return text.replaceAll("|", "\\|");
}
