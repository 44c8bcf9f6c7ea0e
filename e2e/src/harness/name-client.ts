/**
 * A program in Python that does as its arguments say, each a step of words joined by commas, and prints a line for each:
 * "look,NAME" by the C library; "ask,NAME,TYPE,RESOLVER" over UDP; "tcp,NAME,RESOLVER"; "batch,RESOLVER,NAME..." in one
 * send (UDP_SEGMENT); "raw,RESOLVER,HEX"; "aside,NAME,RESOLVER" from a socket that is connected elsewhere;
 * "from53,NAME,RESOLVER"; "zero,NAME,RESOLVER" without a copy (MSG_ZEROCOPY); "lite,NAME,RESOLVER" over
 * UDP-Lite; "moved,NAME,RESOLVER,CGROUP" over TCP from another cgroup; "many,NAME,RESOLVER,DENIED" hides one query behind as many
 * as fit into a packet; "again,NAME,RESOLVER" over TCP on a socket that is connected a second time; "hold,NAME,RESOLVER" over TCP
 * without waiting, "late,..." as urgent bytes, "paced,NAME,LATER,RESOLVER" with LATER behind a pace; "given,NAME,RESOLVER" through standard input; "urgent,NAME,APEX,RESOLVER" sends the apex
 * as urgent bytes, so that the other side reads NAME; "to,ADDRESS,PORT" connects over UDP; "send,ADDRESS,PORT" sends there
 * from one socket; "open,ADDRESS,PORT" keeps a TCP connection and "talk" uses it; "wait,SECONDS"; "hear" waits for a line.
 */
export const nameClient = `
import builtins, ctypes, errno, os, socket, struct, sys, threading, time
open_connection = None
held = []
sender = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
def message(name, kind=1):
    labels = b"".join(bytes([len(l)]) + l.encode() for l in name.split(".")) + b"\\0"
    return b"\\x12\\x34\\1\\0\\0\\1\\0\\0\\0\\0\\0\\0" + labels + struct.pack(">HH", kind, 1)
def result(answer):
    count = struct.unpack(">H", answer[6:8])[0]
    return ".".join(str(b) for b in answer[-4:]) if count else "empty"
def datagram(s, data, resolver):
    s.settimeout(2)
    s.sendto(data, (resolver, 53))
    return result(s.recvfrom(65535)[0])
def take(s, n):
    data = b""
    while len(data) < n:
        part = s.recv(n - len(data))
        if not part:
            raise EOFError
        data += part
    return data
def stream(s, parts, flags=0, wait=1):
    s.settimeout(wait)
    for part in parts:
        s.send(part, flags if len(part) == 1 else 0)
        time.sleep(0.05)
    return result(take(s, struct.unpack(">H", take(s, 2))[0]))
def framed(data):
    return struct.pack(">H", len(data)) + data
def look(name):
    return socket.getaddrinfo(name, 9, socket.AF_INET, socket.SOCK_DGRAM)[0][4][0]
def ask(name, kind, resolver):
    return datagram(socket.socket(socket.AF_INET, socket.SOCK_DGRAM), message(name, int(kind)), resolver)
def tcp(name, resolver):
    data = framed(message(name))
    return stream(socket.create_connection((resolver, 53), 2), [data[:7], data[7:]])
def batch(resolver, *names):
    s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    data = [message(name) for name in names]
    s.setsockopt(17, 103, len(data[0]))
    return datagram(s, b"".join(data), resolver)
def raw(resolver, data):
    return datagram(socket.socket(socket.AF_INET, socket.SOCK_DGRAM), bytes.fromhex(data), resolver)
def aside(name, resolver):
    s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    s.connect(("198.51.100.9", 9))
    s.sendto(message(name), (resolver, 53))
    return "sent"
def zero(name, resolver):
    s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    s.setsockopt(socket.SOL_SOCKET, 60, 1)
    s.settimeout(2)
    s.sendmsg([message(name)], [], 0x4000000, (resolver, 53))
    return "sent"
def from53(name, resolver):
    s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    s.bind(("", 53))
    return datagram(s, message(name), resolver)
def urgent(name, below, resolver):
    data = framed(message(name + "." + below))
    at = 2 + 12 + len(name) + 1
    out = [bytes([byte]) for byte in data[at:at + len(below) + 1]]
    rest = data[at + len(out):] + data[:len(out)]
    return stream(socket.create_connection((resolver, 53), 2), [data[:at], *out, rest], socket.MSG_OOB)
def lite(name, resolver):
    return datagram(socket.socket(socket.AF_INET, socket.SOCK_DGRAM, 136), message(name), resolver)
def moved(name, resolver, cgroup):
    if os.fork() == 0:
        try:
            builtins.open(cgroup + "/cgroup.procs", "w").write("0")
            tcp(name, resolver)
        except OSError as error:
            os._exit(error.errno or errno.ETIMEDOUT)
        os._exit(0)
    status = os.waitstatus_to_exitcode(os.wait()[1])
    return errno.errorcode.get(status, "answered")
def many(name, resolver, denied):
    s = socket.create_connection((resolver, 53), 30)
    good = framed(message(name))
    threading.Thread(target=lambda: [None for _ in iter(lambda: s.recv(1 << 20), b"")], daemon=True).start()
    for _ in range(12):
        s.send(good * 400)
        time.sleep(0.05)
    s.setsockopt(socket.IPPROTO_TCP, 3, 1)
    s.send(good * 1366 + framed(message(denied)) + good * 60)
    s.setsockopt(socket.IPPROTO_TCP, 3, 0)
    time.sleep(0.5)
    return "sent"
def again(name, resolver):
    s = socket.create_connection((resolver, 53), 2)
    stream(s, [framed(message(name))])
    libc = ctypes.CDLL(None)
    if libc.connect(s.fileno(), struct.pack("H14x", 0), 16):
        return "failed"
    s.connect((resolver, 53))
    return stream(s, [framed(message(name))])
def hold(name, resolver):
    s = socket.create_connection((resolver, 53), 30)
    held.append(s)
    s.send(framed(message(name)))
    return "sent"
def paced(name, later, resolver):
    s = socket.create_connection((resolver, 53), 30)
    held.append(s)
    stream(s, [framed(message(name))], wait=30)
    s.send(framed(message(name)) * 12)
    s.setsockopt(socket.SOL_SOCKET, 47, 100)
    s.send(framed(message(later)))
    return "sent"
def late(name, resolver):
    s = socket.create_connection((resolver, 53), 30)
    held.append(s)
    s.send(framed(message(name)) + b"x", socket.MSG_OOB)
    return "sent"
def given(name, resolver):
    return datagram(socket.socket(fileno=os.dup(0)), message(name), resolver)
def to(address, port):
    socket.socket(socket.AF_INET, socket.SOCK_DGRAM).connect((address, int(port)))
    return "ok"
def send(address, port):
    sender.sendto(b"x", (address, int(port)))
    return "ok"
def open(address, port):
    global open_connection
    open_connection = socket.create_connection((address, int(port)), 2)
    return "ok"
def talk():
    open_connection.send(message("x")[:4])
    open_connection.settimeout(2)
    return "ok" if open_connection.recv(4) else "closed"
def wait(seconds):
    time.sleep(float(seconds))
    return seconds
def hear():
    return sys.stdin.readline().strip()
for step in sys.argv[1:]:
    word, *words = step.split(",")
    try:
        print(step, globals()[word](*words), flush=True)
    except socket.gaierror as error:
        print(step, "unknown", flush=True)
    except EOFError:
        print(step, "closed", flush=True)
    except OSError as error:
        print(step, errno.errorcode.get(error.errno, "timeout"), flush=True)
`;

/** The command that does these steps. */
export function nameSteps(...steps: readonly string[]): string[] {
  return ["python3", "-c", nameClient, ...steps];
}

/** What each step came to, by its words. */
export function outcomesOf(output: string): Readonly<Record<string, string>> {
  const lines = output.split("\n").filter((line) => line !== "");
  return Object.fromEntries(
    lines.map((line) => [line.slice(0, line.indexOf(" ")), line.slice(line.indexOf(" ") + 1)]),
  );
}
