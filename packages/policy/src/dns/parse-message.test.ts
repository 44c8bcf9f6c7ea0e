import assert from "node:assert/strict";
import { test } from "node:test";
import { type DnsMessage, nameText, nameWire, parseMessage, recordTypes } from "./index.js";

const { A, AAAA, CNAME, OPT, HTTPS } = recordTypes;
const u16 = (value: number) => [value >> 8, value & 0xff];
const name = (text: string) => [...nameWire(text), 0];
const pointer = (at: number) => u16(0xc000 | at);

/** The question of these tests begins at 12: example.com, 13 bytes, type and class. */
const QUESTION = [...name("example.com"), ...u16(A), ...u16(1)];
const RECORDS_AT = 12 + QUESTION.length;

function record(owner: readonly number[], type: number, data: readonly number[], ttl = 300): number[] {
  return [...owner, ...u16(type), ...u16(1), 0, 0, ...u16(ttl), ...u16(data.length), ...data];
}

interface Parts {
  readonly flags?: number;
  readonly question?: readonly number[];
  readonly answers?: readonly (readonly number[])[];
  readonly additional?: readonly (readonly number[])[];
  readonly behind?: readonly number[];
}

function message(parts: Parts): Uint8Array {
  const { flags = 0x8180, question = QUESTION, answers = [], additional = [], behind = [] } = parts;
  const counts = [1, answers.length, 0, additional.length].flatMap(u16);
  return Uint8Array.from([
    ...u16(7),
    ...u16(flags),
    ...counts,
    ...question,
    ...answers.flat(),
    ...additional.flat(),
    ...behind,
  ]);
}

/** The addresses that count, as "offset family ttl"; or the fault. */
function outcome(parts: Parts): string | string[] {
  const read = parseMessage(message(parts));
  return typeof read === "string"
    ? read
    : read.addresses.map(({ at, family, ttl }) => `${at} v${family} ${ttl}`);
}

const V4 = [192, 0, 2, 1];
const V6 = [0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1];
const options = [0, ...u16(OPT), ...u16(1232), 0, 0, 0, 0, ...u16(0)];

test("parseMessage reads header and question, with the name in lower case", () => {
  const read = parseMessage(
    message({ flags: 0x8383, question: [...name("example.com"), ...u16(AAAA), ...u16(1)] }),
  );
  const { header, question, addresses } = read as DnsMessage;
  assert.deepEqual(header, { id: 7, isResponse: true, truncated: true, rcode: 3 });
  assert.equal(nameText(question.name), "example.com");
  assert.deepEqual([question.type, question.class, addresses], [AAAA, 1, []]);
});

test("parseMessage takes every address of the name that was asked, compressed and in any case, and past EDNS0", () => {
  const upper = [7, ...Buffer.from("EXAMPLE"), 3, ...Buffer.from("com"), 0];
  const answers = [record(pointer(12), A, V4), record(upper, A, V4, 5), record(pointer(12), AAAA, V6)];
  assert.deepEqual(outcome({ answers, additional: [options] }), [
    `${RECORDS_AT + 12} v4 300`,
    `${RECORDS_AT + 16 + 23} v4 5`,
    `${RECORDS_AT + 16 + 27 + 12} v6 300`,
  ]);
});

test("parseMessage follows aliases with the least time to live, and takes no address of another name", () => {
  const alias = record(pointer(12), CNAME, name("cdn.net"), 20);
  const cdn = pointer(RECORDS_AT + 12);
  const after = RECORDS_AT + alias.length + 12;
  assert.deepEqual(outcome({ answers: [alias, record(cdn, A, V4), record(pointer(12), A, V4)] }), [
    `${after} v4 20`,
  ]);
  assert.deepEqual(outcome({ answers: [record(name("other.com"), A, V4)] }), []);
  assert.deepEqual(outcome({ additional: [record(pointer(12), A, V4)] }), [], "only answers count");
});

test("parseMessage takes the hints of a service record, but not in alias mode", () => {
  const service = (priority: number) =>
    record(pointer(12), HTTPS, [
      ...u16(priority),
      0,
      ...u16(4),
      ...u16(8),
      ...V4,
      ...V4,
      ...u16(6),
      ...u16(16),
      ...V6,
    ]);
  const at = RECORDS_AT + 12 + 3;
  assert.deepEqual(outcome({ answers: [service(1)] }), [
    `${at + 4} v4 300`,
    `${at + 8} v4 300`,
    `${at + 16} v6 300`,
  ]);
  assert.deepEqual(outcome({ answers: [service(0)] }), []);
});

test("parseMessage learns nothing from an error, from a query, or of another class", () => {
  const answers = [record(pointer(12), A, V4)];
  assert.deepEqual(outcome({ flags: 0x8182, answers }), []);
  assert.deepEqual(outcome({ flags: 0x0100, answers }), []);
  assert.deepEqual(outcome({ question: [...name("example.com"), ...u16(A), ...u16(3)], answers }), []);
});

test("parseMessage takes a time to live with its highest bit set for 0", () => {
  const answer = record(pointer(12), A, V4);
  answer[6] = 0x80;
  assert.deepEqual(outcome({ answers: [answer] }), [`${RECORDS_AT + 12} v4 0`]);
});

const long = ["x".repeat(63), "x".repeat(63), "x".repeat(63)].join(".");
/** Sixteen pointers, each to the one before, behind a name; the last is followed by a record's rest. */
const chain = (hops: number) =>
  Array.from({ length: hops }, (_, index) =>
    pointer(index === 0 ? 12 : RECORDS_AT + 10 + 1 + 2 * (index - 1)),
  );

const malformed: Readonly<Record<string, readonly [string, Parts]>> = {
  "ends in its question": ["name", { question: name("example.com").slice(0, 5) }],
  "ends before the question's class": ["short", { question: [...name("example.com"), ...u16(A)] }],
  "has another opcode": ["opcode", { flags: 0x8180 | (5 << 11) }],
  "has a name that points at itself": ["name", { answers: [record(pointer(RECORDS_AT), A, V4)] }],
  "has a name that points forward": ["name", { answers: [record(pointer(RECORDS_AT + 4), A, V4)] }],
  "has a name that points into the header": ["name", { answers: [record(pointer(2), A, V4)] }],
  "has a name that comes back to its pointer": [
    "name",
    { answers: [record([1, 97, ...pointer(RECORDS_AT)], A, V4)] },
  ],
  "has a label of an unknown kind": ["name", { answers: [record([0x41, 97, 0], A, V4)] }],
  "has a name of 256 bytes": ["name", { answers: [record(name(`${long}.${"y".repeat(62)}`), A, V4)] }],
  "has a record that ends beyond it": [
    "record",
    { answers: [[...pointer(12), ...u16(A), ...u16(1), 0, 0, 0, 9, ...u16(4), 1]] },
  ],
  "has a record without its fixed part": ["record", { answers: [[...pointer(12), ...u16(A)]] }],
  "has an IPv4 address of 5 bytes": ["data", { answers: [record(pointer(12), A, [...V4, 0])] }],
  "has an IPv6 address of 4 bytes": ["data", { answers: [record(pointer(12), AAAA, V4)] }],
  "has an alias with bytes behind its name": [
    "data",
    { answers: [record(pointer(12), CNAME, [...name("a"), 0])] },
  ],
  "has two OPT records": ["data", { additional: [options, options] }],
  "has an OPT record with a name": ["data", { additional: [[...name("a"), ...options.slice(1)]] }],
  "has an OPT record in its answers": ["data", { answers: [options] }],
  "has a service record without a target": ["data", { answers: [record(pointer(12), HTTPS, u16(1))] }],
  "has a service record with a compressed target": [
    "data",
    { answers: [record(pointer(12), HTTPS, [...u16(1), ...pointer(12)])] },
  ],
  "has a hint of part of an address": [
    "data",
    { answers: [record(pointer(12), HTTPS, [...u16(1), 0, ...u16(4), ...u16(3), 1, 2, 3])] },
  ],
  "has an empty hint": [
    "data",
    { answers: [record(pointer(12), HTTPS, [...u16(1), 0, ...u16(4), ...u16(0)])] },
  ],
  "has service parameters that descend": [
    "data",
    { answers: [record(pointer(12), HTTPS, [...u16(1), 0, ...u16(3), ...u16(0), ...u16(3), ...u16(0)])] },
  ],
  "has bytes behind its records": ["trailing", { answers: [record(pointer(12), A, V4)], behind: [0] }],
  "has a name of 17 pointers": [
    "name",
    { answers: [record([0], 10, chain(16).flat()), record(pointer(RECORDS_AT + 10 + 1 + 30), A, V4)] },
  ],
};

for (const [what, [fault, parts]] of Object.entries(malformed)) {
  test(`parseMessage refuses a message that ${what}`, () => assert.equal(outcome(parts), fault));
}

test("parseMessage refuses several questions, and a message that is cut anywhere", () => {
  const twice = message({ question: [...QUESTION, ...QUESTION] });
  twice[5] = 2;
  assert.equal(parseMessage(twice), "questions");
  const whole = message({ answers: [record(pointer(12), A, V4)], additional: [options] });
  for (let length = 0; length < whole.length; length++) {
    assert.equal(typeof parseMessage(whole.subarray(0, length)), "string", `${length} bytes`);
  }
});

test("parseMessage takes names at their limits: 255 bytes and sixteen pointers", () => {
  const longest = message({ question: [...name(`${long}.${"y".repeat(61)}`), ...u16(A), ...u16(1)] });
  assert.equal(typeof parseMessage(longest), "object");
  const hops = [record([0], 10, chain(15).flat()), record(pointer(RECORDS_AT + 10 + 1 + 28), A, V4)];
  assert.equal(outcome({ answers: hops }).length, 1);
});

test("parseMessage reads a full message of 4,095 addresses, and refuses one whose names take millions of steps", () => {
  const answers = Array.from({ length: 4094 }, () => record(pointer(12), A, V4));
  assert.equal(outcome({ answers }).length, 4094);
  const deep = name(Array.from({ length: 127 }, () => "a").join("."));
  const first = record(deep, 10, []);
  const others = Array.from({ length: 200 }, () => record(pointer(RECORDS_AT), 10, []));
  assert.equal(outcome({ answers: [first, ...others] }), "name");
});
