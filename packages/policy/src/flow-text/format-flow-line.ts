import { type ContainerFact, formatAddress } from "@ringfence/model";
import type { FlowFacts, PathFact, ProcessFacts } from "../evaluate/facts.js";
import { hasPorts } from "../evaluate/has-ports.js";
import type { Endpoint, FlowLine } from "./flow-line.js";
import { writeValue } from "./words.js";

/**
 * The line that `parseFlowLine` reads back to the same facts. Only two things are not kept: a missing port
 * becomes 0, which means the same, and a port of a protocol that has none, which means nothing, is left out.
 */
export function formatFlowLine(line: FlowLine): string {
  return [...processWords(line.process), ...flowWords(line)].join(" ");
}

function processWords(process: Partial<ProcessFacts>): string[] {
  const { exe, ancestors, comm, uid, gid, cgroup, container } = process;
  return [
    ...(exe === undefined ? [] : pathWords("exe", exe)),
    ...(comm === undefined ? [] : [`comm=${writeValue(comm)}`]),
    ...(uid === undefined ? [] : [`uid=${uid}`]),
    ...(gid === undefined ? [] : [`gid=${gid}`]),
    ...(cgroup === undefined ? [] : [`cgroup=${writeValue(cgroup)}`]),
    ...(container === undefined ? [] : containerWords(container)),
    ...(ancestors?.length === 0 ? ["ancestor=none"] : []),
    ...(ancestors ?? []).flatMap((ancestor) => pathWords("ancestor", ancestor)),
  ];
}

function containerWords(fact: ContainerFact): string[] {
  if (fact === "pending") return ["container=pending"];
  if (typeof fact === "boolean") return [`container=${fact ? "yes" : "no"}`];
  const { id, name, image, labels } = fact;
  const word = (key: string, value: string | null) => (value === null ? [] : [`${key}=${writeValue(value)}`]);
  const pairs = Object.entries(labels ?? {}).flatMap(([key, value]) => word("label", `${key}=${value}`));
  return [
    "container=yes",
    ...word("id", id),
    ...word("name", name),
    ...word("image", image),
    ...(labels !== null && pairs.length === 0 ? ["label=none"] : pairs),
  ];
}

function pathWords(key: string, fact: PathFact | null): string[] {
  if (fact === null) return [`${key}=unknown`];
  return [`${key}=${writeValue(fact.path)}`, ...(fact.trusted ? [] : ["trusted=no"])];
}

function flowWords(line: FlowLine): string[] {
  switch (line.direction) {
    case "egress":
      return [
        line.flow.protocol,
        endText(line.flow, line.flow.protocol),
        ...(line.flow.names === undefined ? [] : ["as", line.flow.names.join(",")]),
      ];
    case "query":
      return ["query", line.name];
    case "listen":
      return ["listen", line.protocol, ...localWords(line)];
    case "ingress":
    case "unattributed":
      return [
        line.direction,
        line.protocol,
        sourceText(line),
        ...localWords(line).flatMap((end) => ["->", end]),
      ];
  }
}

type Incoming = Extract<FlowLine, { readonly source: Endpoint }>;

/** The port of a source may be left out: no rule asks for it. */
function sourceText({ source, protocol }: Incoming): string {
  return source.port === null ? endText(source, "other") : endText(source, protocol);
}

/** Nothing for a local end of which nothing is known. */
function localWords({ protocol, local }: Pick<Incoming, "protocol" | "local">): string[] {
  return hasPorts(protocol) || local.address !== null ? [endText(local, protocol)] : [];
}

/** Brackets only where a port follows. */
function endText({ address, port }: Endpoint, protocol: FlowFacts["protocol"]): string {
  const text = address === null ? "" : formatAddress(address);
  if (!hasPorts(protocol)) return text;
  return `${address?.family === 6 ? `[${text}]` : text}:${port ?? 0}`;
}
