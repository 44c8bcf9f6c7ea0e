import { BPF_ANY, BpfMap, type BpfObject, layout, StructCodec, u64Codec } from "@ringfence/kernel";
import { normalizeDestination, toBytes16 } from "@ringfence/model";
import { nameHash, nameWire } from "@ringfence/policy/dns";
import type { Question } from "@ringfence/policy/testing";
import { networkOf } from "./case-codec.js";

const keyCodec = new StructCodec(layout.rf_name_key, "rf_name_key");
const namesCodec = new StructCodec(layout.rf_names, "rf_names");
const domainCodec = new StructCodec(layout.rf_domain, "rf_domain");
const PLACES = layout.rf_names.fields.live.kind.length;
const FOR_EVER = 2n ** 63n;

/** Writes the names of the addresses in questions as if the kernel had learned them, each question in a network of its own. */
export function writeLiveNames(object: BpfObject, questions: readonly Question[], nameSecret: bigint): void {
  const addresses = object.rawMap("addresses");
  const domains = new BpfMap(object.rawMap("domains"), u64Codec, domainCodec);
  for (const [index, { flow }] of questions.entries()) {
    const { direction, names = [] } = flow;
    if (direction === "query" || names.length === 0) continue;
    for (const wire of names.map(nameWire)) {
      const hash = nameHash(wire, nameSecret);
      // one that is there keeps the row that an older policy gave it
      if (domains.get(hash) === undefined) domains.set(hash, domainOf(wire));
    }
    const key = { netns: networkOf(index), address: toBytes16(addressOf(flow)) };
    addresses.update(keyCodec.toBytes(key), namesOf(names, nameSecret), BPF_ANY);
  }
}

function addressOf({ direction, address }: Question["flow"]) {
  return direction === "ingress" ? address : normalizeDestination(address);
}

function namesOf(names: readonly string[], nameSecret: bigint): Uint8Array {
  const live = Array.from({ length: PLACES }, (_, place) => {
    const name = names[place];
    if (name === undefined) return { domain: 0n, expires_ns: 0n };
    return { domain: nameHash(nameWire(name), nameSecret), expires_ns: FOR_EVER };
  });
  return namesCodec.toBytes({ live });
}

function domainOf(wire: Uint8Array) {
  return {
    expires_ns: FOR_EVER,
    row: 0n,
    exec_ns: 0n,
    exe: { hash: [0n, 0n] },
    tgid: 0,
    uid: 0,
    name_length: wire.length,
    unused: 0,
    name: { bytes: wire },
  };
}
