import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";

/** Takes one connection, and reads nothing of it until it is told to: then all, until the end or five seconds of silence. */
const PROGRAM = `
import socket, sys, time
server = socket.socket()
server.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
server.bind(("127.0.0.1", 0))
server.listen()
print(server.getsockname()[1], flush=True)
connection = server.accept()[0]
time.sleep(0.5)
print("accepted", flush=True)
sys.stdin.readline()
connection.settimeout(5)
count, end = 0, "the end"
try:
    while data := connection.recv(65536):
        count += len(data)
except OSError as e:
    end = str(e)
print(f"{count} bytes and {end}", flush=True)
`;

/** A server in the network namespace of a process, that leaves what it is sent with the sender. */
export class SlowServer implements AsyncDisposable {
  readonly #child;
  readonly #lines: AsyncIterator<string>;
  port = 0;

  private constructor(pid: number) {
    this.#child = spawn("nsenter", ["--target", String(pid), "--net", "python3", "-c", PROGRAM], {
      stdio: ["pipe", "pipe", "inherit"],
    });
    this.#lines = createInterface(this.#child.stdout)[Symbol.asyncIterator]();
  }

  static async start(pid: number): Promise<SlowServer> {
    const server = new SlowServer(pid);
    server.port = Number(await server.#line());
    return server;
  }

  /** Resolves half a second after a connection came, when the buffers are full. */
  async accepted(): Promise<void> {
    await this.#line();
  }

  /** Reads now, and says what came. */
  async rest(): Promise<string> {
    this.#child.stdin.write("\n");
    return await this.#line();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#child.exitCode !== null) return;
    const ended = once(this.#child, "exit");
    this.#child.kill("SIGKILL");
    await ended;
  }

  async #line(): Promise<string> {
    return String((await this.#lines.next()).value);
  }
}
