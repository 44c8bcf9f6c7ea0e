import { sendDatagram } from "@ringfence/kernel/system";

/** What systemd, or another service manager, told the agent in its environment (sd_notify(3), sd_watchdog_enabled(3)). */
export class ServiceManager implements Disposable {
  readonly #socket: string | undefined;
  readonly #watchdogMs: number;
  readonly #tell: (problem: string) => void;
  #watchdog: NodeJS.Timeout | null = null;

  /** @param tell gets a problem of talking to it, which stops nothing */
  constructor(environment: NodeJS.ProcessEnv, tell: (problem: string) => void) {
    this.#socket = environment["NOTIFY_SOCKET"];
    const isForUs = (environment["WATCHDOG_PID"] ?? String(process.pid)) === String(process.pid);
    this.#watchdogMs = isForUs ? Number(environment["WATCHDOG_USEC"] ?? 0) / 1000 : 0;
    this.#tell = tell;
  }

  /** The agent does its work from now on, and says so as often as it is asked to: a main loop that hangs is noticed. */
  ready(status: string): void {
    this.#send(`READY=1\nSTATUS=${status}`);
    if (this.#watchdogMs > 0)
      this.#watchdog = setInterval(() => this.#send("WATCHDOG=1"), this.#watchdogMs / 2).unref();
  }

  /** One line for `systemctl status`. */
  status(text: string): void {
    this.#send(`STATUS=${text}`);
  }

  stopping(): void {
    this.#send("STOPPING=1");
  }

  [Symbol.dispose](): void {
    if (this.#watchdog !== null) clearInterval(this.#watchdog);
  }

  #send(text: string): void {
    if (this.#socket === undefined) return;
    try {
      sendDatagram(this.#socket, text);
    } catch (error) {
      this.#tell(error instanceof Error ? error.message : String(error));
    }
  }
}
