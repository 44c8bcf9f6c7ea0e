import type { Direction } from "@ringfence/model";
import { isSeq, type Node } from "yaml";
import { requireChoice } from "./read-choice.js";
import { readMap } from "./read-map.js";
import { type RuleDirection, readRule } from "./read-rule.js";
import type { Reader } from "./reader.js";

/** The profile that a direction belongs to, and the rule names that it has used so far. */
export interface RuleNames {
  readonly profile: string;
  readonly used: Set<string>;
}

/** Reads what a profile says about outgoing or incoming traffic; an empty list of rules is legal here. */
export function readDirection(
  reader: Reader,
  node: Node,
  direction: RuleDirection,
  names: RuleNames,
): Direction | null {
  const shape = { what: `"${direction}"`, keys: ["default", "rules"] };
  const fields = readMap(reader, node, shape);
  if (fields === null) return null;
  const action = requireChoice(reader, fields, "default", ["deny", "allow"], shape.what);
  const list = fields.get("rules");
  const rules = list === null ? [] : readRules(reader, list, direction, names);
  if (action === null) return null;
  return { default: action, rules, location: reader.locate(fields.get("default") ?? node) };
}

function readRules(
  reader: Reader,
  list: Node,
  direction: RuleDirection,
  { profile, used }: RuleNames,
): Direction["rules"] {
  if (!isSeq(list)) {
    reader.error("RF_POLICY_TYPE", list, 'Expected a list for "rules"', "Start each rule with a dash");
    return [];
  }
  return (list.items as Node[]).flatMap((item, index) => {
    const read = readRule(reader, item, direction, `${profile}/${direction}[${index}]`, profile);
    if (read === null) return [];
    if (read.name !== null && used.has(read.name)) {
      const hint = "Rename one of them: verdicts name the rule that decided";
      reader.error("RF_POLICY_DUPLICATE_NAME", read.node, `Rule name "${read.name}" occurs twice`, hint);
    }
    if (read.name !== null) used.add(read.name);
    return [read.rule];
  });
}
