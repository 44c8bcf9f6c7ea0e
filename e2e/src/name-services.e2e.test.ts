import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { fence } from "./harness/fence.js";
import { DNSMASQ, ResolverNetwork } from "./harness/resolver-network.js";
import { temporaryFolder } from "./harness/temporary-folder.js";
import { timeout } from "./harness/timeout.js";

/** Of a whole suite: its tests share a network, and take 20 s each where the machine is emulated. */
const network = new ResolverNetwork();
after(() => network[Symbol.asyncDispose]());

const sockets = [
  "/run/systemd/resolve/io.systemd.Resolve",
  "/run/systemd/resolve/io.systemd.Resolve.Monitor",
  "/var/run/nscd/socket",
  "/run/avahi-daemon/socket",
];

/** Puts daemons at these sockets, in a /run of its own, which note who connects and say nothing; then runs a command. */
const daemons = `
import ctypes, os, selectors, signal, socket, subprocess, sys
log, paths, command = sys.argv[1], sys.argv[2].split(","), sys.argv[3:]
open(log, "w").close()
subprocess.check_call(["mount", "-t", "tmpfs", "tmpfs", "/run"])
wait = selectors.DefaultSelector()
for path in paths:
    os.makedirs(os.path.dirname(path), exist_ok=True)
    s = socket.socket(socket.AF_UNIX)
    s.bind(path)
    s.listen()
    wait.register(s, selectors.EVENT_READ, path)
if os.fork():
    os.execvp(command[0], command)
ctypes.CDLL(None).prctl(1, signal.SIGKILL)
while True:
    for key, _ in wait.select():
        peer = key.fileobj.accept()[0]
        pid = int.from_bytes(peer.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12)[:4], sys.byteorder)
        try:
            name = open("/proc/%d/comm" % pid).read().strip()
        except OSError:
            name = "gone"
        open(log, "a").write(key.data + " " + name + "\\n")
        peer.close()
`;

const connect = `
import errno, os, socket, sys
for path in sys.argv[1].split(","):
    e = socket.socket(socket.AF_UNIX).connect_ex(path)
    print(errno.errorcode.get(e, "ok"), flush=True)
os.execvp("getent", ["getent", "ahostsv4", "real.example.org"])
`;

async function askBesideDaemons(options: readonly string[]) {
  const log = join(temporaryFolder(), "connected");
  const run = await fence(["python3", "-c", connect, sockets.join(",")], {
    options,
    via: [
      ...network.via(DNSMASQ),
      ...["unshare", "--mount", "python3", "-c", daemons, log, sockets.join(",")],
    ],
  });
  const row = run.report.names.queries.find(({ type }) => type === "A");
  const answers = run.stdout.split("\n").slice(0, sockets.length);
  const connections = readFileSync(log, "utf8").split("\n").slice(0, -1);
  // whatever starts the fence may look up users by nscd
  const connected = connections.flatMap((line) => {
    const [path = "", comm] = line.split(" ");
    return comm === "getent" || comm === "python3" ? [path] : [];
  });
  return { answers, row, connected };
}

describe("ringfence run and daemons that look names up", () => {
  before(() => network.serveDnsmasq());

  test("takes their sockets, so that the C library asks in packets", { timeout }, async () => {
    const { answers, row, connected } = await askBesideDaemons([]);
    assert.deepEqual(
      answers,
      sockets.map(() => "ECONNREFUSED"),
    );
    assert.deepEqual(connected, []);
    assert.deepEqual([row?.name, row?.trust, row?.learned], ["real.example.org", "trusted", 1]);
  });

  test("leaves them to a privileged command", { timeout }, async () => {
    const { answers, connected } = await askBesideDaemons(["--privileged"]);
    assert.deepEqual(
      answers,
      sockets.map(() => "ok"),
    );
    assert.deepEqual([...new Set(connected)].sort(), [...sockets].sort());
    assert.ok(connected.filter((path) => path.includes("nscd")).length > 1, "getent asks nscd first");
  });
});
