import assert from "node:assert/strict";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { BpfObject, layout, type RawMap, StructCodec } from "@ringfence/kernel";
import type { Profile } from "@ringfence/model";
import { buildCgroupTable, type CompiledPolicy, cgroupTableOf, compile } from "@ringfence/policy";
import { largeProfiles, pools, Random } from "@ringfence/policy/testing";
import { MadeUpCgroups } from "../testing/made-up-cgroups.js";
import { PolicySlots, planSlots, slotOptions } from "./policy-slots.js";

const OBJECT = fileURLToPath(new URL("../../../../bpf/build/verdict-test.bpf.o", import.meta.url));
const headerCodec = new StructCodec(layout.rf_policy, "rf_policy");
const cgroups = new MadeUpCgroups();

const ofRules = (rules: number): CompiledPolicy =>
  compile(largeProfiles(new Random(rules), { rules, prefixesPerRule: 2, users: 8 }), {
    workloads: [],
  });

const containerProfiles = ["billing", "shop"].map((name) => profileOf({ container: { name: [name] } }, name));

function profileOf(condition: NonNullable<Profile["subject"]>[number], name = "p"): Profile {
  const silence = { ingress: null, listen: null, unattributed: null, names: null, dns: null };
  const egress: Profile["egress"] = { default: "deny", rules: [] };
  return { name, mode: "enforce", subject: [condition], egress, ...silence };
}

function ofSubject(condition: NonNullable<Profile["subject"]>[number]): CompiledPolicy {
  return compile([profileOf(condition)], { workloads: [] });
}

function entriesOf(object: BpfObject, map: string): number {
  return [...object.rawMap(map).batches()].reduce((sum, { count }) => sum + count, 0);
}

function loaded(first: CompiledPolicy): { object: BpfObject; slots: PolicySlots } {
  const plan = planSlots(first, cgroups, true);
  const object = BpfObject.open(OBJECT, slotOptions(plan));
  object.load();
  return { object, slots: new PolicySlots(object, plan, cgroups, first) };
}

const key = (number: number) => new Uint8Array(Uint32Array.of(number).buffer);

/** Slot in force, and generation and bits of the policy in it. */
function inForce(object: BpfObject): { slot: number; generation: number; bits: number } {
  const slot = number(object.rawMap("active"), 0);
  const header = headerCodec.fromBytes(object.rawMap("policy").lookup(key(slot)) ?? new Uint8Array());
  return { slot, generation: header.generation, bits: header.bit_count };
}

function number(map: RawMap, at: number): number {
  const value = map.lookup(key(at));
  assert.ok(value);
  return new DataView(value.buffer, value.byteOffset).getUint32(0, true);
}

test("PolicySlots puts each policy into the slot that is not in force", () => {
  const policies = [10, 20, 30, 40].map(ofRules);
  const { object, slots } = loaded(policies[0] ?? ofRules(1));
  try {
    const seen = [inForce(object)];
    for (const policy of policies.slice(1)) {
      slots.replace(policy);
      seen.push(inForce(object));
    }
    assert.deepEqual(
      seen,
      policies.map(({ bits }, index) => ({ slot: index % 2, generation: index + 1, bits: bits.length })),
    );
  } finally {
    object.close();
  }
});

test("PolicySlots refuses a policy that does not fit, with both numbers, and keeps the one in force", () => {
  const { object, slots } = loaded(ofRules(10));
  try {
    const before = inForce(object);
    assert.throws(() => slots.replace(ofRules(20_000)), {
      code: "RF_POLICY_LIMIT",
      message: /needs \d+ entries in "\w+", and there is room for \d+/,
    });
    assert.deepEqual(inForce(object), before);
    assert.equal(slots.replace(ofRules(30)), 2);
  } finally {
    object.close();
  }
});

test("PolicySlots keeps the policy in force when writing another fails half-way", () => {
  const { object, slots } = loaded(ofRules(10));
  try {
    const before = inForce(object);
    const noRows = {
      starts: new Uint32Array(4),
      get rows(): never {
        throw new TypeError("no rows");
      },
    };
    const broken: CompiledPolicy = { ...ofRules(20), v6: noRows };
    assert.throws(() => slots.replace(broken), TypeError);
    assert.deepEqual(inForce(object), before);
    assert.equal(slots.replace(ofRules(20)), 2);
    assert.equal(inForce(object).bits, ofRules(20).bits.length);
  } finally {
    object.close();
  }
});

test("PolicySlots has room for cgroups that are made after the maps", () => {
  const policy = ofSubject({ cgroup: ["/services"] });
  const made: string[] = [];
  const growing = {
    exists: () => true,
    idOf: (path: string) => cgroups.idOf(path),
    children: (path: string) => (path === "/services" ? made : []),
  };
  const plan = planSlots(policy, growing, false);
  const object = BpfObject.open(OBJECT, slotOptions(plan));
  try {
    object.load();
    made.push(...Array.from({ length: 100 }, (_, index) => `new${index}`));
    new PolicySlots(object, plan, growing, policy);
    assert.equal(entriesOf(object, "cgroups"), 101);
  } finally {
    object.close();
  }
});

/** What programs read of the policy in force. */
function contentInForce(object: BpfObject) {
  const { slot } = inForce(object);
  const header = headerCodec.fromBytes(object.rawMap("policy").lookup(key(slot)) ?? new Uint8Array());
  const read = (map: string, from: number, count: number) =>
    Array.from({ length: count }, (_, index) =>
      Buffer.from(object.rawMap(map).lookup(key(from + index)) ?? []).toString("hex"),
    );
  const { uid, gid, v4, tcp, udp, sctp, v6, v4_index: index } = header;
  const listed = (map: string, at: number) =>
    [...object.rawMap(map).batches()].flatMap(({ count, keys, values }) =>
      Array.from({ length: count }, (_, i) => {
        const size = keys.length / count;
        const own = Buffer.from(keys.subarray(i * size, (i + 1) * size));
        const value = Buffer.from(
          values.subarray((i * values.length) / count, ((i + 1) * values.length) / count),
        );
        const isOurs = own.readUInt32LE(at) === slot;
        own.writeUInt32LE(0, at);
        return isOurs ? [`${own.toString("hex")} ${value.toString("hex")}`] : [];
      }).flat(),
    );
  return {
    header,
    rows: read("rows", header.rows_offset, header.row_count * header.block_count),
    summaries: read("summaries", header.summaries_offset, header.row_count),
    intervals: [uid, gid, v4, tcp, udp, sctp].map(({ offset, count }) => read("intervals", offset, count)),
    wide: read("intervals6", v6.offset, v6.count),
    index: read("interval_index", index.offset, 4),
    transitions: read("transitions", header.transitions_offset, 8 * header.class_count),
    comms: listed("comms", layout.rf_comm.fields.slot.offset).toSorted(),
    cgroups: listed("cgroups", layout.rf_cgroup.fields.slot.offset).toSorted(),
  };
}

test("PolicySlots, renewed for what runs now, has what the policy compiled for that has, and a number of its own", () => {
  const random = new Random(7);
  const profiles = [
    ...largeProfiles(random, { rules: 300, prefixesPerRule: 2, users: 8 }),
    ...containerProfiles,
  ];
  const without = compile(profiles, { workloads: [] });
  const wanted = compile(profiles, { workloads: pools.workloads });
  const expected = loaded(without);
  const { object, slots } = loaded(without);
  try {
    assert.equal(slots.isMirrored, false);
    slots.mirror(without);
    const table = buildCgroupTable(
      without.cgroupConditions,
      { workloads: pools.workloads },
      without.cgroup.firstRow,
    );
    for (const generation of [2, 3, 4]) {
      assert.equal(slots.renew(table), generation);
      expected.slots.replace(wanted);
      assert.deepEqual(inForce(object), { slot: (generation - 1) % 2, generation, bits: wanted.bits.length });
      assert.deepEqual(contentInForce(object), contentInForce(expected.object));
      assert.ok(slots.isAsLeft);
    }
    slots.replace(ofRules(10));
    assert.equal(slots.isMirrored, false, "the other slot holds another policy");
    assert.throws(() => slots.renew(table));
  } finally {
    expected.object.close();
    object.close();
  }
});

test("PolicySlots refuses cgroups that do not fit, and keeps what is in force", () => {
  const policy = compile(containerProfiles, { workloads: [] });
  const { object, slots } = loaded(policy);
  try {
    slots.mirror(policy);
    const facts = { id: null, image: null, labels: null };
    const workloads = Array.from({ length: 20_000 }, (_, index) => ({
      cgroup: `/many/${index}`,
      container: { ...facts, name: "shop" },
    }));
    const before = inForce(object);
    const table = buildCgroupTable(policy.cgroupConditions, { workloads }, policy.cgroup.firstRow);
    assert.throws(() => slots.renew(table), { code: "RF_POLICY_LIMIT" });
    assert.deepEqual(inForce(object), before);
    assert.equal(slots.renew(cgroupTableOf(policy)), 2);
  } finally {
    object.close();
  }
});

test("PolicySlots forgets the subjects and names of policies that are no longer in force", () => {
  const { object, slots } = loaded(ofSubject({ comm: ["a"] }));
  try {
    for (const comm of ["b", "c", "d", "e"]) slots.replace(ofSubject({ comm: [comm] }));
    assert.equal(entriesOf(object, "comms"), 2, "one for each slot");
  } finally {
    object.close();
  }
});

test("PolicySlots keeps a cgroup that the kernel lists while others are looked for, and expects some in the slot in force only", () => {
  const policy = ofSubject({ unit: ["late.service"] });
  const plan = planSlots(policy, cgroups, true);
  using object = BpfObject.open(OBJECT, slotOptions(plan, "host"));
  object.load();
  const keyCodec = new StructCodec(layout.rf_cgroup, "rf_cgroup");
  const late = (slot: number) => keyCodec.toBytes({ id: 99n, slot, unused: 0 });
  // as the hook does, once the slot expects the path
  const tree = {
    idOf: (path: string) => {
      for (const expected of expectedIn(object))
        object.rawMap("cgroups").update(late(expected), rowsOf(1, 2, 1));
      return cgroups.idOf(path);
    },
    children: () => cgroups.children(),
  };
  const slots = new PolicySlots(object, plan, tree, policy);
  slots.mirror(policy);
  for (const change of [() => slots.replace(policy), () => slots.renew(cgroupTableOf(policy))]) {
    change();
    const { slot } = inForce(object);
    assert.deepEqual(object.rawMap("cgroups").lookup(late(slot)), rowsOf(1, 2, 1));
    assert.deepEqual(expectedIn(object), [slot]);
    slots.mirror(policy);
  }
});

const rowsOf = (...numbers: readonly number[]) => new Uint8Array(Uint32Array.from(numbers).buffer);

/** The slots of which the kernel expects a cgroup. */
function expectedIn(object: BpfObject): number[] {
  const map = object.rawMap("expected_cgroups");
  const { size, fields } = layout.rf_cgroup_path;
  return [...map.batches()].flatMap(({ count, keys }) => {
    const view = new DataView(keys.buffer, keys.byteOffset, keys.byteLength);
    return Array.from({ length: count }, (_, at) => view.getUint32(at * size + fields.slot.offset, true));
  });
}
