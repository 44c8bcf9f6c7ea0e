import { DatagramSender } from "@ringfence/kernel/system";
import type { AgentEvent } from "@ringfence/model";
import type { Deliver } from "../subscription.js";

/** Where syslog listens. */
export const SYSLOG_SOCKET = "/dev/log";
/** Facility "daemon" of RFC 5424, section 6.2.1. */
const DAEMON = 3;
const severities = { info: 6, warning: 4 } as const;
/** RFC 5424 asks receivers to take 2048 bytes; a longer event is sent without its details. */
const LONGEST = 2048;

/** An event as a message of RFC 5424: the event in words, and as JSON where that fits. */
export function syslogMessage(event: AgentEvent, pid: number): string {
  const priority = DAEMON * 8 + severities[event.level];
  const host = /^[\x21-\x7e]{1,255}$/.test(event.host) ? event.host : "-";
  const head = `<${priority}>1 ${event.time} ${host} ringfence ${pid} ${event.type} - `;
  const whole = `${head}${JSON.stringify(event)}`;
  if (Buffer.byteLength(whole) <= LONGEST) return whole;
  const { type, sequence, level, msg } = event;
  return `${head}${JSON.stringify({ type, sequence, level, msg: msg.slice(0, 1000), cut: true })}`;
}

/** Bytes that may wait in syslog's queue, as systemd's own programs ask for; its count of messages is the other limit. */
const ROOM = 8 << 20;

/**
 * Sends by one socket. Counts what nobody took: syslog loses messages rather than time. One that is started again gets what
 * follows.
 */
export class SyslogSink {
  readonly #sender: DatagramSender;
  #lost = 0;

  /** Needs CAP_NET_ADMIN. Throws SystemError. */
  constructor(socket: string = SYSLOG_SOCKET) {
    this.#sender = new DatagramSender(socket);
    this.#sender.setRoom(ROOM);
  }

  get lost(): number {
    return this.#lost;
  }

  readonly deliver: Deliver = (events) => {
    for (const event of events) {
      try {
        this.#sender.send(syslogMessage(event, process.pid), true);
      } catch {
        this.#lost += 1;
      }
    }
  };

  close(): void {
    this.#sender.close();
  }
}
