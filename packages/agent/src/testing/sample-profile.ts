/** A policy file with one profile, and a deny rule for each of the names. */
export const sampleProfile = (name: string, ...rules: readonly string[]) =>
  `apiVersion: ringfence.dev/v1alpha1\nkind: SecurityProfile\nmetadata: { name: ${name} }\nspec:\n  mode: enforce\n  ingress: { default: allow, rules: [] }\n  egress:\n    default: allow\n    rules:\n${rules
    .map((rule) => `      - { name: ${rule}, deny: { to: [203.0.113.1] } }\n`)
    .join("")}`;
