/** A change to one source of the BPF object: `from` must be there. An empty `from` stands for the end of the file. */
export interface SourceEdit {
  readonly file: string;
  readonly from: string;
  readonly to: string;
}

/** How many the tables of the objects below hold. */
export const FEW_PEERS = 64;

const fewPeers: SourceEdit = {
  file: "include/abi.h",
  from: "RF_PEERS 16384",
  to: `RF_PEERS ${FEW_PEERS}`,
};

/** The time in which a peer may be answered, in seconds. */
function replyWindow(seconds: number): SourceEdit {
  return { file: "include/peers.h", from: "120000000000ULL", to: `${seconds}000000000ULL` };
}

/** Room for eight of something to do with names: all of it is looked at for what gives way. */
function roomForEight(name: string, room: number): SourceEdit {
  return { file: "include/abi_dns.h", from: `${name} ${room}`, to: `${name} 8` };
}

function program(source: string): SourceEdit {
  return { file: "process.bpf.c", from: "", to: source };
}

/** The BPF objects that tests load instead of the one that is shipped, by what is other in them. */
export const alteredObjects = {
  fewPeers: [fewPeers],
  fewPeersForFourSeconds: [fewPeers, replyWindow(4)],
  peersForTwoSeconds: [replyWindow(2)],
  fewEventsAndExecutables: [
    { file: "include/maps.h", from: "max_entries, 2 * 1024 * 1024", to: "max_entries, 4096" },
    {
      file: "include/maps.h",
      from: "16384);\n\t__type(key, struct rf_exe_key)",
      to: "4);\n\t__type(key, struct rf_exe_key)",
    },
  ],
  /** Room for eight addresses that have a name, and for forty queries that wait. */
  fewAddressesAndQueries: [
    roomForEight("RF_NAMED_ADDRESSES", 65536),
    { file: "include/dns_tables.h", from: "DNS_QUERY_SETS 1024", to: "DNS_QUERY_SETS 5" },
  ],
  fewNames: [roomForEight("RF_DOMAINS", 16384)],
  /** Names hold for a second, whatever the time to live of their addresses and the floor. */
  briefNames: [
    {
      file: "include/dns_answer.h",
      from: "lives = found->ttl * NS_PER_SECOND;",
      to: "lives = NS_PER_SECOND;",
    },
    { file: "include/dns_answer.h", from: "(lives < l->floor_ns ? l->floor_ns : lives)", to: "lives" },
  ],
  /** Other code, and the same tables. */
  otherPrograms: [
    {
      file: "include/flow_rows.h",
      from: "#define RF_WAKE_BYTES (512 * 1024)",
      to: "#define RF_WAKE_BYTES (500 * 1024)",
    },
  ],
  /** Another size of a table: nothing of the shipped object fits. */
  otherTables: [{ file: "include/abi.h", from: "#define RF_PEERS 16384", to: "#define RF_PEERS 8192" }],
  programThatIsRefused: [
    program(`SEC("cgroup/connect4")
int reads_anywhere(struct bpf_sock_addr *ctx)
{
	return *(volatile int *)((long)ctx->user_port << 3);
}`),
  ],
  typeThatIsMissing: [
    program(`struct no_such_type {
	int member;
} __attribute__((preserve_access_index));

SEC("tp_btf/sched_process_exit")
int BPF_PROG(reads_missing, struct no_such_type *thing)
{
	return BPF_CORE_READ(thing, member);
}`),
  ],
  hookThatIsMissing: [
    program(`SEC("tp_btf/no_such_event")
int BPF_PROG(waits_for_ever)
{
	return 0;
}`),
  ],
} as const satisfies Readonly<Record<string, readonly SourceEdit[]>>;

export type AlteredObject = keyof typeof alteredObjects;
