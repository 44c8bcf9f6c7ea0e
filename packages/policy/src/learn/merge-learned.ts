import { type Peer, type Profile, peerText, type Rule } from "@ringfence/model";
import { isMap, isScalar, isSeq, type Pair, parseDocument, type Scalar, type YAMLMap } from "yaml";
import { ownComment } from "./comment-text.js";
import type { Learned } from "./learner.js";
import { listenComment } from "./listen-ports.js";
import { directionLines, ruleLines } from "./rule-lines.js";
import { TextEdits } from "./text-edits.js";
import { usageText } from "./usage.js";

const usageLine = /^\s*# learn: (once|[0-9]+ times|not used)/;
const ownLine = /^\s*# learn: /;

/** Where a value lies in the text. */
type Range = readonly [number, number, ...number[]];

type DirectionName = "egress" | "ingress";

/**
 * The text of a policy file with what was learned beyond what it allows, and with how often its rules were used. Everything else in
 * it stays as it is: order, comments, spacing, and rules that nothing used. `text` holds one document, and `existing` is its profile.
 */
export function mergeLearned(text: string, existing: Profile, learned: Learned): string {
  const document = parseDocument(text);
  const spec = document.get("spec");
  if (!isMap(spec)) throw new RangeError("Cannot merge with a policy without spec");
  const edits = new TextEdits(text);
  for (const direction of ["egress", "ingress"] as const) {
    mergeDirection(edits, spec, direction, existing, learned);
  }
  mergeListen(edits, spec, existing, learned);
  mergeNames(edits, spec, existing, learned);
  return withHead(edits.apply(), learned.head);
}

/** Lines of ours at the top, before and after which others may stand. */
function withHead(text: string, head: readonly string[]): string {
  const lines = text.split("\n");
  const end = lines.findIndex((line) => !line.startsWith("#"));
  const own = lines.slice(0, end).filter((line) => !ownLine.test(line));
  return [...own, ...head.map((line) => `# ${ownComment(line)}`), ...lines.slice(end)].join("\n");
}

function pairOf(map: YAMLMap, key: string): Pair<Scalar, unknown> | undefined {
  return (map.items as Pair<Scalar, unknown>[]).find((pair) => pair.key.value === key);
}

function rangeOf(node: unknown): Range {
  const { range } = node as { range?: Range | null };
  if (range === undefined || range === null)
    throw new RangeError("Cannot find a value in the text it is from");
  return range;
}

function mergeDirection(
  edits: TextEdits,
  spec: YAMLMap,
  direction: DirectionName,
  existing: Profile,
  learned: Learned,
): void {
  const pair = pairOf(spec, direction);
  if (pair === undefined || !isMap(pair.value)) return; // a direction that the file leaves open has nothing to learn
  const added = learned.profile[direction]?.rules ?? [];
  const list = pair.value.get("rules");
  const isBlock = pair.value.flow !== true && isSeq(list) && list.flow !== true && list.items.length > 0;
  if (!isBlock) {
    if (added.length === 0) return;
    const indent = edits.indentOf(rangeOf(pair.key)[0]);
    const lines = directionLines(existing, learned, direction).map((line) => `${indent}  ${line}`);
    edits.replace(rangeOf(pair.key)[1] + 1, rangeOf(pair.value)[1], `\n${lines.join("\n")}`);
    return;
  }
  const rules = existing[direction]?.rules ?? [];
  for (const [index, rule] of rules.entries()) {
    const item = list.items[index];
    const seen = learned.usage.get(rule.id);
    if (rule.action === "deny" || !isMap(item)) continue;
    const more = added.find((one) => isSamePurpose(one, rule));
    if (more !== undefined) addPeers(edits, item, direction === "egress" ? "to" : "from", peersOf(more));
    edits.setCommentAbove(
      rangeOf(item)[0],
      [
        `# ${ownComment(seen === undefined && more === undefined ? "not used" : usageOf(seen, more, learned))}`,
      ],
      usageLine,
    );
  }
  const fresh = added.filter((rule) => !rules.some((one) => isSamePurpose(one, rule)));
  const last = list.items.at(-1);
  const indent = edits.indentOf(rangeOf(list.items[0])[0]);
  const lines = fresh.flatMap((rule) =>
    ruleLines(learned, direction, rule).map((line) => `${indent}${line}`),
  );
  if (lines.length > 0) edits.insertBelow(rangeOf(last)[1], lines);
}

/** Of a rule that gets more other ends, what the records say of these; the next time they are one. */
function usageOf(
  seen: Parameters<typeof usageText>[0] | undefined,
  more: Rule | undefined,
  learned: Learned,
): string {
  const [fresh] = more === undefined ? [] : (learned.rules.get(more.id) ?? []);
  return seen === undefined ? (fresh ?? "") : usageText(seen);
}

function isSamePurpose(one: Rule, other: Rule): boolean {
  const purpose = ({ action, mode, process, destination: { ports, protocols } }: Rule) =>
    JSON.stringify([action, mode, process, ports, protocols]);
  return purpose(one) === purpose(other) && one.destination.to !== null && other.destination.to !== null;
}

function peersOf({ destination }: Rule): readonly string[] {
  return (destination.to ?? []).map((peer: Peer) => quoted(peerText(peer)));
}

/** Safe in any place of a YAML file. */
function quoted(text: string): string {
  return /^[A-Za-z0-9][A-Za-z0-9./-]*$/.test(text) ? text : JSON.stringify(text);
}

function addPeers(edits: TextEdits, rule: YAMLMap, key: string, peers: readonly string[]): void {
  const allow = rule.get("allow");
  if (isMap(allow)) appendTo(edits, pairOf(allow, key)?.value, peers);
}

/** Adds to a list, or makes one of a single value. */
function appendTo(edits: TextEdits, node: unknown, texts: readonly string[]): void {
  if (isScalar(node)) {
    const [, end] = rangeOf(node);
    edits.replace(rangeOf(node)[0], rangeOf(node)[0], "[");
    edits.replace(end, end, `, ${texts.join(", ")}]`);
  } else if (isSeq(node) && node.flow === true) {
    const [, end] = rangeOf(node.items.at(-1));
    edits.replace(end, end, `, ${texts.join(", ")}`);
  } else if (isSeq(node)) {
    const indent = edits.indentOf(rangeOf(node.items.at(-1))[0]);
    edits.insertBelow(
      rangeOf(node.items.at(-1))[1],
      texts.map((text) => `${indent}- ${text}`),
    );
  }
}

function mergeListen(edits: TextEdits, spec: YAMLMap, { listen }: Profile, learned: Learned): void {
  const pair = pairOf(spec, "listen");
  if (listen === null || pair === undefined) return;
  type Ports = (typeof listen.ports)[number];
  const covers = (outer: Ports, inner: Ports) =>
    outer.from <= inner.from &&
    inner.to <= outer.to &&
    (outer.protocol === null || outer.protocol === inner.protocol);
  const added = learned.listened
    .filter(({ range }) => !listen.ports.some((port) => covers(port, range)))
    .map(({ range }) => portsText(range));
  if (added.length > 0 && listen.ports.length === 0) {
    const [from, to] = rangeOf(pair.value);
    edits.replace(from, to, `[${added.join(", ")}]`);
  } else if (added.length > 0) appendTo(edits, pair.value, added);
  const unused = listen.ports.filter((port) => !learned.listened.some(({ range }) => covers(port, range)));
  const lines = [
    ...learned.listened.map(listenComment),
    ...unused.map((port) => `${portsText(port)}: not used`),
  ];
  const comments = lines.map((line) => `# ${ownComment(line)}`);
  edits.setCommentAbove(rangeOf(pair.key)[0], comments, ownLine);
}

function portsText({ from, to, protocol }: { from: number; to: number; protocol: string | null }): string {
  return `${from === to ? from : `${from}-${to}`}${protocol === null ? "" : `/${protocol}`}`;
}

function mergeNames(edits: TextEdits, spec: YAMLMap, { names }: Profile, learned: Learned): void {
  const needed = learned.profile.names?.graceSeconds ?? 0;
  if (needed <= (names?.graceSeconds ?? 0)) return;
  const pair = pairOf(spec, "names");
  if (pair !== undefined) {
    const [from, to] = rangeOf(pair.value);
    edits.replace(from, to, `{ grace: ${needed} }`);
    return;
  }
  const egress = pairOf(spec, "egress");
  if (egress === undefined) return;
  const [at] = rangeOf(egress.key);
  const why = (learned.keys["names"] ?? []).map((line) => `# ${ownComment(line)}\n${edits.indentOf(at)}`);
  edits.replace(at, at, `${why.join("")}names: { grace: ${needed} }\n${edits.indentOf(at)}`);
}
