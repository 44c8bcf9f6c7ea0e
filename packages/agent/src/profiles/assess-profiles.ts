import type { Cgroup2 } from "@ringfence/kernel";
import type { Mode, Profile, SourceLocation } from "@ringfence/model";
import { evaluate, type FlowFacts, type ProcessFacts } from "@ringfence/policy";
import type { DiffDetail, ProfileChange } from "@ringfence/policy/diff";
import { compileProfiles, type RunPolicy } from "../policy/compile-policy.js";
import { errorOf, type PlainError, plainError } from "../policy/plain-error.js";
import { PolicyErrors } from "../policy/policy-errors.js";
import type { PolicyFile } from "../policy/read-policy-files.js";
import { completeProfiles } from "../policy/read-profiles.js";
import { ParsedFiles } from "./parsed-files.js";
import { type ParsedFile, settleFiles } from "./settle-files.js";

/** A connection that a change of policy should not cut. */
export interface ProtectedFlow {
  /** What it is, in words. */
  readonly what: string;
  readonly process: ProcessFacts;
  readonly flow: FlowFacts;
}

/** A file that is there and gave nothing to read. */
export interface UnreadableFile {
  readonly file: string;
  readonly error: PlainError;
}

/** What is asked about a folder of profiles; plain data, which can go to another process. */
export interface ProfilesOrder {
  readonly kind: "profiles";
  /** The files that can be read, as they are now. */
  readonly files: readonly PolicyFile[];
  /** Files that are there and cannot be read, and why: they stay as they were. */
  readonly unreadable: readonly UnreadableFile[];
  /** What is in force, by file. */
  readonly good: readonly PolicyFile[];
  readonly protect: readonly ProtectedFlow[];
  /** What is told of each change. */
  readonly detail: DiffDetail;
  /** The policy is to refuse nothing, whatever the profiles say. */
  readonly open: boolean;
}

/** What the agent keeps of a profile. */
export interface ProfileFacts {
  readonly name: string;
  readonly mode: Mode;
  readonly location: SourceLocation;
  readonly rules: number;
}

/** Whom a profile is about. */
export type ProfileSubject = Pick<Profile, "name" | "subject">;

/** A connection that is allowed now and would be denied. */
export interface CutFlow {
  readonly what: string;
  /** null when no rule says so */
  readonly rule: string | null;
}

/** The answer, plain data but for how it is disposed of. */
export interface Assessment extends Disposable {
  readonly policy: Omit<RunPolicy, typeof Symbol.dispose>;
  /** Files that count as they are now; the others count as they were last good, if they ever were. */
  readonly accepted: readonly string[];
  readonly errors: readonly PlainError[];
  readonly profiles: readonly ProfileFacts[];
  /** Whom each profile is about. */
  readonly subjects: readonly ProfileSubject[];
  readonly changes: readonly ProfileChange[];
  readonly cut: readonly CutFlow[];
}

/**
 * Reads the files of a folder, chooses which form of each counts, and compiles them. Throws RF_POLICY_LIMIT and what else
 * no single file is to blame for: then nothing changes.
 * @param memory descriptor of a file in memory that holds what was read before, and then what is read now
 */
export async function assessProfiles(
  order: ProfilesOrder,
  cgroups: Cgroup2,
  memory: number | null = null,
): Promise<Assessment> {
  const [{ parsePolicy }, { diffProfiles }] = await Promise.all([
    import("@ringfence/policy/parse"),
    import("@ringfence/policy/diff"),
  ]);
  const parsed = new ParsedFiles(parsePolicy, memory);
  const good = order.good.map((file) => parsed.read(file));
  const lastBytes = new Map(order.good.map(({ file, bytes }) => [file, bytes]));
  const now = order.files.map((file) => {
    const before = lastBytes.get(file.file);
    const same = before !== undefined && Buffer.compare(before, file.bytes) === 0;
    return (same && good.find((one) => one.file === file.file)) || parsed.read(file);
  });
  parsed.save();
  const settled = settleFiles([...now, ...order.unreadable.map(unreadable)], good);
  const spoilt = settled.files.flatMap(({ errors }) => errors);
  if (spoilt.length > 0) throw new PolicyErrors(spoilt);
  const before = good.flatMap(({ profiles }) => profiles);
  const profiles = settled.files.flatMap((file) => file.profiles);
  const complete = completeProfiles(order.open ? [] : profiles);
  const warnings = now
    .filter(({ file }) => settled.files.some((one) => one.file === file && one.form === "now"))
    .flatMap(({ warnings }) => warnings);
  return {
    policy: compileProfiles(
      {
        ...complete,
        sources: complete.profiles.map(({ location }) => location?.file ?? ""),
        warnings: [...warnings, ...complete.warnings],
      },
      cgroups,
      [], // the agent makes the table of cgroups, when the policy is put in force
    ),
    accepted: settled.files.flatMap(({ file, form }) => (form === "now" ? [file] : [])),
    errors: settled.errors.map(plainError),
    profiles: profiles.map(factsOf),
    subjects: profiles.map(({ name, subject }) => ({ name, subject })),
    changes: diffProfiles(before, profiles, order.detail),
    cut: order.open ? [] : cutFlows(order.protect, before, profiles),
    [Symbol.dispose]: () => undefined,
  };
}

function unreadable({ file, error }: UnreadableFile): ParsedFile {
  return { file, profiles: [], errors: [errorOf(error)] };
}

function factsOf({ name, mode, egress, ingress, location }: Profile): ProfileFacts {
  return {
    name,
    mode,
    location: location ?? { file: "", line: 1, column: 1 },
    rules: (egress?.rules.length ?? 0) + (ingress?.rules.length ?? 0),
  };
}

/** What these profiles would cut that the others do not. */
function cutFlows(
  flows: readonly ProtectedFlow[],
  before: readonly Profile[],
  after: readonly Profile[],
): readonly CutFlow[] {
  return flows.flatMap(({ what, process, flow }) => {
    const { enforced } = evaluate(after, process, flow);
    const isCut = enforced.action === "deny" && evaluate(before, process, flow).enforced.action === "allow";
    return isCut ? [{ what, rule: enforced.rule?.ruleId ?? null }] : [];
  });
}
