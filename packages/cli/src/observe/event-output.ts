import type { AgentEvent } from "@ringfence/model";
import { eventId } from "../policy/event-id.js";
import { writeAll } from "../write-out.js";
import { eventCells } from "./event-cells.js";
import { EventRows } from "./event-rows.js";

const ID_WIDTH = 26;
const FLUSH_BYTES = 1 << 16;

/** Prints events on stdout, as rows or as JSON, many at a time. */
export class EventOutput {
  readonly #json: boolean;
  readonly #ids: boolean;
  readonly #rows: EventRows;
  #pending: string[] = [];
  #bytes = 0;
  #hasHead = false;
  #closed = false;

  constructor({ json, ids }: { readonly json: boolean; readonly ids: boolean }, columns: number | null) {
    this.#json = json;
    this.#ids = ids;
    this.#rows = new EventRows(columns === null || !ids ? columns : columns - ID_WIDTH - 2);
  }

  /** True when nobody reads any more. */
  get isClosed(): boolean {
    return this.#closed;
  }

  add(event: AgentEvent): void {
    if (!this.#json && !this.#hasHead) this.#line(`${this.#idCell("ID")}${this.#rows.head()}`);
    this.#hasHead = true;
    this.#line(
      this.#json
        ? JSON.stringify(event)
        : `${this.#idCell(eventId(event) ?? "-")}${this.#rows.row(eventCells(event))}`,
    );
  }

  /** Says what is missing: a program gets an event, people a line. */
  lost(count: number): void {
    const text = `${count} events are missing here: this side read too slowly`;
    this.#line(this.#json ? JSON.stringify({ type: "lost", lost: count, msg: text }) : `... ${text}`);
  }

  flush(): void {
    const text = this.#pending.join("");
    this.#pending = [];
    this.#bytes = 0;
    if (text === "" || this.#closed) return;
    try {
      writeAll(1, text);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EPIPE") throw error;
      this.#closed = true;
    }
  }

  #idCell(id: string): string {
    return this.#ids ? `${id.padEnd(ID_WIDTH)}  ` : "";
  }

  #line(text: string): void {
    this.#pending.push(`${text}\n`);
    this.#bytes += text.length;
    if (this.#bytes > FLUSH_BYTES) this.flush();
  }
}
