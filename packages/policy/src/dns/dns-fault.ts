/** Thrown by the readers of this folder and caught by `parseMessage`; `fault` is the answer. */
export class DnsFaultError extends Error {
  readonly fault: DnsFault;

  constructor(fault: DnsFault) {
    super(fault);
    this.fault = fault;
  }
}

/** Why a message counts as malformed: the first that holds, in the order in which a message is read. */
export type DnsFault =
  /** it ends before its header or its question does */
  | "short"
  /** an opcode other than QUERY */
  | "opcode"
  /** not exactly one question */
  | "questions"
  /** a name with a label of unknown kind, too long, beyond the end, or with a pointer that does not point backwards */
  | "name"
  /** a record that ends beyond the message */
  | "record"
  /** an address, alias or service record whose data is not what its type says; OPT where or as often as it may not be */
  | "data"
  /** bytes behind the last record */
  | "trailing";
