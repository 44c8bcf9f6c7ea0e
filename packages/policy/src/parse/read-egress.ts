import type { Direction } from "@ringfence/model";
import { isSeq, type Node } from "yaml";
import { requireChoice } from "./read-choice.js";
import { readMap } from "./read-map.js";
import { readRule } from "./read-rule.js";
import type { Reader } from "./reader.js";

const shape = { what: '"egress"', keys: ["default", "rules"] };

/** Reads what a profile says about outgoing traffic; an empty list of rules is legal here. */
export function readEgress(reader: Reader, node: Node, profile: string): Direction | null {
  const fields = readMap(reader, node, shape);
  if (fields === null) return null;
  const action = requireChoice(reader, fields, "default", ["deny", "allow"], shape.what);
  const list = fields.get("rules");
  const rules = list === null ? [] : readRules(reader, list, profile);
  if (action === null) return null;
  return { default: action, rules, location: reader.locate(fields.get("default") ?? node) };
}

function readRules(reader: Reader, list: Node, profile: string): Direction["rules"] {
  if (!isSeq(list)) {
    reader.error("RF_POLICY_TYPE", list, 'Expected a list for "rules"', "Start each rule with a dash");
    return [];
  }
  const names = new Set<string>();
  return (list.items as Node[]).flatMap((item, index) => {
    const read = readRule(reader, item, profile, index);
    if (read === null) return [];
    if (read.name !== null && names.has(read.name)) {
      const hint = "Rename one of them: verdicts name the rule that decided";
      reader.error("RF_POLICY_DUPLICATE_NAME", read.node, `Rule name "${read.name}" occurs twice`, hint);
    }
    if (read.name !== null) names.add(read.name);
    return [read.rule];
  });
}
