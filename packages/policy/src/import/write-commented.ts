import { Document, isMap, isScalar, isSeq, type Node, type Pair, type Scalar, visit } from "yaml";
import { profileDocument } from "../write/policy-yaml.js";
import type { CommentedProfile } from "./imported.js";

/** A list this long is one item a line. */
const longList = 8;

/** The policy file of the profiles, with their comments. */
export function writeCommented(profiles: readonly CommentedProfile[]): string {
  return profiles.map(write).join("---\n");
}

function write({ profile, head, keys, rules }: CommentedProfile): string {
  const document = new Document(profileDocument(profile), { aliasDuplicateObjects: false });
  const spec = document.get("spec");
  if (isMap(spec)) {
    for (const pair of spec.items as Pair<Scalar, Node>[]) {
      const comments = keys[String(pair.key.value)];
      if (comments !== undefined) pair.key.commentBefore = commentOf(comments);
    }
  }
  for (const direction of ["egress", "ingress"] as const) {
    const list = document.getIn(["spec", direction, "rules"]);
    if (!isSeq(list)) continue;
    for (const [index, rule] of (profile[direction]?.rules ?? []).entries()) {
      const node = list.items[index] as Node;
      node.commentBefore = commentOf(rules.get(rule.id) ?? []);
    }
  }
  visit(document, {
    Seq: (_key, list) => {
      if (list.items.length <= longList && list.items.every(isScalar)) list.flow = true;
    },
  });
  const comment = head.map((line) => `#${commentOf([line])}\n`).join("");
  return `${comment}${document.toString({ lineWidth: 0, flowCollectionPadding: false })}`;
}

function commentOf(lines: readonly string[]): string {
  return lines.map((line) => ` ${line}`).join("\n");
}
