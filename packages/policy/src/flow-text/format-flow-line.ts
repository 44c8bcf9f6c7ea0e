import { formatAddress } from "@ringfence/model";
import type { FlowFacts, PathFact, ProcessFacts } from "../evaluate/facts.js";
import type { Endpoint, FlowLine } from "./flow-line.js";
import { hasPorts } from "./protocol-word.js";
import { writeValue } from "./words.js";

/**
 * The line that `parseFlowLine` reads back to the same facts. Only two things are not kept: a missing port of tcp
 * or udp becomes 0, which means the same, and a port of another protocol, which means nothing, is left out.
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
    ...(container === undefined ? [] : [`container=${container ? "yes" : "no"}`]),
    ...(ancestors?.length === 0 ? ["ancestor=none"] : []),
    ...(ancestors ?? []).flatMap((ancestor) => pathWords("ancestor", ancestor)),
  ];
}

function pathWords(key: string, fact: PathFact | null): string[] {
  if (fact === null) return [`${key}=unknown`];
  return [`${key}=${writeValue(fact.path)}`, ...(fact.trusted ? [] : ["trusted=no"])];
}

function flowWords(line: FlowLine): string[] {
  switch (line.direction) {
    case "egress":
      return [line.flow.protocol, endText(line.flow, line.flow.protocol)];
    case "listen":
      return ["listen", line.protocol, endText(line.local, line.protocol)];
    case "ingress":
      return ["ingress", line.protocol, sourceText(line), ...localWords(line)];
  }
}

type Ingress = Extract<FlowLine, { direction: "ingress" }>;

/** The port of a source may be left out: no rule asks for it. */
function sourceText({ source, protocol }: Ingress): string {
  return source.port === null ? endText(source, "other") : endText(source, protocol);
}

function localWords({ protocol, local }: Ingress): string[] {
  return hasPorts(protocol) || local.address !== null ? ["->", endText(local, protocol)] : [];
}

/** Brackets only where a port follows. */
function endText({ address, port }: Endpoint, protocol: FlowFacts["protocol"]): string {
  const text = address === null ? "" : formatAddress(address);
  if (!hasPorts(protocol)) return text;
  return `${address?.family === 6 ? `[${text}]` : text}:${port ?? 0}`;
}
