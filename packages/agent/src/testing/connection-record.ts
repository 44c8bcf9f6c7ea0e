import { layout, StructCodec } from "@ringfence/kernel";
import { parseAddress, toBytes16 } from "@ringfence/model";

const codec = new StructCodec(layout.rf_connection_event, "rf_connection_event");

/** Fields of a made-up end that are not as usual: a TCP connection to 10.0.0.1:443 that both ends had. */
export type ConnectionChange = Partial<layout.rf_connection_event>;

/** The record of a connection's end as the kernel puts it into the ring buffer. */
export function connectionRecord(change: ConnectionChange = {}): DataView {
  const address = parseAddress("10.0.0.1");
  if (address === null) throw new RangeError("Cannot read the address");
  const bytes = codec.toBytes({
    kind: layout.rf_event_kind.RF_EVENT_CONNECTION,
    flow: 70_000,
    time_ns: 9_000_000n,
    opened_ns: 1_000_000n,
    established_ns: 2_000_000n,
    cookie: 1n,
    exec_ns: 5n,
    domain: 0n,
    cgroup: 9n,
    sent_bytes: 100n,
    received_bytes: 1000n,
    exe: { hash: [1n, 0n] },
    address: toBytes16(address),
    local_address: toBytes16(address),
    comm: Buffer.from("tool".padEnd(16, "\0")),
    tgid: 1,
    uid: 0,
    gid: 0,
    exe_flags: layout.rf_exe_flag.RF_EXE_TRUSTED,
    net_ns: 1,
    rtt_us: 50,
    retransmits: 1,
    error: 0,
    generation: 1,
    port: 443,
    local_port: 40_000,
    protocol: 6,
    direction: layout.rf_direction.RF_EGRESS,
    ended_by: layout.rf_ended_by.RF_ENDED_BY_US,
    unused: new Uint8Array(5),
    ...change,
  });
  return new DataView(bytes.buffer);
}
