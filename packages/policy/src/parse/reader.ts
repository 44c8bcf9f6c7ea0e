import { type ErrorCode, RingfenceError, type SourceLocation } from "@ringfence/model";
import type { LineCounter, Node } from "yaml";
import type { Resolver } from "../resolver.js";
import type { Fault } from "../text/fault.js";

/** More errors than that tell nobody more, and a file of megabytes can have millions. */
const mostErrors = 100;

/** Knows where the nodes of one file stand, and collects what is wrong with them. */
export class Reader {
  readonly resolver: Resolver;
  readonly errors: RingfenceError[] = [];
  readonly warnings: RingfenceError[] = [];
  readonly #file: string;
  readonly #lines: LineCounter;
  #errorCount = 0;

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

  /** All errors that were found, those that `errors` has no room for too. */
  get errorCount(): number {
    return this.#errorCount;
  }

  error(code: ErrorCode, node: Node, message: string, hint: string): void {
    this.report(code, this.locate(node), message, hint);
  }

  report(code: ErrorCode, location: SourceLocation, message: string, hint: string): void {
    this.#errorCount++;
    if (this.errors.length < mostErrors)
      this.errors.push(new RingfenceError(code, message, { hint, location }));
  }

  /** An error that says how many are not in `errors`; none when all of them are. */
  untold(): readonly RingfenceError[] {
    const count = this.#errorCount - this.errors.length;
    if (count === 0) return [];
    const options = { hint: "Correct those above first", location: this.locateOffset(0) };
    return [new RingfenceError("RF_POLICY_MORE_ERRORS", `The file has ${count} more errors`, options)];
  }

  fault({ code, message, hint }: Fault, node: Node): void {
    this.error(code, node, message, hint);
  }

  warn(code: ErrorCode, location: SourceLocation | undefined, message: string, hint: string): void {
    this.warnings.push(new RingfenceError(code, message, { hint, location }));
  }
}
