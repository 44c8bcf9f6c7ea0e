import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";
import { type AddressInfo, type Socket as Connection, createServer, type Server } from "node:net";

/** What a server saw. */
export interface Seen {
  readonly port: number;
  connections: number;
  bytes: number;
}

/** Servers on loopback, TCP and UDP, v4 and v6, that send back whatever they get. */
export class EchoServers implements AsyncDisposable {
  readonly tcp4: Seen;
  readonly tcp6: Seen;
  readonly udp4: Seen;
  readonly udp6: Seen;
  readonly #close: readonly (() => void)[];

  private constructor(parts: readonly [Part, Part, Part, Part]) {
    [this.tcp4, this.tcp6, this.udp4, this.udp6] = [
      parts[0].seen,
      parts[1].seen,
      parts[2].seen,
      parts[3].seen,
    ];
    this.#close = parts.map((part) => part.close);
  }

  static async start(): Promise<EchoServers> {
    return new EchoServers([
      await tcp("127.0.0.1"),
      await tcp("::1"),
      await udp("127.0.0.1"),
      await udp("::1"),
    ]);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const close of this.#close) close();
  }
}

interface Part {
  readonly seen: Seen;
  readonly close: () => void;
}

async function tcp(host: string): Promise<Part> {
  const open = new Set<Connection>();
  const server: Server = createServer((socket) => {
    seen.connections += 1;
    open.add(socket);
    socket.on("close", () => open.delete(socket));
    socket.on("error", () => socket.destroy());
    socket.on("data", (data) => {
      seen.bytes += data.length;
      socket.write(data);
    });
  });
  server.listen(0, host);
  await once(server, "listening");
  const seen: Seen = { port: (server.address() as AddressInfo).port, connections: 0, bytes: 0 };
  // a fence may swallow the other side's last word, and an open connection keeps this process
  const close = () => {
    server.close();
    for (const socket of open) socket.destroy();
  };
  return { seen, close };
}

async function udp(host: string): Promise<Part> {
  const socket: Socket = createSocket(host.includes(":") ? "udp6" : "udp4");
  socket.on("message", (data, from) => {
    seen.connections += 1;
    seen.bytes += data.length;
    socket.send(data, from.port, from.address);
  });
  socket.bind(0, host);
  await once(socket, "listening");
  const seen: Seen = { port: socket.address().port, connections: 0, bytes: 0 };
  return { seen, close: () => socket.close() };
}
