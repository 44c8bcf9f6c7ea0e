import { BpfObject, u64Codec } from "@ringfence/kernel";
import { RingfenceError } from "@ringfence/model";
import { buildCgroupTable, type CompiledPolicy, cgroupTableOf } from "@ringfence/policy";
import { type Answer, type Question, sameAnswer } from "@ringfence/policy/testing";
import { PolicySlots, planSlots, slotOptions } from "../fence/policy-slots.js";
import { writeNames } from "../names/write-names.js";
import { CaseCodec } from "./case-codec.js";
import { writeLiveNames } from "./live-names.js";
import { MadeUpCgroups } from "./made-up-cgroups.js";

const LEAST_CASES = 1024;

interface Loaded {
  readonly object: BpfObject;
  readonly slots: PolicySlots;
  readonly cases: number;
  readonly nameSecret: bigint;
}

/**
 * Asks the running kernel, with the product's own verdict code, what policies say of many made-up cases. Each policy
 * replaces the one before it in the loaded object, as in a fence; one that does not fit is loaded anew. Those that are not
 * replaceable are loaded each on their own, with no more than they need.
 */
export class KernelJudge implements Disposable {
  readonly #objectPath: string;
  readonly #cgroups = new MadeUpCgroups();
  readonly #codec: CaseCodec;
  readonly #replaceable: boolean;
  #loaded: Loaded | null = null;

  constructor(objectPath: string, replaceable = true) {
    this.#objectPath = objectPath;
    this.#replaceable = replaceable;
    this.#codec = new CaseCodec(objectPath, this.#cgroups);
  }

  /** The answers in the order of the questions; none where the kernel contradicts itself. */
  ask(policy: CompiledPolicy, questions: readonly Question[]): readonly (Answer | undefined)[] {
    const { object, nameSecret } = this.#put(policy, 2 * questions.length);
    const cases = object.rawMap("cases");
    cases.writeAll(this.#codec.encodeTwice(questions, nameSecret));
    writeLiveNames(object, questions, nameSecret);
    this.#writeNewCgroups(object, questions);
    object.program("judge_cases").testRun();
    const answers: Answer[] = [];
    for (const { count, values } of cases.batches()) {
      const view = new DataView(values.buffer, values.byteOffset, values.byteLength);
      for (let i = 0; i < count && answers.length < 2 * questions.length; i++) {
        answers.push(this.#codec.answerAt(view, i * this.#codec.size, policy));
      }
    }
    return questions.map((_, index) => agreed(answers[2 * index], answers[2 * index + 1]));
  }

  [Symbol.dispose](): void {
    this.#loaded?.object.close();
    this.#loaded = null;
  }

  #writeNewCgroups(object: BpfObject, questions: readonly Question[]): void {
    const map = object.map("new_cgroups", u64Codec, u64Codec);
    for (const { process } of questions) {
      const id = this.#cgroups.idOf(process.cgroup);
      if (process.container === "pending") map.set(id, 1n);
      else map.delete(id);
    }
  }

  #put(policy: CompiledPolicy, cases: number): Loaded {
    const loaded = this.#replaceable ? this.#loaded : null;
    if (loaded !== null && cases <= loaded.cases && replaced(loaded.slots, policy)) return loaded;
    this[Symbol.dispose]();
    const plan = planSlots(policy, this.#cgroups, this.#replaceable);
    const room = Math.max(LEAST_CASES, cases);
    const { maxEntries, constants } = slotOptions(plan, "host");
    const object = BpfObject.open(this.#objectPath, {
      maxEntries: { ...maxEntries, cases: room },
      constants,
    });
    object.load();
    writeNames(object, plan.nameSecret, { network: 0n, addresses: [] });
    const slots = new PolicySlots(object, plan, this.#cgroups, policy);
    this.#loaded = { object, slots, cases: room, nameSecret: plan.nameSecret };
    return this.#loaded;
  }
}

function agreed(withRow: Answer | undefined, withoutRow: Answer | undefined): Answer | undefined {
  return withRow !== undefined && withoutRow !== undefined && sameAnswer(withRow, withoutRow)
    ? withRow
    : undefined;
}

/**
 * False when the policy needs more room than the maps have. It comes without the containers that run, and is renewed for
 * them, as an agent does: a policy that is compiled with them is loaded anew.
 */
function replaced(slots: PolicySlots, policy: CompiledPolicy): boolean {
  const { cgroupConditions, cgroup } = policy;
  try {
    slots.replace(policy, buildCgroupTable(cgroupConditions, { workloads: [] }, cgroup.firstRow));
    slots.mirror(policy);
    slots.renew(cgroupTableOf(policy));
    return true;
  } catch (error) {
    if (error instanceof RingfenceError && error.code === "RF_POLICY_LIMIT") return false;
    throw error;
  }
}
