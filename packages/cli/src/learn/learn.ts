import { historyFiles } from "@ringfence/agent";
import { RingfenceError } from "@ringfence/model";
import { parseName } from "@ringfence/policy";
import { type Learned, Learner } from "@ringfence/policy/learn";
import { readAgentConfig } from "../agent/read-config.js";
import { readObservations } from "../observe/observations.js";
import { noneRead, type ReadCounts } from "../observe/read-records.js";
import { whyNothing } from "../observe/why-nothing.js";
import { ephemeralPorts } from "./ephemeral-ports.js";
import type { ExistingProfile } from "./existing-profile.js";
import type { LearnCommand } from "./learn-options.js";
import { readSubject } from "./read-subject.js";

/** What was learned, and what could not be read on the way. */
export interface LearnResult {
  readonly learned: Learned;
  readonly counts: ReadCounts;
}

/** Learns a profile as the command says. Throws RF_USAGE, RF_HISTORY, and RF_LEARNED_NOTHING when nothing was seen. */
export async function learnProfile(
  command: LearnCommand,
  existing: ExistingProfile | null,
): Promise<LearnResult> {
  const learner = new Learner({
    name: existing?.profile.name ?? command.name,
    subject:
      command.subject.length === 0 && existing !== null
        ? existing.profile.subject
        : readSubject(command.subject),
    ...(existing === null ? {} : { existing: existing.profile }),
    wildcards: command.wildcards.map(readWildcard),
    ephemeral: ephemeralPorts(),
  });
  const counts = noneRead();
  const files =
    command.files.length > 0
      ? command.files
      : historyFiles(readAgentConfig(command.config).spec.state, command.since);
  for (const observation of readObservations({ files, since: command.since }, counts)) {
    learner.add(observation);
  }
  const learned = learner.finish();
  if (learned.count > 0) return { learned, counts };
  const wanted = `is a verdict${command.subject.length === 0 ? "" : " of this subject"}`;
  const why = await whyNothing(counts, { named: command.files, ...command }, wanted);
  const [reason] = learned.leftOut;
  throw new RingfenceError(
    "RF_LEARNED_NOTHING",
    `Cannot learn: ${why}${reason === undefined ? "" : ` (left out: ${reason})`}`,
    {
      hint: "write a log with ringfence run --mode audit --policy FILE --log FILE, or take a longer time with --since",
    },
  );
}

function readWildcard(text: string) {
  const pattern = parseName(text);
  if ("wildcard" in pattern && pattern.wildcard) return pattern;
  throw new RingfenceError("RF_USAGE", `Option "--wildcard" cannot be "${text}"`, {
    hint: 'write it like "*.example.com"',
  });
}
