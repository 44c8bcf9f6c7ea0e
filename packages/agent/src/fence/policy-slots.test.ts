import assert from "node:assert/strict";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { BpfObject, layout, type RawMap, StructCodec } from "@ringfence/kernel";
import type { Profile } from "@ringfence/model";
import { type CompiledPolicy, compile } from "@ringfence/policy";
import { largeProfiles, Random } from "@ringfence/policy/testing";
import { MadeUpCgroups } from "../testing/made-up-cgroups.js";
import { PolicySlots, planSlots, slotOptions } from "./policy-slots.js";

const OBJECT = fileURLToPath(new URL("../../../../bpf/build/verdict-test.bpf.o", import.meta.url));
const headerCodec = new StructCodec(layout.rf_policy, "rf_policy");
const cgroups = new MadeUpCgroups();

const ofRules = (rules: number): CompiledPolicy =>
  compile(largeProfiles(new Random(rules), { rules, prefixesPerRule: 2, users: 8 }), {
    workloads: [],
  });

function ofSubject(condition: NonNullable<Profile["subject"]>[number]): CompiledPolicy {
  const silence = { ingress: null, listen: null, unattributed: null, names: null, dns: null };
  const egress: Profile["egress"] = { default: "deny", rules: [] };
  const profile: Profile = { name: "p", mode: "enforce", subject: [condition], egress, ...silence };
  return compile([profile], { workloads: [] });
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

test("PolicySlots forgets the subjects and names of policies that are no longer in force", () => {
  const { object, slots } = loaded(ofSubject({ comm: ["a"] }));
  try {
    for (const comm of ["b", "c", "d", "e"]) slots.replace(ofSubject({ comm: [comm] }));
    assert.equal(entriesOf(object, "comms"), 2, "one for each slot");
  } finally {
    object.close();
  }
});
