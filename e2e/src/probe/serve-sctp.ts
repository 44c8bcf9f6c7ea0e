import { writeSync } from "node:fs";
import { errnoName, familyOf, libc, sockaddr } from "@ringfence/probe";
import type { AttemptResult } from "./attempt.js";
import { setTimeouts } from "./receive.js";

// An SCTP server on the address of its first argument: prints its port, and greets and echoes one connection for each
// further argument, whose text is the greeting.

const SOCK_STREAM = 1;
const IPPROTO_SCTP = 132;
/** An emulated machine takes its time until somebody connects. */
const PATIENCE_SECONDS = 120n;

const [address = "127.0.0.1", ...greetings] = process.argv.slice(2);

function checked(call: string, result: number): number {
  if (result < 0) throw new Error(`${call}: ${errnoName()}`);
  return result;
}

function print(name: string, result: string): void {
  writeSync(1, `${JSON.stringify({ name, result, took: 0 } satisfies AttemptResult)}\n`);
}

const listener = checked("socket", libc.socket(familyOf(address), SOCK_STREAM, IPPROTO_SCTP));
setTimeouts(listener, PATIENCE_SECONDS);
const own = sockaddr(address, 0);
checked("bind", libc.bind(listener, own, own.length));
checked("listen", libc.listen(listener, 8));
const name = new Uint8Array(28);
checked("getsockname", libc.getsockname(listener, name, new Uint8Array([name.length, 0, 0, 0])));
print("port", String(new DataView(name.buffer).getUint16(2)));

for (const greeting of greetings) {
  const connection = libc.accept(listener, null, null);
  if (connection < 0) {
    print("accept", errnoName());
    continue;
  }
  setTimeouts(connection);
  const data = new Uint8Array(65_536);
  data.set(Buffer.from(greeting));
  libc.send(connection, data, greeting.length, 0);
  let length = libc.recv(connection, data, data.length, 0);
  while (length > 0) {
    libc.send(connection, data, length, 0);
    length = libc.recv(connection, data, data.length, 0);
  }
  libc.close(connection);
  print("accept", "ok");
}
