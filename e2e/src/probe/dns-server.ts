import { createSocket } from "node:dgram";
import { createServer, type Socket } from "node:net";

// A resolver that does as the first label of a name says: dns-server ADDRESS [PORT]
// Whatever it answers has the address 192.0.2.1, or as many from there on as a number in the label says. "seen" has the
// address 192.0.2.N after N messages that were no question of that kind, "marked" after N for "mark", "own-5" the sixth alone,
// "turning" another one each time.

const HEADER = 12;
/** What is below a label of this name does not exist. */
const ABSENT = "\x06absent";
const [address = "127.0.0.1"] = process.argv.slice(2);

/** Where the question ends. */
function questionEnd(query: Buffer): number {
  let at = HEADER;
  while ((query[at] ?? 0) !== 0) at += (query[at] ?? 0) + 1;
  return at + 5;
}

function addressRecord(type: number, index: number): Buffer {
  const data = type === 28 ? address6(index) : Buffer.from([192, 0, 2 + (index >> 8), (index + 1) & 0xff]);
  const head = Buffer.from([0xc0, HEADER, 0, type, 0, 1, 0, 0, 0, 9, 0, data.length]);
  return Buffer.concat([head, data]);
}

function address6(index: number): Buffer {
  const bytes = Buffer.from([0x20, 1, 0xd, 0xb8, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
  bytes.writeUInt16BE(index + 1, 14);
  return bytes;
}

function answer(query: Buffer, count: number): Buffer {
  const question = query.subarray(0, questionEnd(query));
  const type = question.readUInt16BE(question.length - 4);
  const isAddress = type === 1 || type === 28;
  const records = Array.from({ length: isAddress ? count : 0 }, (_, index) => addressRecord(type, index));
  const message = Buffer.concat([question, ...records]);
  message.writeUInt16BE(0x8180, 2);
  message.writeUInt16BE(records.length, 6);
  message.writeUInt16BE(0, 8);
  message.writeUInt16BE(0, 10);
  return message;
}

/** Messages that came in, those that ask for a number aside; and those of them whose word was "mark". */
let seen = 0;
let marked = 0;

function answerWithNumber(query: Buffer, number: number): Buffer {
  const message = answer(query, 1);
  message[message.length - 1] = number & 0xff;
  return message;
}

/** Addresses that were given to a name that has another one each time. */
let turned = 0;

function answerOfOne(query: Buffer, index: number): Buffer {
  const message = answer(query, 1);
  const record = addressRecord(1, index);
  record.copy(message, message.length - record.length);
  return message;
}

function note(word: string): void {
  seen++;
  if (word === "mark") marked++;
}

/** What a query's first label asks for. */
function wishOf(query: Buffer): { readonly word: string; readonly count: number } {
  const label = query.toString("latin1", HEADER + 1, HEADER + 1 + (query[HEADER] ?? 0)).toLowerCase();
  const [word = "", count = "1"] = label.split("-");
  return { word, count: Number(count) };
}

/** The answers that a query gets over UDP, in their order. */
function answers(query: Buffer): Buffer[] {
  const { word, count } = wishOf(query);
  if (word === "own") return [answerOfOne(query, count)];
  if (word === "turning") return [answerOfOne(query, turned++)];
  const right = answer(query, count);
  const wrong = Buffer.from(right);
  if (word === "seen") return [answerWithNumber(query, seen)];
  if (word === "marked") return [answerWithNumber(query, marked)];
  note(word);
  if (query.includes(ABSENT)) {
    const empty = answer(query, 0);
    empty.writeUInt16BE(0x8183, 2);
    return [empty];
  }
  switch (word) {
    case "silent":
      return [];
    case "otherid":
      wrong.writeUInt16BE(right.readUInt16BE(0) ^ 1, 0);
      return [wrong];
    case "othername":
      wrong[HEADER + 1] = "x".charCodeAt(0);
      return [wrong];
    case "cut":
      return [right.subarray(0, right.length - 1)];
    case "loop":
      wrong[right.length - 15] = right.length - 16;
      return [wrong];
    case "big": {
      const empty = answer(query, 0);
      empty.writeUInt16BE(0x8380, 2);
      return [empty];
    }
    default:
      return [right];
  }
}

/** Where an answer over TCP is cut into segments of their own: its length in two, then its rest. */
function segmentsOf(message: Buffer, isSlow: boolean): Buffer[] {
  const cuts = isSlow ? [0, 1, 5, message.length >> 1, message.length] : [0, message.length];
  return cuts.slice(1).map((end, index) => message.subarray(cuts[index], end));
}

const udp = createSocket(address.includes(":") ? "udp6" : "udp4");
udp.on("message", (query, from) => {
  for (const message of answers(query)) udp.send(message, from.port, from.address);
});
/** Answers the queries of a connection in their order: "slow" ones in parts, "held" ones with the next. */
async function serveConnection(socket: Socket): Promise<void> {
  socket.setNoDelay(true);
  let received = Buffer.alloc(0);
  let held = Buffer.alloc(0);
  for await (const data of socket) {
    received = Buffer.concat([received, data as Buffer]);
    while (received.length >= 2 && received.length >= 2 + received.readUInt16BE(0)) {
      const query = received.subarray(2, 2 + received.readUInt16BE(0));
      received = received.subarray(2 + query.length);
      const { word, count } = wishOf(query);
      const message = answer(query, count);
      note(word);
      const prefix = Buffer.alloc(2);
      prefix.writeUInt16BE(message.length);
      held = Buffer.concat([held, prefix, message]);
      if (word === "held") continue;
      for (const segment of segmentsOf(held, word === "slow")) {
        socket.write(segment);
        if (word === "slow") await new Promise((resolve) => setTimeout(resolve, 20));
      }
      held = Buffer.alloc(0);
    }
  }
}

const tcp = createServer((socket) => void serveConnection(socket).catch(() => undefined));
tcp.listen(53, address, () => udp.bind(53, address, () => process.stdout.write("ready\n")));
