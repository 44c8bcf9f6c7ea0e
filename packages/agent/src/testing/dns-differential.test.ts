import assert from "node:assert/strict";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";
import {
  type DnsFault,
  type DnsMessage,
  MESSAGE_ADDRESSES,
  nameHash,
  parseMessage,
} from "@ringfence/policy/dns";
import { mutateMessage, Random, randomMessage, realDnsMessages, seedOf } from "@ringfence/policy/testing";
import { CASE_BYTES, CASE_FOUND, DnsReader, type KernelReading } from "./dns-reader.js";

const OBJECT = fileURLToPath(new URL("../../../../bpf/build/dns-test.bpf.o", import.meta.url));
const SECRET = 0x1234_5678_9abc_def1n;
const BATCH = 8192;
const seed = seedOf(process.env);
const messages = Number(process.env["RINGFENCE_TEST_MESSAGES"] ?? 100_000);

const reader = new DnsReader(OBJECT, SECRET, BATCH);
after(() => reader[Symbol.dispose]());

/** What the reference says, in the form of the kernel's reading. */
function expected(message: DnsMessage | DnsFault): Partial<KernelReading> {
  if (typeof message === "string") return { fault: message, count: 0, beyond: 0, otherwise: false };
  const { header, question, addresses, beyond } = message;
  return {
    fault: undefined,
    id: header.id,
    type: question.type,
    class: question.class,
    question: nameHash(question.name, SECRET),
    count: addresses.length,
    beyond,
    otherwise: false,
    found: addresses.slice(0, CASE_FOUND).map(({ at, family, ttl }) => ({ ttl, at, family })),
  };
}

function assertSame(bytes: Uint8Array, actual: KernelReading): DnsMessage | DnsFault {
  const message = parseMessage(bytes);
  const wanted = expected(message);
  const seen = Object.fromEntries(Object.entries(actual).filter(([field]) => field in wanted));
  assert.deepEqual(seen, wanted, `the kernel reads ${Buffer.from(bytes).toString("hex")} otherwise`);
  return message;
}

function realMessage(random: Random): Uint8Array {
  return realDnsMessages[random.below(realDnsMessages.length)]?.bytes ?? new Uint8Array();
}

/** A message with as many addresses of one name as wanted. */
function fullMessage(question: readonly number[], records: number): Uint8Array {
  const record = [0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 9, 0, 4, 192, 0, 2, 1];
  const counts = [0, 1, records >> 8, records & 0xff, 0, 0, 0, 0];
  const bytes = [0, 7, 0x81, 0x80, ...counts, ...question, 0, 1, 0, 1];
  return Uint8Array.from([...bytes, ...Array.from({ length: records }, () => record).flat()]);
}

/** Two records: pointers, each to the one before and the first to the question's name; and an address of the last. */
function chainOfPointers(hops: number): Uint8Array {
  const question = [1, 0x61, 0, 0, 1, 0, 1];
  const first = 12 + question.length + 11;
  const pointers = Array.from({ length: hops }, (_, index) => [
    0xc0,
    index === 0 ? 12 : first + 2 * (index - 1),
  ]);
  const header = [0, 7, 0x81, 0x80, 0, 1, 0, 2, 0, 0, 0, 0];
  const other = [0, 0, 10, 0, 1, 0, 0, 0, 9, 0, 2 * hops, ...pointers.flat()];
  const address = [0xc0, first + 2 * (hops - 1), 0, 1, 0, 1, 0, 0, 0, 9, 0, 4, 192, 0, 2, 1];
  return Uint8Array.from([...header, ...question, ...other, ...address]);
}

test("the kernel follows as many pointers as the reference", () => {
  const messages = Array.from({ length: 20 }, (_, index) => chainOfPointers(index + 1));
  const outcomes = reader.read(messages).map((reading, index) => {
    const message = assertSame(messages[index] ?? new Uint8Array(), reading);
    return typeof message === "string" ? message : message.addresses.length;
  });
  assert.deepEqual([...new Set(outcomes)], [1, "name"]);
});

test("the kernel reads the largest messages, and gives up on those that take too many steps, as the reference does", () => {
  const deep = [...Array.from({ length: 127 }, () => [1, 0x61]).flat(), 0];
  const steps = fullMessage(deep, 300);
  // each owner points one label further: nothing is read before
  for (let index = 0; index < 300; index++) steps[12 + deep.length + 4 + 16 * index + 1] = 14;
  const cases = { full: fullMessage([1, 0x61, 0], 4094), one: fullMessage([0], 1), steps };
  for (const [name, bytes] of Object.entries(cases)) {
    const message = assertSame(bytes, reader.readLarge(bytes));
    assert.equal(typeof message, name === "steps" ? "string" : "object", name);
  }
});

test("the kernel reads mutated DNS messages as the reference does", (t) => {
  const random = new Random(seed);
  const outcomes = new Map<string, number>();
  for (let done = 0; done < messages; done += BATCH) {
    const batch = Array.from({ length: BATCH }, () => {
      const message = random.oneIn(2) ? randomMessage(random) : realMessage(random);
      return (random.oneIn(3) ? message : mutateMessage(random, message)).subarray(0, CASE_BYTES);
    });
    for (const [index, reading] of reader.read(batch).entries()) {
      const message = assertSame(batch[index] ?? new Uint8Array(), reading);
      const outcome =
        typeof message === "string" ? message : message.addresses.length > 0 ? "learned" : "well-formed";
      outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
    }
  }
  t.diagnostic(`seed ${seed}: ${[...outcomes].map(([name, count]) => `${count} ${name}`).join(", ")}`);
  for (const outcome of ["learned", "short", "opcode", "questions", "name", "record", "data", "trailing"]) {
    assert.ok((outcomes.get(outcome) ?? 0) > messages / 10_000, `too few messages are ${outcome}`);
  }
  assert.ok(MESSAGE_ADDRESSES > CASE_FOUND);
});
