import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { layout } from "@ringfence/kernel";
import { type ConnectionChange, connectionRecord } from "../testing/connection-record.js";
import { ConnectionFold, type ConnectionSums } from "./connection-fold.js";
import { RowTotals } from "./row-totals.js";

const { RF_INGRESS } = layout.rf_direction;
const UDP = 17;

function folded(changes: readonly ConnectionChange[], capacity = 64): ConnectionSums[] {
  const told: ConnectionSums[] = [];
  const fold = new ConnectionFold<null>(capacity, new RowTotals(), {
    onSeen: () => null,
    onFolded: (_view, _offset, sums) => {
      told.push(sums);
      return null;
    },
  });
  for (const change of changes) fold.add(connectionRecord(change), 0);
  fold.flush();
  return told;
}

describe("ConnectionFold", () => {
  test("joins what differs in time, sizes and the own port only, and adds it up", () => {
    const [sums, ...others] = folded([
      {},
      { time_ns: 20_000_000n, opened_ns: 19_500_000n, sent_bytes: 7n, cookie: 2n, local_port: 40_001 },
      { time_ns: 30_000_000n, opened_ns: 30_000_000n, rtt_us: 0, received_bytes: 1n << 40n },
      { time_ns: 40_000_000n, opened_ns: 39_000_000n, established_ns: 39_500_000n, rtt_us: 101 },
    ]);
    assert.deepEqual(others, []);
    assert.deepEqual(sums, {
      count: 4,
      lastNs: 40_000_000n,
      sentBytes: 307,
      receivedBytes: 3000 + 2 ** 40,
      retransmits: 4,
      durationMs: 9.5,
      rttUs: 67,
    });
  });

  test("keeps apart what differs in process, destination, name, flow, or how it ended", () => {
    const kinds: ConnectionChange[] = [
      {},
      { tgid: 2 },
      { exec_ns: 6n },
      { uid: 1 },
      { cgroup: 10n },
      { exe: { hash: [2n, 0n] } },
      { address: new Uint8Array(16).fill(3) },
      { port: 80 },
      { domain: 4n },
      { flow: 70_001 },
      { protocol: 132 },
      { direction: RF_INGRESS },
      { established_ns: 0n },
      { error: 111 },
      { ended_by: layout.rf_ended_by.RF_ENDED_BY_PEER },
      { generation: 2 },
    ];
    assert.deepEqual(
      folded([...kinds, ...kinds]).map(({ count }) => count),
      kinds.map(() => 2),
    );
  });

  test("joins what came in to one port of this machine, whatever the other end's is", () => {
    const came = (port: number, local_port: number) => ({ direction: RF_INGRESS, port, local_port });
    const told = folded([came(50_001, 80), came(50_002, 80), came(50_003, 81)]);
    assert.deepEqual(
      told.map(({ count }) => count),
      [2, 1],
    );
  });

  test("takes from a row of UDP what it counted since the socket before", () => {
    const udp = (sent: bigint) => ({ protocol: UDP, sent_bytes: sent, received_bytes: 0n, rtt_us: 0 });
    const [sums, ...others] = folded([udp(100n), udp(100n), udp(160n)]);
    assert.deepEqual([sums?.count, sums?.sentBytes, sums?.rttUs, others], [3, 160, null, []]);
  });

  test("loses nothing when it is full", () => {
    const ends = Array.from({ length: 100 }, (_, index) => ({ flow: 70_000 + (index % 10), sent_bytes: 3n }));
    const told = folded(ends, 4);
    const total = (of: (sums: ConnectionSums) => number) => told.reduce((sum, sums) => sum + of(sums), 0);
    assert.deepEqual([total(({ count }) => count), total(({ sentBytes }) => sentBytes)], [100, 300]);
  });
});
