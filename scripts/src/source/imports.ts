import { maskSource } from "./mask-source.js";

const specifierPosition = /\b(?:from|import|import\s*\(|require(?:\.resolve)?\s*\()\s*"(\d+)"/g;

/** Every module specifier that a TypeScript source names: static, dynamic, type-only, re-exported, required. */
export function importsOf(text: string): readonly string[] {
  const { code, strings } = maskSource(text);
  const found = new Set<string>();
  for (const match of code.matchAll(specifierPosition)) {
    const specifier = strings[Number(match[1])];
    if (specifier !== undefined) found.add(specifier);
  }
  return [...found];
}

/** The package that a specifier names, or undefined for a relative path and a `node:` module. */
export function packageOf(specifier: string): string | undefined {
  if (specifier.startsWith(".") || specifier.startsWith("/") || specifier.startsWith("node:"))
    return undefined;
  const parts = specifier.split("/");
  return specifier.startsWith("@") ? parts.slice(0, 2).join("/") : parts[0];
}
