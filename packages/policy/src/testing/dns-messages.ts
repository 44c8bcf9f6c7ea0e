import { nameWire, recordTypes } from "../dns/index.js";
import type { Random } from "./random.js";

const { A, AAAA, CNAME, OPT, SVCB, HTTPS } = recordTypes;

const labels = ["example", "com", "www", "a", "Cdn", "internal", "x".repeat(63), "_443", "_https"] as const;

/** A random DNS message: mostly well-formed, with compressed names, alias chains, hints and options. */
export function randomMessage(random: Random): Uint8Array {
  return new MessageBuilder(random).build();
}

/** One to four changes of bytes, cuts or copies: what a hostile or broken sender makes of a message. */
export function mutateMessage(random: Random, message: Uint8Array): Uint8Array {
  let bytes = message;
  for (let changes = 1 + random.below(4); changes > 0; changes--) bytes = changeOnce(random, bytes);
  return bytes;
}

function changeOnce(random: Random, message: Uint8Array): Uint8Array {
  const bytes = message.slice();
  const at = random.below(bytes.length + 1);
  switch (random.below(6)) {
    case 0:
      return bytes.subarray(0, at);
    case 1:
      return Uint8Array.from([...bytes.subarray(0, at), random.below(256), ...bytes.subarray(at)]);
    case 2: {
      // a pointer, to anywhere or near
      bytes.set(
        [0xc0 | (random.oneIn(8) ? random.below(64) : 0), random.below(bytes.length + 8)].slice(
          0,
          bytes.length - at,
        ),
        at,
      );
      return bytes;
    }
    case 3:
      bytes.copyWithin(at, random.below(bytes.length + 1), random.below(bytes.length + 1));
      return bytes;
    case 4: {
      // counts and flags
      const header = random.below(12);
      if (header < bytes.length) bytes[header] = random.pick([0, 1, 2, 0x80, 0x81, 0xff, random.below(256)]);
      return bytes;
    }
    default:
      if (at < bytes.length) bytes[at] = random.pick([0, 1, 4, 16, 63, 64, 0xc0, 0xff, random.below(256)]);
      return bytes;
  }
}

class MessageBuilder {
  readonly #random: Random;
  readonly #bytes: number[] = [];
  /** where a name was written before */
  readonly #names: { readonly at: number; readonly text: string }[] = [];

  constructor(random: Random) {
    this.#random = random;
  }

  build(): Uint8Array {
    const random = this.#random;
    const isResponse = !random.oneIn(8);
    const type = random.pick([A, A, AAAA, CNAME, HTTPS, SVCB, random.below(256)]);
    this.#u16(random.below(65536));
    this.#u16(
      (isResponse ? 0x8180 : 0x0100) |
        (random.oneIn(10) ? random.below(16) : 0) |
        (random.oneIn(10) ? 0x200 : 0),
    );
    this.#u16(1);
    this.#u16(0);
    this.#u32(0);
    let target = this.#someName();
    this.#name(target, false);
    this.#u16(type);
    this.#u16(random.oneIn(30) ? 3 : 1);
    const counts = [0, 0, 0];
    for (let answers = isResponse ? random.below(7) : 0; answers > 0; answers--) {
      target = this.#answer(target, type);
      counts[0] = (counts[0] ?? 0) + 1;
    }
    for (let others = isResponse ? random.below(3) : 0; others > 0; others--) {
      this.#answer(this.#someName(), random.pick([A, AAAA, 2, 6, CNAME]));
      counts[1] = (counts[1] ?? 0) + 1;
    }
    if (!random.oneIn(3)) {
      this.#record("", OPT, () => undefined, 1232);
      counts[2] = 1;
      if (random.oneIn(20)) {
        this.#record("", OPT, () => undefined, 512);
        counts[2] = 2;
      }
    }
    for (const [index, count] of counts.entries()) this.#bytes[7 + 2 * index] = count;
    return Uint8Array.from(this.#bytes);
  }

  /** Writes a record of the name or another, and returns the name that follows it. */
  #answer(target: string, type: number): string {
    const random = this.#random;
    const owner = random.oneIn(8) ? this.#someName() : target;
    if (random.oneIn(4)) {
      const alias = this.#someName();
      this.#record(owner, CNAME, () => this.#name(alias, true));
      return owner === target ? alias : target;
    }
    const kind = random.oneIn(8) ? random.pick([A, AAAA, HTTPS, 16, 46]) : type;
    this.#record(owner, kind, () => this.#data(kind));
    return target;
  }

  #data(type: number): void {
    const random = this.#random;
    if (type === A) this.#random4();
    else if (type === AAAA) for (let i = 0; i < 4; i++) this.#random4();
    else if (type === HTTPS || type === SVCB) this.#service();
    else for (let left = random.below(40); left > 0; left--) this.#bytes.push(random.below(256));
  }

  #service(): void {
    const random = this.#random;
    this.#u16(random.below(3));
    this.#name(random.oneIn(2) ? "" : this.#someName(), false);
    for (const key of [1, 4, 5, 6]) {
      if (random.oneIn(3)) continue;
      const words = key === 4 ? 1 + random.below(3) : key === 6 ? 4 * (1 + random.below(2)) : random.below(3);
      this.#u16(key);
      this.#u16(4 * words);
      for (let i = 0; i < words; i++) this.#random4();
    }
  }

  #record(owner: string, type: number, writeData: () => void, recordClass = 1): void {
    const random = this.#random;
    this.#name(owner, true);
    this.#u16(type);
    this.#u16(random.oneIn(40) ? 3 : recordClass);
    this.#u32(random.oneIn(20) ? 0xffff_ffff : random.below(100_000));
    const lengthAt = this.#bytes.length;
    this.#u16(0);
    writeData();
    const length = this.#bytes.length - lengthAt - 2;
    this.#bytes[lengthAt] = length >> 8;
    this.#bytes[lengthAt + 1] = length & 0xff;
  }

  #someName(): string {
    const random = this.#random;
    if (random.oneIn(30)) return "";
    return random.list(1, random.oneIn(10) ? 6 : 4, () => random.pick(labels)).join(".");
  }

  /** Writes a name, with a pointer to an earlier one for its end if that is allowed and there is one. */
  #name(text: string, compress: boolean): void {
    const at = this.#bytes.length;
    const parts = text === "" ? [] : text.split(".");
    for (const [index, label] of parts.entries()) {
      const rest = parts.slice(index).join(".");
      const known = compress ? this.#names.find((name) => name.text === rest) : undefined;
      if (known !== undefined && !this.#random.oneIn(10)) {
        this.#u16(0xc000 | known.at);
        return;
      }
      this.#names.push({ at: this.#bytes.length, text: rest });
      this.#bytes.push(...this.#mixedCase(nameWire(label)));
    }
    this.#bytes.push(0);
    if (parts.length === 0) this.#names.push({ at, text: "" });
  }

  /** Resolvers mix the case of what they ask, and get it back. */
  #mixedCase(wire: Uint8Array): Uint8Array {
    return wire.map((byte) => (byte >= 0x61 && byte <= 0x7a && this.#random.oneIn(4) ? byte - 0x20 : byte));
  }

  #u16(value: number): void {
    this.#bytes.push(value >> 8, value & 0xff);
  }

  #u32(value: number): void {
    this.#u16(value >>> 16);
    this.#u16(value & 0xffff);
  }

  #random4(): void {
    this.#u16(this.#random.below(65536));
    this.#u16(this.#random.below(65536));
  }
}
