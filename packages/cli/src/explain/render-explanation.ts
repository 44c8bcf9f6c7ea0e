import {
  type ExplainedMismatch,
  type ExplainedRule,
  type ExplanationDocument,
  formatLocation,
} from "@ringfence/model";
import { printable } from "../printable.js";

type Verdict = ExplanationDocument["enforced"];
type Profile = ExplanationDocument["profiles"][number];
type Rule = Profile["rules"][number];
type Question = ExplanationDocument["question"];

/** An explanation as people read it: the verdict, then each profile with its rules, then the facts. */
export function renderExplanation(explanation: ExplanationDocument): string {
  const { question } = explanation;
  const whom = question.process === null ? "traffic of no process" : "this process";
  const blocks = [
    verdictLines(explanation, whom),
    ...explanation.profiles.map((profile) => profileLines(profile, whom, question.direction)),
    factLines(explanation),
    explanation.warnings.map((warning) => `warning: ${warning}`),
  ];
  const text = blocks.filter((lines) => lines.length > 0).map((lines) => lines.map(printable).join("\n"));
  return `${text.join("\n\n")}\n`;
}

function verdictLines({ enforced, shadow, reported, question }: ExplanationDocument, whom: string): string[] {
  const lines = [past(enforced), ...decidedBy(enforced, whom, question)];
  if (shadow.rule?.id === enforced.rule?.id) lines.push("the same if audited rules were enforced");
  else lines.push(`${past(shadow)} if audited rules were enforced`, ...decidedBy(shadow, whom, question));
  return reported === null ? lines : [...lines, ...reportLines(reported)];
}

function past({ action }: Verdict): string {
  return action === "allow" ? "allowed" : "denied";
}

function decidedBy({ rule, name }: Verdict, whom: string, { direction, names }: Question): string[] {
  const what = direction === "query" ? "guards the queries of" : "covers";
  if (rule === null) return [`  no profile that counts ${what} ${whom}`];
  return [
    `  by ${named(rule)}`,
    ...(rule.text === null ? [] : [`    ${rule.text}`]),
    ...(names.length > 1
      ? [`    judged as ${name}: it has ${names.length} names, and one that is allowed is enough`]
      : []),
  ];
}

function reportLines(reported: NonNullable<ExplanationDocument["reported"]>): string[] {
  const { file, row, outcome, rule, shadowRule, reason, agrees } = reported;
  const where = `row ${row} of ${file}`;
  if (agrees) return [`${where} says the same`];
  if (reason !== "policy" && reason !== "name-expired")
    return [`${where} says ${outcome}: "${reason}" decided there, and no rule was asked`];
  const shadow = shadowRule === null ? "" : `, with audited rules by ${shadowRule}`;
  return [
    `${where} says ${outcome} by ${rule ?? "no profile"}${shadow}: that run had another policy, or facts that a report lacks`,
  ];
}

function profileLines(
  { name, mode, source, location, subject, rules }: Profile,
  whom: string,
  direction: Question["direction"],
): string[] {
  const head = `profile ${name} (${mode}), ${location === null ? source : formatLocation(location)}`;
  if (mode === "off") return [`${head}: says nothing`];
  if (subject.length > 0) return [`${head}: does not cover this process`, ...reasonLines(subject, "subject")];
  const unsaid = direction === "query" ? "queries" : "traffic of no process";
  if (rules.length === 0) return [`${head}: says nothing of ${unsaid}`];
  return [`${head}: covers ${whom}`, ...rules.flatMap(ruleLines)];
}

function ruleLines(rule: Rule): string[] {
  const kind = rule.default ? `${rule.action} by default` : rule.action;
  const lines = [`  ${kind}  ${named(rule)}${rule.audit ? " (audit)" : ""}`];
  if (rule.mismatches.length > 0) return [...lines, ...reasonLines(rule.mismatches, null)];
  if (rule.decides.length === 2) lines.push("    decides");
  else if (rule.decides.length === 1) {
    lines.push(
      rule.decides[0] === "enforced"
        ? "    decides what is enforced"
        : "    would decide if it were enforced",
    );
  }
  const earlier = rule.overruledBy.map(({ id, action }) => `${action} ${id}`).join(" and ");
  if (earlier !== "") lines.push(`    ${rule.default ? "" : "matches, but "}decided earlier by ${earlier}`);
  return lines;
}

/** One line for each part of a rule, or for each of several alternatives in it; `known` goes without saying. */
function reasonLines(
  mismatches: readonly ExplainedMismatch[],
  known: ExplainedMismatch["part"] | null,
): string[] {
  const byPlace = new Map<string, string[]>();
  for (const { part, item, key, reason, assumed } of mismatches) {
    const name = part === "destination" || part === known ? "" : part;
    const place = [name, item === null ? "" : `(${item + 1})`].join("");
    byPlace.set(place, [...(byPlace.get(place) ?? []), assumed ? `${reason} (${key} assumed)` : reason]);
  }
  return [...byPlace].map(
    ([place, reasons]) => `    no: ${place === "" ? "" : `${place}: `}${reasons.join("; ")}`,
  );
}

function factLines({ question }: ExplanationDocument): string[] {
  const { assumed, assumedAndAsked, gaps } = question;
  const lines = [`asked: ${question.flow}`];
  const words = (facts: typeof assumed) =>
    facts.map((fact) => (fact === "ancestors" ? "ancestor" : fact)).join(", ");
  if (assumed.length > 0) lines.push(`assumed, as nothing says it: ${words(assumed)}`);
  if (assumedAndAsked.length > 0) lines.push(`of that, the policy looks at: ${words(assumedAndAsked)}`);
  return [...lines, ...gaps.map((gap) => `note: ${gap}`)];
}

function named({ id, location }: ExplainedRule): string {
  return location === null ? id : `${id}, ${formatLocation(location)}`;
}
