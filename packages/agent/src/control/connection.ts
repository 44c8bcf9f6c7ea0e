import type { Socket } from "node:net";
import { RingfenceError } from "@ringfence/model";
import type { ControlMethods, ControlStream } from "./control-method.js";
import { LineSplitter } from "./line-splitter.js";
import type { Peer } from "./peer.js";
import { toWire } from "./wire-error.js";

const MEGABYTE = 2 ** 20;
/** A request of a reader is short; one of root may carry a policy of the largest size, as JSON. */
const longestLine = { read: MEGABYTE, change: 80 * MEGABYTE } as const;
/** Requests of one connection that may wait for their answer at the same time. */
const mostWaiting = 32;
/** A peer that has so much unread gets no more events until it has read on. */
const mostUnread = MEGABYTE;
/** A peer that asks and never reads is cut off. */
const mostAnswers = 128 * MEGABYTE;

const hangUpAfterMs = 2000;

/** One peer that asks. */
export class Connection {
  readonly #socket: Socket;
  readonly #peer: Peer;
  readonly #methods: ControlMethods;
  readonly #gone = new AbortController();
  #waiting = 0;

  constructor(socket: Socket, peer: Peer, methods: ControlMethods) {
    this.#socket = socket;
    this.#peer = peer;
    this.#methods = methods;
    const lines = new LineSplitter(longestLine[peer.access]);
    socket.on("error", () => socket.destroy());
    socket.on("close", () => this.#gone.abort());
    // A peer that says no more may still wait for its answers; a subscriber counts as gone.
    socket.on("end", () => {
      this.#gone.abort();
      if (this.#waiting === 0) socket.end();
    });
    socket.on("data", (bytes) => {
      const complete = lines.push(bytes);
      for (const line of complete ?? []) void this.#answer(line);
      if (complete === null)
        this.#refuse("The request is too long", `Send at most ${longestLine[peer.access] / MEGABYTE} MiB`);
    });
  }

  close(): void {
    this.#socket.destroy();
  }

  #refuse(message: string, hint: string): void {
    this.#socket.removeAllListeners("data");
    hangUp(this.#socket, new RingfenceError("RF_REQUEST", message, { hint }));
  }

  async #answer(line: string): Promise<void> {
    const request = parseRequest(line);
    const id = request?.id ?? null;
    this.#waiting++;
    try {
      if (request === null) throw malformed;
      if (this.#waiting > mostWaiting)
        throw new RingfenceError("RF_REQUEST", `More than ${mostWaiting} requests wait for their answers`, {
          hint: "Wait for some of them",
        });
      this.#send({ id, result: (await this.#call(request)) ?? null });
    } catch (error) {
      this.#send({ id, error: toWire(error) });
    } finally {
      if (--this.#waiting === 0 && this.#socket.readableEnded) this.#socket.end();
    }
  }

  #call({ id, method, params }: Request): Promise<unknown> {
    const found = Object.hasOwn(this.#methods, method) ? this.#methods[method] : undefined;
    if (found === undefined)
      throw new RingfenceError("RF_REQUEST", `The agent knows no method "${method}"`, {
        hint: "Use a ringfence command of the agent's version",
      });
    if (found.access === "change" && this.#peer.access !== "change")
      throw new RingfenceError("RF_ACCESS", `Only root may ask the agent for "${method}"`, {
        hint: "Ask as root",
      });
    return found.handle(params, this.#peer, this.#stream(id));
  }

  #stream(id: unknown): ControlStream {
    let lost = 0;
    const tell = () => {
      if (lost > 0) this.#send({ id, lost });
      lost = 0;
    };
    return {
      signal: this.#gone.signal,
      send: (event) => {
        if (this.#socket.writableLength > mostUnread) {
          if (lost++ === 0) this.#socket.once("drain", tell);
        } else {
          tell();
          this.#send({ id, event });
        }
      },
    };
  }

  #send(message: object): void {
    if (this.#socket.destroyed || this.#socket.writableEnded) return;
    if (this.#socket.writableLength > mostAnswers) this.#socket.destroy();
    else this.#socket.write(`${JSON.stringify(message)}\n`);
  }
}

/** Says why, and closes. Whatever the peer still sends is read first: else it would see a reset, and not the reason. */
export function hangUp(socket: Socket, reason: RingfenceError): void {
  socket.resume();
  socket.setTimeout(hangUpAfterMs, () => socket.destroy());
  socket.end(`${JSON.stringify({ id: null, error: toWire(reason) })}\n`);
}

interface Request {
  readonly id: string | number;
  readonly method: string;
  readonly params: Readonly<Record<string, unknown>>;
}

const malformed = new RingfenceError("RF_REQUEST", "The line is no request", {
  hint: 'Send {"id":1,"method":"status","params":{}}',
});

/** Null when the line is none. */
function parseRequest(line: string): Request | null {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return null;
  }
  const { id, method, params = {} } = (value ?? {}) as Partial<Request>;
  const isOne =
    (typeof id === "number" || typeof id === "string") &&
    typeof method === "string" &&
    typeof params === "object" &&
    params !== null &&
    !Array.isArray(params);
  return isOne ? { id, method, params } : null;
}
