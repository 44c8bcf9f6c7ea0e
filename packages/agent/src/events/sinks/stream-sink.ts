import type { Writable } from "node:stream";
import type { Deliver } from "../subscription.js";
import { eventLine } from "./event-line.js";

/** Writes events to a stream, such as stdout, and waits for it: what piles up meanwhile is the hub's to drop. */
export function streamSink(stream: Writable): Deliver {
  return (events) =>
    new Promise((resolve, reject) => {
      stream.write(events.map(eventLine).join(""), (error) => (error ? reject(error) : resolve()));
    });
}
