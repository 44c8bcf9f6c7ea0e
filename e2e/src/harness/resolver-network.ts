import { type ChildProcess, execFileSync, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { program } from "./paths.js";
import { temporaryFolder } from "./temporary-folder.js";

/** Where the outside answers; the second address is nobody's resolver. */
export const RESOLVER = "198.51.100.1";
export const RESOLVER6 = "2001:db8:53::1";
export const STRANGER = "198.51.100.9";
/** On the wire between the two alone. */
export const LINK_LOCAL = "fe80::53";
export const DNSMASQ = "198.51.100.17";
export const UNBOUND = "198.51.100.18";

/** Two network namespaces joined by a wire: commands run inside, resolvers and servers outside. */
export class ResolverNetwork implements AsyncDisposable {
  readonly #folder = temporaryFolder();
  readonly #inside = `rf-e2e-${process.pid}-in`;
  readonly #outside = `rf-e2e-${process.pid}-out`;
  readonly #servers: ChildProcess[] = [];

  /** Throws when the kernel or `ip` refuses. */
  constructor() {
    const [inside, outside] = [this.#inside, this.#outside];
    for (const name of [inside, outside]) ip(`netns add ${name}`, `-n ${name} link set lo up`);
    ip(
      `-n ${inside} link add rf0 type veth peer name rf1 netns ${outside}`,
      ...[...[RESOLVER, STRANGER, DNSMASQ, UNBOUND].map((v4) => `${v4}/24`), `${RESOLVER6}/64 nodad`].map(
        (address) => `-n ${outside} addr add dev rf1 ${address}`,
      ),
      `-n ${inside} addr add dev rf0 198.51.100.2/24`,
      `-n ${inside} addr add dev rf0 2001:db8:53::2/64 nodad`,
      `-n ${outside} addr add dev rf1 ${LINK_LOCAL}/64 nodad`,
      `-n ${outside} link set rf1 up`,
      `-n ${inside} link set rf0 up`,
      `-n ${inside} route add default via ${RESOLVER}`,
    );
  }

  /** Words before a command that runs inside, where resolv.conf names these resolvers. */
  via(...resolvers: readonly string[]): string[] {
    const path = join(this.#folder, `resolv-${resolvers.join("-")}.conf`);
    return this.#withConfiguration(path, resolvers.map((address) => `nameserver ${address}\n`).join(""));
  }

  /** The same, where the C library completes names with less than five dots by a domain first. */
  viaSearch(domain: string, resolver: string): string[] {
    const text = `nameserver ${resolver}\nsearch ${domain}\noptions ndots:5\n`;
    return this.#withConfiguration(join(this.#folder, `search-${domain}.conf`), text);
  }

  #withConfiguration(path: string, text: string): string[] {
    writeFileSync(path, text);
    const script = 'mount --bind "$0" /etc/resolv.conf && exec "$@"';
    return [...enter(this.#inside), "unshare", "--mount", "sh", "-c", script, path];
  }

  /** Starts a program outside and waits until what it writes matches. */
  async serve(command: readonly string[], ready: RegExp): Promise<void> {
    await this.#start(this.#outside, command, ready);
  }

  /** The same inside, and in no fence: a resolver of this host. */
  async serveInside(command: readonly string[], ready: RegExp): Promise<void> {
    await this.#start(this.#inside, command, ready);
  }

  /** A resolver of our own that does as the first label of a name says; see probe/dns-server.ts. */
  async serveProbe(address: string): Promise<void> {
    await this.serve([process.execPath, program("probe/dns-server.js"), address], /ready/);
  }

  /** dnsmasq, which knows what `dnsmasqData` says. */
  async serveDnsmasq(): Promise<void> {
    const hosts = join(this.#folder, "hosts");
    writeFileSync(hosts, manyAddresses);
    const options =
      "--keep-in-foreground --log-facility=- --user=root --no-resolv --no-hosts --pid-file --bind-interfaces";
    const own = `--listen-address=${DNSMASQ} --addn-hosts=${hosts}`;
    await this.serve(["dnsmasq", ...`${options} ${own} ${dnsmasqData}`.split(" ")], /started/);
  }

  /** unbound, which asks dnsmasq, with the case of every letter drawn by lot. */
  async serveUnbound(): Promise<void> {
    const path = join(this.#folder, "unbound.conf");
    writeFileSync(path, unboundConfiguration);
    await this.serve(["unbound", "-d", "-v", "-c", path], /start of service/);
  }

  /**
   * Loses every fifth segment of an answer over TCP on its way, from now on. False where the kernel has no packet filter.
   */
  loseSegments(): boolean {
    const rule = "add rule inet lossy in tcp sport 53 tcp flags & (syn|fin) == 0 numgen inc mod 5 == 2 drop";
    const chain = "add chain inet lossy in { type filter hook prerouting priority 0 ; }";
    const input = ["add table inet lossy", chain, rule].join("\n");
    const [file = "", ...args] = [...enter(this.#inside), "nft", "-f", "-"];
    return spawnSync(file, args, { input }).status === 0;
  }

  /** Inside, connections that nobody has any more and nobody answers end after two seconds or so. */
  forgetOrphansSoon(): void {
    execFileSync("nsenter", [
      ...enter(this.#inside).slice(1),
      "sysctl",
      "-qw",
      "net.ipv4.tcp_orphan_retries=2",
    ]);
  }

  /** From now on nothing is lost. */
  loseNothing(): void {
    execFileSync("nsenter", [...enter(this.#inside).slice(1), "nft", "delete", "table", "inet", "lossy"]);
  }

  async #start(network: string, command: readonly string[], ready: RegExp): Promise<void> {
    const [file = "", ...args] = [...enter(network), ...command];
    const child = spawn(file, args, { stdio: ["ignore", "pipe", "pipe"] });
    this.#servers.push(child);
    let output = "";
    await new Promise<void>((resolve, reject) => {
      const look = (text: Buffer) => {
        output += text.toString();
        if (ready.test(output)) resolve();
      };
      child.stdout.on("data", look);
      child.stderr.on("data", look);
      child.once("exit", (code) => reject(new Error(`${command.join(" ")} ended with ${code}: ${output}`)));
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const child of this.#servers) {
      if (child.exitCode !== null) continue;
      const ended = once(child, "exit");
      child.kill("SIGKILL");
      await ended;
    }
    for (const name of [this.#inside, this.#outside]) ip(`netns del ${name}`);
  }
}

/** Addresses of big.example.org: an answer with all of them is too long for a datagram without EDNS. */
export const BIG = 45;

const manyAddresses = Array.from(
  { length: BIG },
  (_, index) => `198.51.100.${100 + index} big.example.org\n`,
).join("");

/**
 * Whatever client.example.org is called: an alias of an alias of a name with addresses of both families; and
 * service.example.org, an HTTPS record (RFC 9460) with priority 1, no target of its own and one IPv4 hint.
 */
const dnsmasqData = [
  ...["getent", "python", "lookup", "c-ares", "curl", "musl", "edns", "real"].map(
    (client) => `--cname=${client}.example.org,one.example.org`,
  ),
  "--cname=one.example.org,alias.example.org",
  "--host-record=alias.example.org,198.51.100.77,2001:db8::77",
  "--dns-rr=service.example.org,65,00010000040004c6336450",
].join(" ");

const unboundConfiguration = `server:
  interface: ${UNBOUND}
  access-control: 0.0.0.0/0 allow
  username: ""
  chroot: ""
  pidfile: ""
  use-syslog: no
  num-threads: 1
  module-config: "iterator"
  use-caps-for-id: yes
remote-control:
  control-enable: no
forward-zone:
  name: "."
  forward-addr: ${DNSMASQ}
`;

function enter(network: string): string[] {
  return ["nsenter", `--net=/run/netns/${network}`];
}

function ip(...commands: readonly string[]): void {
  for (const command of commands) execFileSync("ip", command.split(" "));
}
