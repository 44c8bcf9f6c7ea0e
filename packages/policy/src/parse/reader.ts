import { type ErrorCode, RingfenceError, type SourceLocation } from "@ringfence/model";
import type { LineCounter, Node } from "yaml";
import type { Resolver } from "../resolver.js";
import type { Fault } from "../text/fault.js";

/** Knows where the nodes of one file stand, and collects what is wrong with them. */
export class Reader {
  readonly resolver: Resolver;
  readonly errors: RingfenceError[] = [];
  readonly warnings: RingfenceError[] = [];
  readonly #file: string;
  readonly #lines: LineCounter;

  constructor(file: string, lines: LineCounter, resolver: Resolver) {
    this.#file = file;
    this.#lines = lines;
    this.resolver = resolver;
  }

  /** Where a node begins. */
  locate(node: Node): SourceLocation {
    return this.locateOffset(node.range?.[0] ?? 0);
  }

  /** Line and column of an offset into the text. */
  locateOffset(offset: number): SourceLocation {
    const { line, col } = this.#lines.linePos(offset);
    return { file: this.#file, line: Math.max(line, 1), column: Math.max(col, 1) };
  }

  error(code: ErrorCode, node: Node, message: string, hint: string): void {
    this.errors.push(new RingfenceError(code, message, { hint, location: this.locate(node) }));
  }

  fault({ code, message, hint }: Fault, node: Node): void {
    this.error(code, node, message, hint);
  }

  warn(code: ErrorCode, location: SourceLocation | undefined, message: string, hint: string): void {
    this.warnings.push(new RingfenceError(code, message, { hint, location }));
  }
}
