import type { SourceLocation } from "@ringfence/model";

/** The lines of the policy files that were read. */
export class SourceLines {
  readonly #lines: ReadonlyMap<string, readonly string[]>;

  constructor(files: ReadonlyMap<string, Uint8Array>) {
    const decoder = new TextDecoder();
    this.#lines = new Map([...files].map(([file, bytes]) => [file, decoder.decode(bytes).split(/\r\n?|\n/)]));
  }

  /** The line of a location, without the blanks around it; null for one in another file. */
  at(location: SourceLocation | undefined): string | null {
    if (location === undefined) return null;
    return this.#lines.get(location.file)?.[location.line - 1]?.trim() ?? null;
  }
}
