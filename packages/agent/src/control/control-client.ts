import { connect, type Socket } from "node:net";
import { RingfenceError } from "@ringfence/model";
import { fromWire, type WireError } from "./wire-error.js";

interface Waiting {
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: Error) => void;
  readonly onEvent: (event: unknown) => void;
  readonly onLost: (count: number) => void;
}

interface Answer {
  readonly id: number | null;
  readonly result?: unknown;
  readonly error?: WireError;
  readonly event?: unknown;
  readonly lost?: number;
}

/** What a subscription calls; `lost` says how many events were dropped because this side read too slowly. */
export interface Subscriber {
  readonly event: (event: unknown) => void;
  readonly lost: (count: number) => void;
}

/** Asks the agent. */
export class ControlClient implements Disposable {
  readonly #socket: Socket;
  readonly #waiting = new Map<number, Waiting>();
  #lastId = 0;
  #rest: Buffer[] = [];
  #error: Error = lost;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.on("data", (bytes) => this.#read(bytes));
    socket.on("error", () => undefined); // "close" follows
    socket.on("close", () => {
      for (const { reject } of this.#waiting.values()) reject(this.#error);
      this.#waiting.clear();
    });
  }

  /** Throws RF_AGENT_ABSENT and RF_ACCESS. */
  static async connect(path: string): Promise<ControlClient> {
    return new ControlClient(await open(path));
  }

  /** Throws what the agent throws, RF_AGENT_LOST when it goes away, and RF_ACCESS. */
  request(method: string, params: object = {}): Promise<unknown> {
    return this.subscribe(method, params, { event: () => undefined, lost: () => undefined });
  }

  /** The same for a method that streams: returns when the stream has ended. */
  subscribe(method: string, params: object, subscriber: Subscriber): Promise<unknown> {
    const id = ++this.#lastId;
    return new Promise((resolve, reject) => {
      if (this.#socket.destroyed) return reject(this.#error);
      this.#waiting.set(id, { resolve, reject, onEvent: subscriber.event, onLost: subscriber.lost });
      this.#socket.write(`${JSON.stringify({ id, method, params })}\n`);
    });
  }

  /** Ends the connection; what still waits is rejected. */
  close(): void {
    this.#socket.destroy();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  #read(bytes: Buffer): void {
    let start = 0;
    for (let end = bytes.indexOf(0x0a); end >= 0; end = bytes.indexOf(0x0a, start)) {
      const line = Buffer.concat([...this.#rest, bytes.subarray(start, end)]).toString("utf8");
      this.#rest = [];
      start = end + 1;
      this.#take(JSON.parse(line) as Answer);
    }
    if (start < bytes.length) this.#rest.push(bytes.subarray(start));
  }

  #take({ id, result, error, event, lost: count }: Answer): void {
    // An answer to no request is why the agent hangs up.
    if (id === null && error !== undefined) this.#error = fromWire(error);
    const waiting = this.#waiting.get(id ?? 0);
    if (waiting === undefined || id === null) return;
    if (event !== undefined) waiting.onEvent(event);
    else if (count !== undefined) waiting.onLost(count);
    else {
      this.#waiting.delete(id);
      if (error === undefined) waiting.resolve(result);
      else waiting.reject(fromWire(error));
    }
  }
}

const lost = new RingfenceError("RF_AGENT_LOST", "The agent went away before it had answered", {
  hint: "Look into its log, and ask again",
});

function open(path: string): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect(path);
    const refuse = (error: NodeJS.ErrnoException) => reject(connectError(path, error));
    socket.once("error", refuse);
    socket.once("connect", () => {
      socket.off("error", refuse);
      resolve(socket);
    });
  });
}

function connectError(path: string, cause: NodeJS.ErrnoException): RingfenceError {
  if (cause.code === "EACCES" || cause.code === "EPERM")
    return new RingfenceError("RF_ACCESS", `You may not talk to the agent on "${path}"`, {
      hint: "Ask as root, or join the group that socket.readers names",
      cause,
    });
  const reason = cause.code === "ENOENT" ? "there is no such socket" : cause.message;
  return new RingfenceError("RF_AGENT_ABSENT", `No agent answers on "${path}": ${reason}`, {
    hint: "Start it with systemctl start ringfence-agent, or name its configuration with --config",
    cause,
  });
}
