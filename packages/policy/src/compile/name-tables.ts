import {
  type Address,
  isEverywhere,
  namePatternText,
  type Peer,
  type Profile,
  sameAddress,
} from "@ringfence/model";
import { parentNames } from "../names/parent-names.js";
import type { NameTables } from "./compiled-policy.js";
import type { CompileContext } from "./context.js";
import { groupsByValue } from "./groups-by-value.js";
import { limitError, limits } from "./limits.js";

/** The table of names, in which each entry knows the wildcards above it too, so that one look-up is enough. */
export function buildNameTables(context: CompileContext, profiles: readonly Profile[]): NameTables {
  const active = profiles.filter(({ mode }) => mode !== "off");
  const entries = entriesOf(context);
  const queryBits = context.bits.filter(({ direction }) => direction === "query").length;
  return {
    judged: entries.length + queryBits > 0,
    queryBits,
    entries,
    anywhereRow: context.rowWhere(({ destination }) => destination === null || isEverywhere(destination.to)),
    graceSeconds: Math.max(0, ...active.map(({ names }) => names?.graceSeconds ?? 0)),
    resolvers: distinct(active.flatMap(({ dns }) => dns?.resolvers ?? [])),
  };
}

function entriesOf(context: CompileContext): NameTables["entries"] {
  const dimension = context.dimension<readonly string[]>();
  const textsOf = new Map<readonly Peer[], readonly string[]>();
  const patterns = new Map<string, { readonly name: string; readonly wildcard: boolean }>();
  context.bits.forEach(({ ref, destination }, bit) => {
    const peers = destination?.to ?? [];
    const found = peers.flatMap((peer) => (peer.kind === "name" ? [peer.pattern] : []));
    if (found.length === 0) {
      dimension.exclude(bit);
      return;
    }
    for (const pattern of found) patterns.set(namePatternText(pattern), pattern);
    if (patterns.size > limits.names) {
      throw limitError(
        "different names",
        patterns.size,
        limits.names,
        "List wildcards instead",
        ref.location,
      );
    }
    const texts = textsOf.get(peers) ?? found.map(namePatternText);
    textsOf.set(peers, texts);
    dimension.require(bit, texts);
  });
  const groupsOf = groupsByValue(dimension.lists);
  dimension.begin();
  const inOrder = [...patterns].toSorted(
    ([, a], [, b]) => compare(a.name, b.name) || Number(a.wildcard) - Number(b.wildcard),
  );
  return inOrder.map(([text, { name, wildcard }]) => {
    const texts = [text, ...parentNames(name).map((parent) => `*.${parent}`)];
    const groups = texts.flatMap((listed) => groupsOf.get(listed) ?? []);
    return { name, wildcard, row: context.rowOfGroups(dimension, groups) };
  });
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function distinct(addresses: readonly Address[]): readonly Address[] {
  return addresses.filter((one, index) => addresses.findIndex((other) => sameAddress(one, other)) === index);
}
