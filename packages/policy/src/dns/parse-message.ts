import { type DnsFault, DnsFaultError } from "./dns-fault.js";
import { HEADER_BYTES, MESSAGE_ADDRESSES } from "./dns-limits.js";
import {
  CLASS_IN,
  type DnsAddress,
  type DnsHeader,
  type DnsMessage,
  type DnsQuestion,
  recordTypes,
} from "./dns-message.js";
import { type ReadName, readName, type StepCount } from "./read-name.js";
import { readServiceHints } from "./read-service-hints.js";

const FIXED_BYTES = 10;
const NO_ERROR = 0;
/** An OPT record's class and time to live hold other things (RFC 6891, 6.1.3); so the type alone counts. */
const { A, AAAA, CNAME, OPT, SVCB, HTTPS } = recordTypes;

/**
 * Reads a DNS message as the kernel side does (bpf/include/dns_parse.h): the reference that it is compared with, message
 * by message. Strict, because what is learned opens doors: one question, every record of every section inside the
 * message, nothing behind the last, every name well-formed; else nothing of the message counts.
 *
 * An address counts for the name that was asked if its record, in the answer section, is of that name or of one that
 * aliases before it led to: CNAME in the order of the message, as resolvers send them and as glibc follows them.
 * Hints of HTTPS and SVCB records count as addresses of their name. Data of other types is not looked into.
 *
 * Sources: RFC 1035 section 4 (format), RFC 3596 (AAAA), RFC 6891 (OPT), RFC 9460 (SVCB), RFC 2181 section 8 (a time to
 * live with its highest bit set is 0).
 */
export function parseMessage(bytes: Uint8Array): DnsMessage | DnsFault {
  try {
    return read(bytes);
  } catch (error) {
    if (error instanceof DnsFaultError) return error.fault;
    throw error;
  }
}

function read(bytes: Uint8Array): DnsMessage {
  if (bytes.length < HEADER_BYTES) throw new DnsFaultError("short");
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const flags = view.getUint16(2);
  const header: DnsHeader = {
    id: view.getUint16(0),
    isResponse: (flags & 0x8000) !== 0,
    truncated: (flags & 0x0200) !== 0,
    rcode: flags & 0xf,
  };
  if ((flags & 0x7800) !== 0) throw new DnsFaultError("opcode");
  if (view.getUint16(4) !== 1) throw new DnsFaultError("questions");
  const count: StepCount = { steps: 0 };
  const { name, end } = readName(bytes, HEADER_BYTES, count);
  if (end + 4 > bytes.length) throw new DnsFaultError("short");
  const question = { name, type: view.getUint16(end), class: view.getUint16(end + 2) };
  const records = header.isResponse
    ? new RecordReader(view, question, count).readAll(end + 4)
    : { addresses: [], beyond: 0 };
  if (header.rcode === NO_ERROR && question.class === CLASS_IN) return { header, question, ...records };
  return { header, question, addresses: [], beyond: 0 };
}

/** Walks the records behind the question. */
class RecordReader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #count: StepCount;
  readonly #addresses: DnsAddress[] = [];
  #beyond = 0;
  /** the name whose records count: the one asked for, or where aliases led */
  #target: Uint8Array;
  /** where in the message it was read */
  #targetAt = HEADER_BYTES;
  /** the least time to live of those aliases */
  #ttl = 0xffff_ffff;
  #hasOptions = false;

  constructor(view: DataView, question: DnsQuestion, count: StepCount) {
    this.#bytes = new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
    this.#view = view;
    this.#target = question.name;
    this.#count = count;
  }

  readAll(start: number): Pick<DnsMessage, "addresses" | "beyond"> {
    const answers = this.#view.getUint16(6);
    const authorities = this.#view.getUint16(8);
    const total = answers + authorities + this.#view.getUint16(10);
    let at = start;
    for (let index = 0; index < total; index++) {
      at = this.#readRecord(at, index < answers, index >= answers + authorities);
    }
    if (at !== this.#bytes.length) throw new DnsFaultError("trailing");
    return { addresses: this.#addresses, beyond: this.#beyond };
  }

  /** Returns where the next record begins. */
  #readRecord(start: number, isAnswer: boolean, isAdditional: boolean): number {
    const view = this.#view;
    const owner = this.#readOwner(start);
    if (owner.end + FIXED_BYTES > this.#bytes.length) throw new DnsFaultError("record");
    const type = view.getUint16(owner.end);
    const ttl = view.getUint32(owner.end + 4);
    const data = owner.end + FIXED_BYTES;
    const end = data + view.getUint16(owner.end + 8);
    if (end > this.#bytes.length) throw new DnsFaultError("record");
    if (type === OPT) this.#checkOptions(isAdditional && owner.name.length === 0);
    else if (view.getUint16(owner.end + 2) === CLASS_IN) {
      const counts = isAnswer && sameBytes(owner.name, this.#target);
      this.#readData({ type, data, end, counts, ttl: ttl > 0x7fff_ffff ? 0 : ttl });
    }
    return end;
  }

  /** Nearly every owner is a pointer to a name that was read before: it costs one step, so that a message may be full. */
  #readOwner(start: number): Pick<ReadName, "name" | "end"> {
    const isPointer =
      start + 2 <= this.#bytes.length && this.#view.getUint16(start) === (0xc000 | this.#targetAt);
    if (!isPointer) return readName(this.#bytes, start, this.#count);
    this.#count.steps += 1;
    return { name: this.#target, end: start + 2 };
  }

  #checkOptions(isInPlace: boolean): void {
    if (!isInPlace || this.#hasOptions) throw new DnsFaultError("data");
    this.#hasOptions = true;
  }

  #readData({ type, data, end, counts, ttl }: RecordData): void {
    if (type === A || type === AAAA) {
      if (end - data !== (type === A ? 4 : 16)) throw new DnsFaultError("data");
      if (counts) this.#take({ at: data, family: type === A ? 4 : 6 }, ttl);
    } else if (type === CNAME) {
      const alias = readName(this.#bytes, data, this.#count);
      if (alias.end !== end) throw new DnsFaultError("data");
      if (counts) this.#follow(alias.name, data, ttl);
    } else if (type === SVCB || type === HTTPS) {
      const hints = readServiceHints(this.#bytes, data, end, this.#count);
      if (counts) for (const hint of hints) this.#take(hint, ttl);
    }
  }

  #follow(target: Uint8Array, at: number, ttl: number): void {
    this.#target = target;
    this.#targetAt = at;
    this.#ttl = Math.min(this.#ttl, ttl);
  }

  #take(address: Omit<DnsAddress, "ttl">, ttl: number): void {
    if (this.#addresses.length === MESSAGE_ADDRESSES) this.#beyond += 1;
    else this.#addresses.push({ ...address, ttl: Math.min(this.#ttl, ttl) });
  }
}

interface RecordData {
  readonly type: number;
  readonly data: number;
  readonly end: number;
  readonly counts: boolean;
  readonly ttl: number;
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, index) => byte === b[index]);
}
