import { type Profile, RingfenceError } from "@ringfence/model";

/** A file of the folder, as it reads now or as it was when it was last good. */
export interface ParsedFile {
  readonly file: string;
  readonly profiles: readonly Profile[];
  /** With an error there are no profiles. */
  readonly errors: readonly RingfenceError[];
}

/** What counts of a folder. */
export interface SettledFiles {
  /** By file name: those that count, each in one of its two forms. */
  readonly files: readonly (ParsedFile & { readonly form: "now" | "good" })[];
  readonly errors: readonly RingfenceError[];
}

type Choice = SettledFiles["files"][number];

/**
 * Chooses for each file of a folder the form that counts: as it is now, or, where that has errors or takes the name of a
 * profile that another file holds, as it was when it was last good; a file that never was does not count. A file that is
 * gone counts no more. Who had a name before keeps it, else the first file by name.
 */
export function settleFiles(now: readonly ParsedFile[], good: readonly ParsedFile[]): SettledFiles {
  const last = new Map(good.map((file) => [file.file, file]));
  const chosen = new Map<string, Choice>();
  const errors: RingfenceError[] = now.flatMap((file) => file.errors);
  const choose = (file: string, choice: ParsedFile | undefined, form: Choice["form"]) => {
    if (choice === undefined || choice.errors.length > 0) chosen.delete(file);
    else chosen.set(file, { ...choice, form });
  };
  for (const file of now.toSorted((a, b) => (a.file < b.file ? -1 : 1))) {
    if (file.errors.length === 0) choose(file.file, file, "now");
    else choose(file.file, last.get(file.file), "good");
  }
  for (let clash = findClash(chosen); clash !== null; clash = findClash(chosen)) {
    const [loser, keeper] = rank(clash, last);
    errors.push(clashError(clash.name, loser, keeper));
    choose(loser.file, loser.form === "now" ? last.get(loser.file) : undefined, "good");
  }
  return { files: [...chosen.values()], errors };
}

interface Clash {
  readonly name: string;
  readonly pair: readonly [Choice, Choice];
}

function findClash(chosen: ReadonlyMap<string, Choice>): Clash | null {
  const holders = new Map<string, Choice>();
  for (const choice of chosen.values()) {
    for (const { name } of choice.profiles) {
      const holder = holders.get(name);
      if (holder !== undefined) return { name, pair: [holder, choice] };
      holders.set(name, choice);
    }
  }
  return null;
}

/** Which of the two gives way, and which keeps the name. */
function rank(
  { name, pair: [a, b] }: Clash,
  last: ReadonlyMap<string, ParsedFile>,
): readonly [Choice, Choice] {
  const had = (choice: Choice) =>
    last.get(choice.file)?.profiles.some((profile) => profile.name === name) ?? false;
  return had(b) && !had(a) ? [a, b] : [b, a];
}

function clashError(name: string, loser: Choice, keeper: Choice): RingfenceError {
  return new RingfenceError(
    "RF_POLICY_DUPLICATE_NAME",
    `Profile "${name}" is defined in "${loser.file}" and in "${keeper.file}"`,
    {
      hint: `Rename or remove one of them; until then the one in "${keeper.file}" counts`,
      location: loser.profiles.find((profile) => profile.name === name)?.location,
    },
  );
}
