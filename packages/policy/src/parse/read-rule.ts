import type { Action, Rule } from "@ringfence/model";
import type { Node } from "yaml";
import { readChoice } from "./read-choice.js";
import { readDestination } from "./read-destination.js";
import { type Fields, readMap } from "./read-map.js";
import { readName } from "./read-name.js";
import { readProcesses } from "./read-processes.js";
import type { Reader } from "./reader.js";

const ruleShape = { what: "a rule", keys: ["name", "mode", "allow", "deny"] };
const bodyKeys = ["process", "to", "ports", "protocol"];
const laterKeys = ["from", "localPorts", "names", "dns", "container", "unit", "args", "listen"];

/** A rule and the name that it has in the file, if any. */
export interface NamedRule {
  readonly rule: Rule;
  readonly name: string | null;
  readonly node: Node;
}

/** Reads entry `index` of a direction's rules; null when it is not even a rule. */
export function readRule(reader: Reader, node: Node, profile: string, index: number): NamedRule | null {
  const fields = readMap(reader, node, ruleShape);
  if (fields === null) return null;
  const name = readRuleName(reader, fields);
  const mode = readChoice(reader, fields, "mode", ["enforce", "audit"]) ?? "enforce";
  const action = readAction(reader, fields);
  const body = action === null ? null : fields.get(action);
  if (action === null || body === null) return null;
  const bodyFields = readMap(reader, body, { what: `"${action}"`, keys: bodyKeys, later: laterKeys });
  if (bodyFields === null) return null;
  const process = bodyFields.get("process");
  const rule: Rule = {
    id: name === null ? `${profile}/egress[${index}]` : `${profile}/${name}`,
    action,
    mode,
    process: process === null ? null : readProcesses(reader, process, '"process"'),
    destination: readDestination(reader, bodyFields),
    location: reader.locate(node),
  };
  return { rule, name, node: fields.get("name") ?? node };
}

function readRuleName(reader: Reader, fields: Fields): string | null {
  const node = fields.get("name");
  const name = node === null ? null : readName(reader, node, "rule");
  if (node === null || name !== "egress.default") return name;
  reader.error(
    "RF_POLICY_NAME",
    node,
    'Rule name "egress.default" stands for the default',
    "Choose another name",
  );
  return null;
}

function readAction(reader: Reader, fields: Fields): Action | null {
  const actions = (["allow", "deny"] as const).filter((key) => fields.has(key));
  if (actions.length === 1) return actions[0] ?? null;
  const hint = "Write exactly one of allow and deny, with process, to, ports or protocol below it";
  const message =
    actions.length === 0 ? "A rule has neither allow nor deny" : "A rule has both allow and deny";
  reader.error("RF_POLICY_RULE", fields.node, message, hint);
  return null;
}
