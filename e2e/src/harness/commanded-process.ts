import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";

const PROGRAM = `
import os, socket, sys
held = {}
def attempt(what):
    try:
        return what()
    except OSError as e:
        return e.strerror or str(e)
def tcp(name, port):
    held[name] = socket.create_connection(("127.0.0.1", int(port)), 10)
    return "ok"
def udp(name, port):
    held[name] = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    held[name].connect(("127.0.0.1", int(port)))
    return "ok"
def echo(name):
    held[name].settimeout(3)
    held[name].send(b"x")
    return "ok" if held[name].recv(1) else "closed"
def listen(name):
    held[name] = socket.create_server(("127.0.0.1", 0))
    return str(held[name].getsockname()[1])
def accept(name, other):
    held[other] = held[name].accept()[0]
    return "ok"
def route(name):
    s = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    s.setsockopt(socket.IPPROTO_IP, 4, bytes([131, 7, 4, 127, 0, 0, 9, 0]))
    return "ok"
def tun(name):
    os.close(os.open("/dev/net/tun", os.O_RDWR))
    return "ok"
def family(number, kind):
    socket.socket(int(number), int(kind)).close()
    return "ok"
for line in sys.stdin:
    word, *words = line.split()
    print(attempt(lambda: globals()[word](*words)), flush=True)
`;

/** A process that does what it is told, one thing at a time, with sockets that it keeps by name. */
export class CommandedProcess implements AsyncDisposable {
  readonly #child;
  readonly #lines: AsyncIterator<string>;

  /** @param via the command that starts it where it belongs */
  constructor(via: readonly string[]) {
    const [file = "", ...words] = [...via, "python3", "-c", PROGRAM];
    this.#child = spawn(file, words, { stdio: ["pipe", "pipe", "inherit"] });
    this.#lines = createInterface(this.#child.stdout)[Symbol.asyncIterator]();
  }

  /** What came of it: "ok", a port, or the reason against it. */
  async do(...words: readonly (string | number)[]): Promise<string> {
    this.#child.stdin.write(`${words.join(" ")}\n`);
    return String((await this.#lines.next()).value);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const ended = once(this.#child, "exit");
    this.#child.kill("SIGKILL");
    await ended;
  }
}
