import { hostResolver } from "@ringfence/agent";
import { type ProcessCondition, RingfenceError } from "@ringfence/model";
import { parsePolicy } from "@ringfence/policy/parse";

/**
 * Reads `KEY=VALUE` words as the subject of a policy file, whose keys they may have; `container.name=web` stands for a key of a
 * map. Null for none. Throws RF_USAGE.
 */
export function readSubject(words: readonly string[]): readonly ProcessCondition[] | null {
  if (words.length === 0) return null;
  const subject: Record<string, unknown> = {};
  for (const word of words) {
    const at = word.indexOf("=");
    const path = word.slice(0, at).split(".");
    const [key = "", below] = path;
    if (at < 1 || path.length > 2) throw usage(`Option "--subject" cannot be "${word}"`);
    const value = subjectValue(word.slice(at + 1));
    if (below === undefined) subject[key] = listed(subject[key], value);
    else subject[key] = { ...(subject[key] as object), [below]: value };
  }
  const text = JSON.stringify({
    apiVersion: "ringfence.dev/v1alpha1",
    kind: "SecurityProfile",
    metadata: { name: "subject" },
    spec: { mode: "audit", subject },
  });
  const { profiles, errors } = parsePolicy(text, "--subject", hostResolver);
  const [error] = errors;
  if (error !== undefined) {
    throw new RingfenceError("RF_USAGE", `Option "--subject" cannot be used: ${error.message}`, {
      hint: error.hint,
    });
  }
  return profiles[0]?.subject ?? null;
}

/** A key that is given again gets a list. */
function listed(before: unknown, value: unknown): unknown {
  if (before === undefined) return value;
  return Array.isArray(before) ? [...before, value] : [before, value];
}

function subjectValue(text: string): unknown {
  if (text === "true") return true;
  return /^[0-9]{1,10}$/.test(text) ? Number(text) : text;
}

function usage(message: string): RingfenceError {
  return new RingfenceError("RF_USAGE", message, {
    hint: "write exe=/usr/bin/git, uid=1000, or another key of a policy's subject",
  });
}
