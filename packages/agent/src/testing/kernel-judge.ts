import { BpfObject, Btf, layout, type RawMap, StructCodec } from "@ringfence/kernel";
import { flowDirections, toBytes16 } from "@ringfence/model";
import type { CompiledPolicy, FlowFacts, PathFact, ProcessFacts } from "@ringfence/policy";
import type { CgroupTree } from "../fence/listed-cgroups.js";
import { PolicySlots, planSlots, slotSizes } from "../fence/policy-slots.js";

const { RF_EXE_TRUSTED, RF_EXE_UNKNOWN } = layout.rf_exe_flag;
const CASE_CGROUPS = 8;
const protocols: Readonly<Record<FlowFacts["protocol"], number>> = { tcp: 6, udp: 17, icmp: 1, other: 132 };

/** One question for the kernel. */
export interface JudgedCase {
  readonly process: ProcessFacts;
  readonly flow: FlowFacts;
  /** judged as if no row were left for the subject */
  readonly withoutRow?: boolean;
}

/** What the kernel answered, as rule ids. */
export interface KernelAnswer {
  readonly action: "allow" | "deny";
  readonly rule: string | undefined;
  readonly shadowAction: "allow" | "deny";
  readonly shadowRule: string | undefined;
}

/** Asks the running kernel, with the product's own verdict code, what a policy says of many made-up cases. */
export function askKernel(
  objectPath: string,
  policy: CompiledPolicy,
  questions: readonly JudgedCase[],
): KernelAnswer[] {
  const codec = new StructCodec(Btf.fromObject(objectPath).layoutOf("rf_case"), "rf_case");
  const ids = new CgroupIds();
  const plan = planSlots(policy, ids, false);
  using object = BpfObject.open(objectPath, {
    maxEntries: { ...slotSizes(plan), cases: Math.max(1, questions.length) },
  });
  object.load();
  new PolicySlots(object, plan, ids, policy);
  const bytes = new Uint8Array(questions.length * codec.size);
  const view = new DataView(bytes.buffer);
  for (const [index, question] of questions.entries()) {
    codec.encode(encodeCase(question, ids), view, index * codec.size);
  }
  const cases = object.rawMap("cases");
  cases.writeAll(bytes);
  object.program("judge_cases").testRun();
  return answers(cases, codec, policy);
}

function answers(
  cases: RawMap,
  codec: StructCodec<ReturnType<Btf["layoutOf"]>>,
  policy: CompiledPolicy,
): KernelAnswer[] {
  const found: KernelAnswer[] = [];
  for (const { count, values } of cases.batches()) {
    const view = new DataView(values.buffer, values.byteOffset, values.byteLength);
    const read = (field: string, index: number) => Number(codec.field(field)(view, index * codec.size));
    for (let i = 0; i < count; i++) {
      found.push({
        action: actionOf(read("action", i)),
        rule: policy.bits[read("bit", i)]?.ruleId,
        shadowAction: actionOf(read("shadow_action", i)),
        shadowRule: policy.bits[read("shadow_bit", i)]?.ruleId,
      });
    }
  }
  return found;
}

function actionOf(number: number): "allow" | "deny" {
  return number === layout.rf_action.RF_DENY ? "deny" : "allow";
}

function encodeCase({ process, flow, withoutRow = false }: JudgedCase, ids: CgroupIds) {
  const address = toBytes16(flow.address);
  const words = new DataView(address.buffer, address.byteOffset, 16);
  return {
    exe: encodePath(process.exe),
    ancestors: [0, 1, 2, 3].map((index) => encodePath(process.ancestors[index] ?? null)),
    ancestor_count: process.ancestors.length,
    cgroups: Array.from({ length: CASE_CGROUPS }, (_, level) => ids.chainOf(process.cgroup)[level] ?? 0n),
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
    direction: flowDirections.indexOf(flow.direction ?? "egress"),
    without_row: withoutRow ? 1 : 0,
  };
}

function encodePath(fact: PathFact | null) {
  const bytes = Buffer.from(fact?.path ?? "");
  const flags = fact === null ? RF_EXE_UNKNOWN : fact.trusted ? RF_EXE_TRUSTED : 0;
  return { len: bytes.length, flags, bytes };
}

/** Numbers for cgroups that exist only in a test. */
class CgroupIds implements CgroupTree {
  readonly #ids = new Map<string, bigint>();

  exists(): boolean {
    return true;
  }

  children(): string[] {
    return [];
  }

  idOf(path: string): bigint {
    const known = this.#ids.get(path) ?? BigInt(this.#ids.size + 1);
    this.#ids.set(path, known);
    return known;
  }

  /** A cgroup and all above it, deepest first, the root last. */
  chainOf(path: string): bigint[] {
    const chain: bigint[] = [];
    for (let at = path; at !== "" && at !== "/"; at = at.slice(0, at.lastIndexOf("/")))
      chain.push(this.idOf(at));
    return [...chain, this.idOf("/")];
  }
}
