import { createSocket, type RemoteInfo, type Socket } from "node:dgram";
import { once } from "node:events";
import { writeSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import type { AttemptResult } from "./attempt.js";

// Serves inside the fence: prints its ports, echoes over TCP, and answers each datagram, which names the port of
// somebody who did not ask and is sent one too. "denied" only gets an answer; "end" ends it.

function print(name: string, result: string): void {
  writeSync(1, `${JSON.stringify({ name, result, took: 0 } satisfies AttemptResult)}\n`);
}

function send(socket: Socket, text: string, port: number, address: string): Promise<string> {
  return new Promise((resolve) => {
    socket.send(text, port, address, (error) =>
      resolve((error as NodeJS.ErrnoException | null)?.code ?? "ok"),
    );
  });
}

async function answer(socket: Socket, name: string, data: Buffer, from: RemoteInfo): Promise<void> {
  if (data.toString() === "end") process.exit(0);
  if (data.toString() === "denied") {
    print(`${name} denied`, await send(socket, "answer", from.port, from.address));
    return;
  }
  print(`${name} answer`, await send(socket, "answer", from.port, from.address));
  print(`${name} stranger`, await send(socket, "unasked", Number(data.toString()), from.address));
  await send(socket, "done", from.port, from.address);
}

const tcp = createServer((connection) => connection.pipe(connection));
tcp.listen(0, "127.0.0.1");
await once(tcp, "listening");
const ports = [(tcp.address() as AddressInfo).port];
for (const [type, host] of [
  ["udp4", "127.0.0.1"],
  ["udp6", "::1"],
] as const) {
  const socket = createSocket(type);
  socket.on("message", (data, from) => void answer(socket, type, data, from));
  socket.bind(0, host);
  await once(socket, "listening");
  ports.push(socket.address().port);
}
print("ports", ports.join());
