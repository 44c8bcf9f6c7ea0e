import { chmodSync, chownSync, lstatSync, rmSync } from "node:fs";
import { createServer, type Server, type Socket } from "node:net";
import { dirname } from "node:path";
import { RingfenceError } from "@ringfence/model";
import { makeFolder } from "../host/make-folder.js";
import { refuseAnswered } from "./answering-pid.js";
import { Connection, hangUp } from "./connection.js";
import type { ControlMethods } from "./control-method.js";
import { type Peer, peerOf } from "./peer.js";

/** Connections at a time; readers cannot take the last ones, so that root always gets in. */
const mostConnections = 64;
const mostOfReaders = 48;

export interface ControlServerOptions {
  readonly path: string;
  /** Number of the group whose members may read; null when only root may. */
  readonly readers: number | null;
  readonly methods: ControlMethods;
}

/** Answers on a UNIX socket: one JSON object on each line, both ways. */
export class ControlServer {
  readonly #options: ControlServerOptions;
  readonly #server: Server;
  readonly #connections = new Map<Connection, Peer["access"]>();

  private constructor(options: ControlServerOptions) {
    this.#options = options;
    this.#server = createServer({ allowHalfOpen: true }, (socket) => this.#accept(socket));
  }

  /** Throws RF_AGENT_RUNS when somebody answers there already, RF_STATE when the socket cannot be made. */
  static async start(options: ControlServerOptions): Promise<ControlServer> {
    const { path, readers } = options;
    const server = new ControlServer(options);
    await removeStale(path);
    try {
      makeFolder(dirname(path), 0o755);
      await server.#listen();
      chownSync(path, 0, readers ?? 0);
      chmodSync(path, readers === null ? 0o600 : 0o660);
    } catch (cause) {
      server.#server.close();
      throw new RingfenceError("RF_STATE", `Cannot make the socket "${path}": ${(cause as Error).message}`, {
        hint: "Check its folder, or name another one in socket.path",
        cause,
      });
    }
    return server;
  }

  /** Stops answering, and takes the socket away; who waits for an answer is cut off. */
  async stop(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    for (const connection of this.#connections.keys()) connection.close();
    await closed;
  }

  async #listen(): Promise<void> {
    // Nobody but root may connect before the file has its mode. Node binds within the call.
    const mask = process.umask(0o177);
    try {
      await new Promise<void>((resolve, reject) => {
        this.#server.once("error", reject);
        this.#server.listen(this.#options.path, resolve);
        process.umask(mask);
      });
    } finally {
      process.umask(mask);
    }
  }

  #accept(socket: Socket): void {
    // One that was on its way when the server stopped.
    if (!this.#server.listening) {
      socket.destroy();
      return;
    }
    const peer = this.#admit(socket);
    if (peer instanceof RingfenceError) {
      socket.on("error", () => socket.destroy());
      hangUp(socket, peer);
      return;
    }
    const connection = new Connection(socket, peer, this.#options.methods);
    this.#connections.set(connection, peer.access);
    socket.once("close", () => this.#connections.delete(connection));
  }

  #admit(socket: Socket): Peer | RingfenceError {
    try {
      const peer = peerOf(socket, this.#options.readers);
      if (peer === null) return strangers;
      const readers = [...this.#connections.values()].filter((access) => access === "read").length;
      const isFull =
        this.#connections.size >= mostConnections || (peer.access === "read" && readers >= mostOfReaders);
      return isFull ? tooMany : peer;
    } catch (cause) {
      return new RingfenceError("RF_ACCESS", "The agent cannot tell who asks", { hint: "Ask again", cause });
    }
  }
}

const strangers = new RingfenceError("RF_ACCESS", "Only root and the group of readers may ask the agent", {
  hint: "Ask as root, or join the group that socket.readers names",
});
const tooMany = new RingfenceError("RF_REQUEST", "Too many connections to the agent are open", {
  hint: "End some of the commands that talk to it",
});

/** Removes a socket on which nobody answers any more. */
async function removeStale(path: string): Promise<void> {
  if (lstatSync(path, { throwIfNoEntry: false })?.isSocket() !== true) return;
  await refuseAnswered(path);
  rmSync(path, { force: true });
}
