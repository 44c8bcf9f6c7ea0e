/** The parts of a SecurityProfile, as a policy file has them. */
export interface ProfileText {
  readonly mode?: "enforce" | "audit" | "off";
  readonly subject?: unknown;
  readonly default?: "allow" | "deny";
  readonly rules?: readonly unknown[];
  readonly ingress?: unknown;
  readonly listen?: unknown;
  readonly unattributed?: "allow" | "deny";
}

/** A policy file with one profile. JSON is YAML too. */
export function profile(
  name: string,
  { mode = "enforce", default: action = "allow", rules = [], ...others }: ProfileText,
): string {
  return JSON.stringify({
    apiVersion: "ringfence.dev/v1alpha1",
    kind: "SecurityProfile",
    metadata: { name },
    spec: { mode, ...others, egress: { default: action, rules } },
  });
}

/** Rules by name. */
export function rules(table: Readonly<Record<string, object>>): object[] {
  return Object.entries(table).map(([name, rule]) => ({ name, ...rule }));
}
