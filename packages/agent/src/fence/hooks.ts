/** Programs that decide by the calling process: attached where everything that must be fenced is below. */
export const callHooks = [
  "judge_connect4",
  "judge_connect6",
  "judge_sendmsg4",
  "judge_sendmsg6",
  "judge_sock_create",
  "note_sock_release",
  "judge_setsockopt",
  "judge_device",
  "judge_bind4",
  "judge_bind6",
] as const;

/** Programs that see packets: attached at the run's own cgroup. */
export const packetHooks = ["judge_packet_out", "judge_packet_in"] as const;

/** Programs that read DNS from packets and let them all through: attached where the packet hooks are. */
export const nameHooks = ["dns_out", "dns_in"] as const;

/** Tracepoints that keep the process records. */
export const processHooks = ["process_fork", "process_exec", "process_exit"] as const;

/** Tracepoints that tell of cgroups, for an agent. */
export const workloadHooks = ["cgroup_made", "cgroup_removed"] as const;

/** Iterators over sockets, which ask a new policy about those that rest; only a replaceable policy needs them. */
export const rejudgements = ["rejudge_tcp", "rejudge_udp"] as const;

/** An iterator that ends connections with data that the policy denied, before the fence goes. */
export const heldEnd = "end_held_tcp";

/** A tracepoint where sockets begin to listen. */
export const socketHooks = ["label_listener"] as const;

/** Iterators that find sockets in the fence that were connected outside, and end those that are denied. */
export const borrowedSearch = "find_borrowed";
export const borrowedEnds = ["close_borrowed_tcp", "close_borrowed_udp"] as const;

/** Iterators that give the sockets which were there before an agent to whoever holds them: in this order. */
export const adoptions = ["adopt_listeners", "adopt_sockets"] as const;

/** Iterators over the processes that already run. */
export const scans = ["process_scan", "lineage_scan"] as const;

/** Tracepoints that tell an agent of connections that end, of listeners, packets that nobody takes, and neighbours. */
export const watchHooks = ["watch_connections", "watch_strays", "watch_neighbours"] as const;
