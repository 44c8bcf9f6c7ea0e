import type { Rule, RuleSet, RuleSubject } from "./rule.js";

/** A rule set as a policy file of ours. */
export function policyText({ name, default: fallback, rules }: RuleSet): string {
  const list = rules.length === 0 ? " []" : `\n${rules.map(ruleLine).join("\n")}`;
  return [
    "apiVersion: ringfence.dev/v1alpha1",
    "kind: SecurityProfile",
    `metadata: { name: ${name} }`,
    "spec:",
    "  mode: enforce",
    "  egress:",
    `    default: ${fallback}`,
    `    rules:${list}`,
    "",
  ].join("\n");
}

function ruleLine({ action, subject, to, protocol, ports: [first, last] }: Rule): string {
  const suffix = protocol === "both" ? "" : `/${protocol}`;
  const ports = first === last ? `${first}${suffix}` : `${first}-${last}${suffix}`;
  return `      - ${action}: { ${processText(subject)}to: ${quoted(to)}, ports: ["${ports}"] }`;
}

function processText(subject: RuleSubject): string {
  switch (subject.kind) {
    case "exe":
      return `process: { exe: ${quoted(subject.exe)} }, `;
    case "uid":
      return `process: { uid: ${subject.uid} }, `;
    case "cgroup":
      return `process: { cgroup: "${subject.path}" }, `;
    case "exe-and-uid":
      return `process: { exe: "${subject.exe}", uid: ${subject.uid} }, `;
    case "any":
      return "";
  }
}

function quoted(list: readonly string[]): string {
  return `[${list.map((item) => `"${item}"`).join(", ")}]`;
}
