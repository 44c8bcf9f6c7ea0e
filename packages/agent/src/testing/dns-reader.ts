import { BpfObject, Btf, layout, StructCodec, u32Codec } from "@ringfence/kernel";
import type { DnsFault } from "@ringfence/policy/dns";

/** Addresses that a case of bpf/tests/dns.bpf.c shows, and bytes that fit. */
export const CASE_FOUND = 32;
export const CASE_BYTES = 1536;

/** Where the bytes of a large case begin: behind their length. */
const LARGE_AT = 4;

const { rf_dns_fault } = layout;

const faults: Readonly<Record<number, DnsFault | undefined>> = {
  [rf_dns_fault.RF_DNS_WELL_FORMED]: undefined,
  [rf_dns_fault.RF_DNS_SHORT]: "short",
  [rf_dns_fault.RF_DNS_OPCODE]: "opcode",
  [rf_dns_fault.RF_DNS_QUESTIONS]: "questions",
  [rf_dns_fault.RF_DNS_NAME]: "name",
  [rf_dns_fault.RF_DNS_RECORD]: "record",
  [rf_dns_fault.RF_DNS_DATA]: "data",
  [rf_dns_fault.RF_DNS_TRAILING]: "trailing",
};

/** What the kernel read in a message; `fault` alone counts where there is one. */
export interface KernelReading {
  readonly fault: DnsFault | undefined;
  readonly id: number;
  readonly flags: number;
  readonly type: number;
  readonly class: number;
  /** hash of the name in the question */
  readonly question: bigint;
  readonly count: number;
  readonly beyond: number;
  /** whether it read otherwise as the answer to a query that waits, where the question is compared and not read */
  readonly otherwise: boolean;
  /** the first of them, as {at, family, ttl} */
  readonly found: readonly { readonly at: number; readonly family: number; readonly ttl: number }[];
}

const noResolver = { netns: 0n, address: new Uint8Array(16), forged: 0, unused: 0 };

/** Asks the running kernel, with the product's own parser, what it reads in many made-up messages. */
export class DnsReader implements Disposable {
  readonly #object: BpfObject;
  readonly #case: ReturnType<Btf["layoutOf"]>;
  readonly #found: ReturnType<Btf["layoutOf"]>;
  readonly #cases: number;

  /** @param cases the most messages of one call */
  constructor(objectPath: string, secret: bigint, cases: number) {
    const btf = Btf.fromObject(objectPath);
    this.#case = btf.layoutOf("rf_dns_case");
    this.#found = btf.layoutOf("rf_dns_found");
    this.#cases = cases;
    this.#object = BpfObject.open(objectPath, { maxEntries: { cases } });
    this.#object.load();
    const settings = new StructCodec(layout.rf_dns_settings, "rf_dns_settings");
    this.#object.map("dns_settings", u32Codec, settings).set(0, {
      secret,
      floor_ns: 0n,
      wait_ns: 0n,
      netns: 0n,
      version: 0,
      unused: 0,
      resolvers: Array.from(
        { length: layout.rf_dns_settings.fields.resolvers.kind.length },
        () => noResolver,
      ),
    });
  }

  /** The readings in the order of the messages. */
  read(messages: readonly Uint8Array[]): KernelReading[] {
    const { size } = this.#case;
    const bytes = new Uint8Array(this.#cases * size);
    const view = new DataView(bytes.buffer);
    for (const [index, message] of messages.entries()) {
      view.setUint32(index * size + this.#at("length"), message.length, true);
      bytes.set(message, index * size + this.#at("bytes"));
    }
    const cases = this.#object.rawMap("cases");
    cases.writeAll(bytes);
    this.#object.program("read_cases").testRun();
    const readings: KernelReading[] = [];
    for (const { count, values } of cases.batches()) {
      const found = new DataView(values.buffer, values.byteOffset, values.byteLength);
      for (let i = 0; i < count && readings.length < messages.length; i++) {
        readings.push(this.#readingAt(found, i * size));
      }
    }
    return readings;
  }

  /** The reading of one message of up to 65,535 bytes. */
  readLarge(message: Uint8Array): KernelReading {
    const bytes = new Uint8Array(this.#object.rawMap("large").valueBytes);
    new DataView(bytes.buffer).setUint32(0, message.length, true);
    bytes.set(message, LARGE_AT);
    this.#object.rawMap("large").writeAll(bytes);
    this.#object.program("read_large").testRun();
    const value = this.#object.rawMap("cases").lookup(new Uint8Array(4)) ?? new Uint8Array(this.#case.size);
    return this.#readingAt(new DataView(value.buffer), 0);
  }

  [Symbol.dispose](): void {
    this.#object.close();
  }

  #at(field: string): number {
    const { offset } = this.#case.fields[field] ?? {};
    if (offset === undefined) throw new RangeError(`struct rf_dns_case has no field "${field}"`);
    return offset;
  }

  /** Field by field: decoding whole cases would take most of a long run's time. */
  #readingAt(view: DataView, at: number): KernelReading {
    const u32 = (field: string) => view.getUint32(at + this.#at(field), true);
    const { ttl, at: place, family } = this.#found.fields;
    const count = u32("count");
    return {
      fault: faults[u32("fault")],
      id: u32("id"),
      flags: u32("flags"),
      type: u32("type"),
      class: u32("class"),
      question: view.getBigUint64(at + this.#at("question"), true),
      count,
      beyond: u32("beyond"),
      otherwise: u32("otherwise") !== 0,
      found: Array.from({ length: Math.min(count, CASE_FOUND) }, (_, index) => {
        const entry = at + this.#at("found") + index * this.#found.size;
        return {
          ttl: view.getUint32(entry + (ttl?.offset ?? 0), true),
          at: view.getUint16(entry + (place?.offset ?? 0), true),
          family: view.getUint8(entry + (family?.offset ?? 0)),
        };
      }),
    };
  }
}
