import { spawnSync } from "node:child_process";
import { closeSync, openSync, writeFileSync } from "node:fs";
import { CLONE_NEWNET, setns, unshare } from "@ringfence/kernel/system";
import { ALLOWED_V4, ALLOWED_V6, LISTENER_PORT } from "../method.js";
import { bind, checked, socket } from "../system/calls.js";
import { libc } from "../system/libc.js";
import { AF_INET, SOCK_DGRAM, SOCK_STREAM } from "../system/numbers.js";
import { familyOf, sockaddr } from "../system/sockaddr.js";
import { Arrivals } from "./arrivals.js";
import { Capture } from "./capture.js";
import { INSIDE_LINK, INSIDE_V4, INSIDE_V6, OUTSIDE_LINK } from "./layout.js";

const READY_PORT = 9;
const READY_POLL_MS = 10;
const READY_TRIES = 1000;

/** Fast open without a cookie from before, ping sockets for everybody. */
const settings = {
  "/proc/sys/net/ipv4/tcp_fastopen": "5",
  "/proc/sys/net/ipv4/ping_group_range": "0 2147483647",
} as const;

/**
 * Two network namespaces joined by a wire. The calling thread, and the children that it starts, are inside until the
 * network is closed; the outside answers for every address, and all that reaches it is captured. The kernel takes both
 * away with the last process and descriptor, however the process ends.
 */
export class ScratchNetwork implements Disposable {
  readonly arrivals: Arrivals;
  readonly #home: number;
  readonly #held: readonly number[];
  readonly #captures: readonly Capture[];

  /** Throws when the kernel or `ip` refuses; then the thread is where it was. */
  constructor() {
    this.#home = ownNetwork();
    try {
      const outside = newNetwork();
      const inside = newNetwork();
      ip(insideCommands(outside));
      for (const [path, value] of Object.entries(settings)) writeFileSync(path, value);
      const loopback = new Capture("lo");
      setns(outside, CLONE_NEWNET);
      ip(outsideCommands);
      this.#captures = [new Capture(OUTSIDE_LINK), loopback];
      const listener = listen();
      setns(inside, CLONE_NEWNET);
      this.#held = [outside, inside, listener];
      this.arrivals = new Arrivals(this.#captures);
      awaitWire(this.arrivals);
    } catch (error) {
      setns(this.#home, CLONE_NEWNET);
      throw error;
    }
  }

  [Symbol.dispose](): void {
    setns(this.#home, CLONE_NEWNET);
    for (const capture of this.#captures) capture.close();
    for (const fd of [...this.#held, this.#home]) closeSync(fd);
  }
}

function ownNetwork(): number {
  return openSync("/proc/thread-self/ns/net", "r");
}

function newNetwork(): number {
  unshare(CLONE_NEWNET);
  return ownNetwork();
}

function insideCommands(outside: number): string[] {
  return [
    "link set lo up",
    `link add ${INSIDE_LINK} type veth peer name ${OUTSIDE_LINK} netns /proc/${process.pid}/fd/${outside}`,
    `addr add ${INSIDE_V4}/24 dev ${INSIDE_LINK}`,
    `addr add ${INSIDE_V6}/64 dev ${INSIDE_LINK} nodad`,
    `link set ${INSIDE_LINK} up`,
    `route add 2001:db8:2::/64 via ${ALLOWED_V6}`,
    `route add 64:ff9b::/96 via ${ALLOWED_V6}`,
  ];
}

const outsideCommands: readonly string[] = [
  "link set lo up",
  `addr add ${ALLOWED_V4}/24 dev ${OUTSIDE_LINK}`,
  `addr add ${ALLOWED_V6}/64 dev ${OUTSIDE_LINK} nodad`,
  `link set ${OUTSIDE_LINK} up`,
  "route add local 198.51.100.128/25 dev lo",
  "route add local 2001:db8:2::/64 dev lo",
  "route add local 64:ff9b::/96 dev lo",
];

/** Runs iproute2 in the network namespace of the calling thread. */
function ip(commands: readonly string[]): void {
  const { error, status, stderr } = spawnSync("ip", ["-batch", "-"], {
    input: `${commands.join("\n")}\n`,
    encoding: "utf8",
  });
  if (error !== undefined) throw error;
  if (status !== 0) throw new Error(`Cannot set up the scratch network: ip said: ${stderr.trim()}`);
}

/** The kernel switches a wire on a moment after both its ends are up; until then it drops what is sent. */
function awaitWire(arrivals: Arrivals): void {
  const idle = new Int32Array(new SharedArrayBuffer(4));
  for (const to of [ALLOWED_V4, ALLOWED_V6]) {
    const trial = { v4: ALLOWED_V4, v6: ALLOWED_V6, port: READY_PORT, mark: `ready:${to}:` };
    arrivals.expect(trial);
    const fd = socket(familyOf(to), SOCK_DGRAM);
    const address = sockaddr(to, trial.port);
    for (let tries = 0; !arrivals.has(trial, "data"); tries++) {
      if (tries > READY_TRIES) throw new Error("Cannot use the scratch network: nothing gets through");
      // an answer to the one before may fail it
      libc.sendto(fd, Buffer.from(trial.mark), trial.mark.length, 0, address, address.length);
      Atomics.wait(idle, 0, 0, READY_POLL_MS);
    }
    closeSync(fd);
  }
}

/** Takes connections that are made before a fence; the kernel completes them without us. */
function listen(): number {
  const fd = socket(AF_INET, SOCK_STREAM);
  bind(fd, sockaddr("0.0.0.0", LISTENER_PORT));
  checked("listen", libc.listen(fd, 64));
  return fd;
}
