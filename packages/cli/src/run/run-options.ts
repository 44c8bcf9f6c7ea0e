import type { PolicyOptions } from "@ringfence/agent/policy";
import { RingfenceError } from "@ringfence/model";
import type { OptionSpec, ParsedOptions } from "../option-table.js";
import { droppedCapabilities } from "./dropped-powers.js";

/** The options that make up a policy. */
export const policyOptionSpecs: readonly OptionSpec[] = [
  {
    name: "allow",
    value: "DEST",
    repeatable: true,
    help: "let the command reach DEST: 10.0.0.0/8, 127.0.0.1:8080, [::1]:443, udp/10.0.0.1:53, example.com:443, '*.example.com', localhost, private, any:443, :8000-9000",
  },
  { name: "deny", value: "DEST", repeatable: true, help: "refuse DEST; a deny wins over every allow" },
  {
    name: "default",
    value: "ACTION",
    choices: ["allow", "deny"],
    help: "what happens to everything else (deny once an --allow is given, else allow)",
  },
  {
    name: "allow-from",
    value: "SOURCE",
    repeatable: true,
    help: "let SOURCE, written like DEST with ports of this machine, connect to the command; everybody else is then refused",
  },
  {
    name: "listen",
    value: "PORTS",
    repeatable: true,
    help: "let the command bind and listen on PORTS: 8080, 9000-9010/tcp, none; every other port is then refused",
  },
  {
    name: "policy",
    value: "FILE",
    repeatable: true,
    help: "SecurityProfiles in YAML; their subject is this process tree, narrowed by what `subject` says",
  },
  {
    name: "mode",
    value: "MODE",
    choices: ["enforce", "audit"],
    help: "audit refuses nothing and reports what enforce would; overrides the modes in policy files",
  },
];

export const runOptionSpecs: readonly OptionSpec[] = [
  ...policyOptionSpecs,
  {
    name: "watch",
    help: "follow changes of the policy files while the command runs, for new and old connections; needs --user, and files that only root can change",
  },
  { name: "report", value: "FORMAT", choices: ["text", "json", "none"], help: "report at the end (text)" },
  { name: "report-file", value: "FILE", help: "write the report there instead of to stderr" },
  { name: "log", value: "FILE", help: "append one JSON line per verdict, as it happens" },
  {
    name: "label",
    value: "KEY=VALUE",
    repeatable: true,
    help: "add a label to every line of the log",
  },
  { name: "user", value: "NAME", help: "run the command as this user, with its groups" },
  {
    name: "fail-on-deny",
    help: "exit with 3 when something was denied and the command itself succeeded",
  },
  { name: "wait", help: "wait for the last descendant, not only for the command" },
  {
    name: "privileged",
    help: "keep what a root command could undo its fence with; the report says so",
  },
  {
    name: "hook-cgroup",
    value: "PATH",
    help: "cgroup v2 path where the call hooks are attached (/); a process that leaves it leaves the fence",
  },
  {
    name: "packet-hooks",
    value: "WHERE",
    choices: ["run", "all"],
    help: "packets of sockets made in the run's own cgroup are checked (run), or of every one below --hook-cgroup (all); elsewhere only TCP sockets can be made",
  },
  {
    name: "packet-sockets",
    value: "WHAT",
    choices: ["stop", "report"],
    help: "with --privileged and no security module hooks: drop what AF_PACKET sockets send at every interface here (stop), or only say that they are open (report)",
  },
  { name: "help", help: "show this text" },
];

export const runTrailer = `Taken from the command unless --privileged is given:
  ${droppedCapabilities.slice(0, 5).join(", ")},
  ${droppedCapabilities.slice(5).join(", ")};
  bpf(), request_key(), open_by_handle_at(), typing into the terminal (TIOCSTI), sockets other than
  UNIX, IP, netlink, packet and crypto; writes below /proc/sys and to other places that change the
  kernel; tracing processes outside and, since Linux 6.12, signals to them (before that: every
  mount); the control sockets of docker, containerd, cri-o, podman, systemd, D-Bus, snapd and
  libvirt, and those of systemd-resolved, nscd and avahi, that exist at the start.

Exit status: the command's own; 3 denied with --fail-on-deny; 125 ringfence failed: the
command did not run, or succeeded and its report cannot be written; 126 the command cannot be executed; 127 it was not found.`;

export interface RunOptions extends PolicyOptions {
  readonly watch: boolean;
  readonly report: "text" | "json" | "none";
  readonly reportFile: string | null;
  readonly log: string | null;
  readonly labels: Readonly<Record<string, string>>;
  readonly user: string | null;
  readonly failOnDeny: boolean;
  readonly wait: boolean;
  readonly privileged: boolean;
  readonly hookCgroup: string;
  readonly packetHooks: "run" | "all";
  readonly packetSockets: "stop" | "report";
}

/** The options by meaning; choices were checked when they were parsed. */
export function toRunOptions({ values }: ParsedOptions): RunOptions {
  const one = (name: string) => values.get(name)?.[0] ?? null;
  return {
    ...toPolicyOptions(values),
    watch: values.has("watch"),
    report: (one("report") ?? "text") as RunOptions["report"],
    reportFile: one("report-file"),
    log: one("log"),
    labels: Object.fromEntries((values.get("label") ?? []).map(toLabel)),
    user: one("user"),
    failOnDeny: values.has("fail-on-deny"),
    wait: values.has("wait"),
    privileged: values.has("privileged"),
    hookCgroup: one("hook-cgroup") ?? "/",
    packetSockets: (one("packet-sockets") ?? "stop") as RunOptions["packetSockets"],
    packetHooks: (one("packet-hooks") ?? "run") as RunOptions["packetHooks"],
  };
}

export function toPolicyOptions(values: ParsedOptions["values"]): PolicyOptions {
  const one = (name: string) => values.get(name)?.[0] ?? null;
  return {
    allow: values.get("allow") ?? [],
    deny: values.get("deny") ?? [],
    default: one("default") as PolicyOptions["default"],
    allowFrom: values.get("allow-from") ?? [],
    listen: values.get("listen") ?? [],
    policyFiles: values.get("policy") ?? [],
    mode: one("mode") as PolicyOptions["mode"],
  };
}

function toLabel(text: string): readonly [string, string] {
  const at = text.indexOf("=");
  if (at > 0) return [text.slice(0, at), text.slice(at + 1)];
  throw new RingfenceError("RF_USAGE", `Option "--label" cannot be "${text}"`, { hint: "write KEY=VALUE" });
}
