import type { Action, Rule } from "@ringfence/model";
import type { Node } from "yaml";
import { impliedNames } from "../names/implied-rules.js";
import { readChoice } from "./read-choice.js";
import { destinationKeys, readDestination } from "./read-destination.js";
import { type Fields, readMap } from "./read-map.js";
import { readName } from "./read-name.js";
import { readProcesses } from "./read-processes.js";
import type { Reader } from "./reader.js";

const ruleShape = { what: "a rule", keys: ["name", "mode", "allow", "deny"] };
const bodyShapes = {
  egress: {
    keys: ["process", "to", "ports", "protocol"],
    elsewhere: {
      from: "Write to, or move the rule to ingress",
      localPorts: "Write ports, or move the rule to ingress",
    },
  },
  ingress: {
    keys: ["process", "from", "localPorts", "protocol"],
    elsewhere: {
      to: "Write from, or move the rule to egress",
      ports: "Write localPorts, or move the rule to egress",
    },
  },
} as const;
const laterKeys = ["args"];
const inProcess = "Write it below process";
const profileKeys = {
  container: inProcess,
  unit: inProcess,
  names: "Move it to spec, beside egress",
  dns: "Move it to spec, beside egress",
};
/** What follows a profile's name where its defaults, its `listen` and its `dns` decide. */
const takenNames: readonly string[] = [
  ...impliedNames,
  "egress.default",
  "ingress.default",
  "listen",
  "listen.default",
  "unattributed",
];

/** A direction that has rules. */
export type RuleDirection = keyof typeof bodyShapes;

/** A rule and the name that it has in the file, if any. */
export interface NamedRule {
  readonly rule: Rule;
  readonly name: string | null;
  readonly node: Node;
}

/** Reads one rule of a direction; null when it is not even a rule. `unnamed` is its identity if it has no name. */
export function readRule(
  reader: Reader,
  node: Node,
  direction: RuleDirection,
  unnamed: string,
  profile: string,
): NamedRule | null {
  const fields = readMap(reader, node, ruleShape);
  if (fields === null) return null;
  const name = readRuleName(reader, fields);
  const mode = readChoice(reader, fields, "mode", ["enforce", "audit"]) ?? "enforce";
  const action = readAction(reader, fields, direction);
  const body = action === null ? null : fields.get(action);
  if (action === null || body === null) return null;
  const bodyFields = readMap(reader, body, {
    what: `"${action}"`,
    keys: bodyShapes[direction].keys,
    elsewhere: { ...bodyShapes[direction].elsewhere, ...profileKeys },
    later: laterKeys,
  });
  if (bodyFields === null) return null;
  const process = bodyFields.get("process");
  const rule: Rule = {
    id: name === null ? unnamed : `${profile}/${name}`,
    action,
    mode,
    process: process === null ? null : readProcesses(reader, process, '"process"'),
    destination: readDestination(reader, bodyFields, destinationKeys[direction]),
    location: reader.locate(node),
  };
  return { rule, name, node: fields.get("name") ?? node };
}

function readRuleName(reader: Reader, fields: Fields): string | null {
  const node = fields.get("name");
  const name = node === null ? null : readName(reader, node, "rule");
  if (node === null || name === null || !takenNames.includes(name)) return name;
  reader.error(
    "RF_POLICY_NAME",
    node,
    `Rule name "${name}" stands for what the profile says elsewhere`,
    "Choose another name",
  );
  return null;
}

function readAction(reader: Reader, fields: Fields, direction: RuleDirection): Action | null {
  const actions = (["allow", "deny"] as const).filter((key) => fields.has(key));
  if (actions.length === 1) return actions[0] ?? null;
  const [last, ...others] = bodyShapes[direction].keys.toReversed();
  const hint = `Write exactly one of allow and deny, with ${others.toReversed().join(", ")} or ${last} below it`;
  const message =
    actions.length === 0 ? "A rule has neither allow nor deny" : "A rule has both allow and deny";
  reader.error("RF_POLICY_RULE", fields.node, message, hint);
  return null;
}
