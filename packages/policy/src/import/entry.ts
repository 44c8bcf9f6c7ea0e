import type { Fault } from "../text/fault.js";

/** A value, and what its writer may not have known about it. */
export interface Entry<T> {
  readonly value: T;
  readonly doubt?: { readonly message: string; readonly hint: string };
}

/** Reads one entry of a list; `key` is for messages. */
export type EntryParser<T> = (text: string, key: string) => Entry<T> | Fault;
