import { layout, StructCodec } from "@ringfence/kernel";
import { parseAddress, toBytes16 } from "@ringfence/model";

const codec = new StructCodec(layout.rf_verdict_event, "rf_verdict_event");
const { RF_ALLOW } = layout.rf_action;

/** What a made-up verdict may differ in. */
export interface RecordChange {
  readonly exe?: bigint;
  readonly cgroup?: bigint;
  readonly tgid?: number;
  readonly timeNs?: bigint;
  readonly address?: string;
  readonly port?: number;
  readonly uid?: number;
  readonly bit?: number;
  readonly action?: number;
}

/** The record of a verdict as the kernel puts it into the ring buffer. */
export function verdictRecord(change: RecordChange = {}): Uint8Array {
  const { exe = 1n, cgroup = 9n, tgid = 1, timeNs = 1_000_000n, port = 443, uid = 0, bit = 1 } = change;
  const { action = RF_ALLOW } = change;
  const address = parseAddress(change.address ?? "10.0.0.1");
  if (address === null) throw new RangeError(`Cannot read address "${change.address}"`);
  const comm = Buffer.from("tool".padEnd(16, "\0"));
  return codec.toBytes({
    kind: layout.rf_event_kind.RF_EVENT_VERDICT,
    flow: 0,
    time_ns: timeNs,
    key: {
      exec_ns: 5n,
      domain: 0n,
      address: toBytes16(address),
      tgid,
      uid,
      bit,
      shadow_bit: bit,
      port,
      protocol: 6,
      reason: layout.rf_reason.RF_REASON_POLICY,
      action,
      shadow_action: action,
      hook: layout.rf_hook.RF_HOOK_CONNECT,
      direction: layout.rf_direction.RF_EGRESS,
      generation: 1,
      unused: 0,
    },
    actor: {
      exe: { hash: [exe, 0n] },
      cgroup,
      exe_flags: layout.rf_exe_flag.RF_EXE_TRUSTED,
      parent_tgid: 77,
      gid: 0,
      net_ns: 1,
      comm,
      parent_comm: comm,
    },
    tid: tgid,
    unused: 0,
  });
}

/** Records one behind the other, as they lie in the ring. */
export function verdictRecords(changes: readonly RecordChange[]): DataView {
  const { size } = layout.rf_verdict_event;
  const bytes = new Uint8Array(changes.length * size);
  for (const [index, change] of changes.entries()) bytes.set(verdictRecord(change), index * size);
  return new DataView(bytes.buffer);
}
