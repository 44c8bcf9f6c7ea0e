import assert from "node:assert/strict";
import { test } from "node:test";
import type { CompiledPolicy, IntervalTable } from "../compile/compiled-policy.js";
import { runDifferential } from "../testing/differential.js";

test("interpret agrees with evaluate on random policies and flows", () => {
  const { pairs, outcomes, disagreement } = runDifferential(1, 1500, 40);
  assert.equal(disagreement, null);
  assert.equal(pairs, 60_000);
  for (const outcome of ["allowed", "denied", "would-deny", "would-allow"]) {
    assert.ok((outcomes.get(outcome) ?? 0) > 500, `only ${outcomes.get(outcome)} flows were ${outcome}`);
  }
});

function withoutBit(compiled: CompiledPolicy): CompiledPolicy {
  const rows = compiled.rows.slice();
  for (let row = 0; row < compiled.rowCount; row++) {
    const at = row * compiled.blockCount * 64;
    rows[at] = (rows[at] ?? 0) & ~1;
  }
  return { ...compiled, rows };
}

function shifted(table: IntervalTable): IntervalTable {
  return { ...table, starts: table.starts.map((start, i) => (i === 0 ? start : start - 1)) };
}

const mutants: Readonly<Record<string, (compiled: CompiledPolicy) => CompiledPolicy>> = {
  "the first bit is lost": withoutBit,
  "ranges of ports end one too early": (c) => ({ ...c, tcp: shifted(c.tcp), udp: shifted(c.udp) }),
  "ranges of uids end one too early": (c) => ({ ...c, uid: shifted(c.uid) }),
  "ranges of gids end one too early": (c) => ({ ...c, gid: shifted(c.gid) }),
  "IPv4 blocks end one too early": (c) => ({ ...c, v4: shifted(c.v4) }),
  "IPv6 blocks end one too early": (c) => ({
    ...c,
    v6: { ...c.v6, starts: c.v6.starts.map((start) => (start === 0n ? start : start - 1n)) },
  }),
  "IPv6 takes the rows of IPv4": (c) => ({
    ...c,
    v6: { starts: [...c.v4.starts].map(BigInt), rows: c.v4.rows },
  }),
  "tcp and udp are swapped": (c) => ({ ...c, tcp: c.udp, udp: c.tcp }),
  "icmp takes the row of other protocols": (c) => ({ ...c, icmpRow: c.otherRow }),
  "other protocols take the row of icmp": (c) => ({ ...c, otherRow: c.icmpRow }),
  "audited bits are enforced": (c) => ({ ...c, enforcedRow: 0 }),
  "untrusted executables are believed": (c) => withAccepts(c, (trustedRow) => trustedRow),
  "an unknown executable matches nothing": (c) => ({ ...c, exe: { ...c.exe, unknownRow: 1 } }),
  "an unknown executable matches everything": (c) => ({ ...c, exe: { ...c.exe, unknownRow: 0 } }),
  "untrusted ancestors are believed": (c) => ({
    ...c,
    ancestors: {
      ...c.ancestors,
      subject: { ...c.ancestors.subject, denyRows: c.ancestors.subject.rows },
      rule: { ...c.ancestors.rule, denyRows: c.ancestors.rule.rows },
    },
  }),
  "the two ancestor dimensions are swapped": (c) => ({
    ...c,
    ancestors: { ...c.ancestors, subject: c.ancestors.rule, rule: c.ancestors.rule },
  }),
  "ingress and egress are swapped": (c) => ({
    ...c,
    directionRows: { ...c.directionRows, egress: c.directionRows.ingress, ingress: c.directionRows.egress },
  }),
  "the direction is ignored": (c) => ({
    ...c,
    directionRows: { egress: 0, ingress: 0, listen: 0, unattributed: 0 },
  }),
  "comm is ignored": (c) => ({ ...c, comm: { otherRow: 0, entries: [] } }),
  "cgroups are ignored": (c) => ({ ...c, cgroup: { otherRow: 0, entries: [] } }),
  "containers are forgotten": (c) => ({
    ...c,
    cgroup: { ...c.cgroup, entries: c.cgroup.entries.filter(({ path }) => path !== "/docker/c2") },
  }),
};

function withAccepts(c: CompiledPolicy, untrusted: (trustedRow: number) => number): CompiledPolicy {
  if (c.exe.automaton === null) return c;
  const accepts = c.exe.automaton.accepts.map((accept) => ({
    ...accept,
    untrustedRow: untrusted(accept.trustedRow),
  }));
  return { ...c, exe: { ...c.exe, automaton: { ...c.exe.automaton, accepts } } };
}

for (const [name, mutate] of Object.entries(mutants)) {
  test(`runDifferential notices when ${name}`, () => {
    assert.notEqual(runDifferential(1, 1500, 40, mutate).disagreement, null);
  });
}
