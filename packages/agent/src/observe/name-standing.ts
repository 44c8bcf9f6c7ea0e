/**
 * What names had to do with a verdict on an address: no verdict of the policy rests on one; the address had none; one
 * decided; or one would have been allowed, had it not run out. A name is null when it was forgotten since.
 */
export type NameStanding =
  | { readonly kind: "irrelevant" | "none" }
  | { readonly kind: "judged"; readonly name: string | null }
  | {
      readonly kind: "expired";
      readonly name: string | null;
      /** Null when it is not known, as after the name was looked up again. */
      readonly secondsAgo: number | null;
      readonly graceSeconds: number;
    };

const forgotten = "a name that was forgotten since";

/** What the name of the address was, as part of what is told of the destination. */
export function nameWords(standing: NameStanding): string {
  return standing.kind === "judged" ? ` as ${standing.name ?? forgotten}` : "";
}

/** Why a name did not help, and what would; empty where there is nothing to say of a denial. */
export function nameAdvice(standing: NameStanding): string {
  switch (standing.kind) {
    case "none":
      return "the address has no name that was looked up here: use one that is allowed, or allow the address";
    case "expired": {
      const { name, secondsAgo, graceSeconds } = standing;
      const ago = secondsAgo === null ? "had run out" : `ran out ${secondsAgo} s ago`;
      return `the address was learned for ${name ?? forgotten}, which is allowed and ${ago} (grace ${graceSeconds} s): look the name up again before connecting, or set names.grace`;
    }
    default:
      return "";
  }
}
