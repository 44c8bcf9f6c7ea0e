import { Btf, layout, StructCodec } from "@ringfence/kernel";
import { toBytes16, verdictDirections } from "@ringfence/model";
import type { CompiledPolicy, FlowFacts, PathFact } from "@ringfence/policy";
import { nameHash, nameWire } from "@ringfence/policy/dns";
import type { Answer, Question } from "@ringfence/policy/testing";
import type { MadeUpCgroups } from "./made-up-cgroups.js";

const { RF_EXE_TRUSTED, RF_EXE_UNKNOWN } = layout.rf_exe_flag;
const CASE_CGROUPS = 8;
const protocols: Readonly<Record<FlowFacts["protocol"], number>> = {
  tcp: 6,
  udp: 17,
  sctp: 132,
  icmp: 1,
  other: 33,
};

/** Writes questions as `struct rf_case` of bpf/tests/verdict.bpf.c, and reads the answers in them. */
export class CaseCodec {
  readonly #codec: StructCodec<ReturnType<Btf["layoutOf"]>>;
  readonly #cgroups: MadeUpCgroups;

  constructor(objectPath: string, cgroups: MadeUpCgroups) {
    this.#codec = new StructCodec(Btf.fromObject(objectPath).layoutOf("rf_case"), "rf_case");
    this.#cgroups = cgroups;
  }

  get size(): number {
    return this.#codec.size;
  }

  /**
   * Two cases for each question: with a row of the subject's own, and as if none were left. The names of its address are
   * looked for in the network namespace `networkOf(index)`.
   */
  encodeTwice(questions: readonly Question[], nameSecret: bigint): Uint8Array {
    const bytes = new Uint8Array(2 * questions.length * this.size);
    const view = new DataView(bytes.buffer);
    for (const [index, question] of questions.entries()) {
      const fields = { ...this.#fields(question), ...nameFields(question, index, nameSecret) };
      this.#codec.encode({ ...fields, without_row: 0 }, view, 2 * index * this.size);
      this.#codec.encode({ ...fields, without_row: 1 }, view, (2 * index + 1) * this.size);
    }
    return bytes;
  }

  /** The answer in the case that begins at a byte. */
  answerAt(view: DataView, at: number, policy: CompiledPolicy): Answer {
    const read = (field: string) => Number(this.#codec.field(field)(view, at));
    return {
      action: actionOf(read("action")),
      rule: policy.bits[read("bit")]?.ruleId,
      shadowAction: actionOf(read("shadow_action")),
      shadowRule: policy.bits[read("shadow_bit")]?.ruleId,
    };
  }

  #fields({ process, flow }: Question) {
    const address = toBytes16(flow.address);
    const words = new DataView(address.buffer, address.byteOffset, 16);
    const chain = this.#cgroups.chainOf(process.cgroup);
    return {
      exe: encodePath(process.exe),
      ancestors: [0, 1, 2, 3].map((index) => encodePath(process.ancestors[index] ?? null)),
      ancestor_count: process.ancestors.length,
      cgroups: Array.from({ length: CASE_CGROUPS }, (_, level) => chain[level] ?? 0n),
      comm: { name: Buffer.from(process.comm), slot: 0 },
      address: { word: [0, 4, 8, 12].map((offset) => words.getUint32(offset, true)) },
      uid: process.uid,
      gid: process.gid,
      port: flow.port ?? 0,
      protocol: protocols[flow.protocol],
      bit: 0,
      shadow_bit: 0,
      action: 0,
      shadow_action: 0,
      direction: verdictDirections.indexOf(flow.direction ?? "egress"),
    };
  }
}

/** Each question has a network namespace of its own, so that all may ask for the same address. */
export function networkOf(index: number): bigint {
  return BigInt(index + 1);
}

function nameFields({ flow: { direction, names = [] } }: Question, index: number, nameSecret: bigint) {
  const [asked = ""] = direction === "query" ? names : [];
  const wire = asked === "" ? new Uint8Array() : nameWire(asked);
  return {
    netns: direction === "query" || names.length === 0 ? 0n : networkOf(index),
    query: nameHash(wire, nameSecret),
    query_length: wire.length,
    unused: 0,
    query_name: { bytes: wire },
  };
}

function actionOf(number: number): "allow" | "deny" {
  return number === layout.rf_action.RF_DENY ? "deny" : "allow";
}

function encodePath(fact: PathFact | null) {
  const bytes = Buffer.from(fact?.path ?? "");
  const flags = fact === null ? RF_EXE_UNKNOWN : fact.trusted ? RF_EXE_TRUSTED : 0;
  return { len: bytes.length, flags, bytes };
}
