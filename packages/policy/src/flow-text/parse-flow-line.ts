import { type Address, type VerdictDirection, verdictDirections } from "@ringfence/model";
import type { FlowFacts } from "../evaluate/facts.js";
import { hasPorts } from "../evaluate/has-ports.js";
import { isFault } from "../text/fault.js";
import { parseName } from "../text/name-text.js";
import { choiceHint } from "../text/nearest.js";
import type { Endpoint, FlowLine, LineFlow } from "./flow-line.js";
import { LineErrors } from "./line-errors.js";
import { flowProtocolOf, flowProtocols } from "./protocol-word.js";
import { readEndpoint } from "./read-endpoint.js";
import { readProcess } from "./read-process.js";
import { splitWords, type Word } from "./words.js";

type Protocol = FlowFacts["protocol"];

const nowhere: Endpoint = { address: null, port: null };

/**
 * Reads one flow in words: `exe=/usr/bin/curl uid=1000 tcp 10.0.0.1:443`. First what is known of the process, then
 * the direction (`egress` if left out), the protocol, and where the flow goes:
 *
 *     egress   tcp 10.0.0.1:443          the destination
 *     egress   tcp 10.0.0.1:443 as example.com,b.example   with the live names of its address
 *     query    example.com               the name that a resolver is asked for
 *     ingress  tcp 10.0.0.9:51234 -> :8080   the source, and the local end
 *     listen   tcp :8080                 the local end
 *
 * `unattributed` has the form of `ingress`.
 *
 * Protocols without ports have an address alone. Throws RF_FLOW at the place in the line; `file` only names it.
 */
export function parseFlowLine(line: string, file: string): FlowLine {
  const errors = new LineErrors(line, file);
  const words = splitWords(line);
  const process = readProcess(
    words.filter(({ key }) => key !== null),
    errors,
  );
  const flow = readFlow(
    words.filter(({ key }) => key === null),
    errors,
  );
  return { process, ...flow };
}

function readFlow(words: readonly Word[], errors: LineErrors): LineFlow {
  const direction = verdictDirections.find((name) => name === words[0]?.text);
  const [first, ...ends] = direction === undefined ? words : words.slice(1);
  if (direction === "query") return readQuery(first, ends, errors);
  const protocol = readProtocol(first, direction, errors);
  if (direction === "ingress" || direction === "unattributed") {
    return readIncoming(direction, protocol, ends, errors);
  }
  if (direction === "listen" && protocol !== "tcp" && protocol !== "udp") {
    const hint = "Ask for ingress: it says what may come in";
    errors.fail(first?.offset ?? errors.end, `Nothing asks the policy who listens with ${protocol}`, hint);
  }
  const [end, ...behind] = ends;
  const names = direction === "listen" ? [] : readNames(behind, errors);
  const stray = behind[names.length === 0 ? 0 : 2];
  if (stray !== undefined)
    errors.fail(stray.offset, `Nothing can follow "${end?.text}"`, `Remove "${stray.text}"`);
  const what = direction === "listen" ? "local end" : "destination";
  if (end === undefined)
    return errors.fail(errors.end, `The ${what} is missing`, exampleOf(protocol, direction));
  const endpoint = readEnd(end, protocol, what, errors);
  if (direction === "listen") return { direction, protocol, local: endpoint };
  const address = needAddress(end, endpoint, errors);
  const flow = { protocol, address, port: endpoint.port };
  return { direction: "egress", flow: names.length === 0 ? flow : { ...flow, names } };
}

function readQuery(word: Word | undefined, behind: readonly Word[], errors: LineErrors): LineFlow {
  if (word === undefined)
    return errors.fail(errors.end, "The name is missing", "Write it like query example.com");
  const [stray] = behind;
  if (stray !== undefined)
    errors.fail(stray.offset, `Nothing can follow "${word.text}"`, `Remove "${stray.text}"`);
  return { direction: "query", name: readName(word.text, word.offset, errors) };
}

/** The live names behind `as`, with commas between them; none when there is no `as`. */
function readNames([as, list]: readonly Word[], errors: LineErrors): readonly string[] {
  if (as?.text !== "as") return [];
  if (list === undefined)
    return errors.fail(errors.end, "The names are missing", "Write them like as example.com,b.example");
  let offset = list.offset;
  return list.text.split(",").map((text) => {
    const name = readName(text, offset, errors);
    offset += text.length + 1;
    return name;
  });
}

function readName(text: string, offset: number, errors: LineErrors): string {
  const read = parseName(text);
  if (isFault(read)) return errors.fail(offset, read.message, read.hint);
  if (read.wildcard) errors.fail(offset, `"${text}" is not one name`, "Write a name that is below it");
  return read.name;
}

function readProtocol(word: Word | undefined, direction: string | undefined, errors: LineErrors): Protocol {
  if (word === undefined) {
    return errors.fail(
      errors.end,
      "The protocol is missing",
      "Write it before the address, like tcp 10.0.0.1:443",
    );
  }
  const protocol = flowProtocolOf(word.text);
  if (protocol !== null) return protocol;
  const words = direction === undefined ? [...flowProtocols, ...verdictDirections] : flowProtocols;
  return errors.fail(word.offset, `"${word.text}" is not a protocol`, choiceHint(word.text, words));
}

function readIncoming(
  direction: "ingress" | "unattributed",
  protocol: Protocol,
  words: readonly Word[],
  errors: LineErrors,
): LineFlow {
  const [from, arrow, to, stray] = words;
  const example = exampleOf(protocol, direction);
  if (from === undefined) return errors.fail(errors.end, "The source is missing", example);
  const source = readEndpoint(from, errors);
  if (source.address === null) errors.fail(from.offset, "The source has no address", example);
  refusePort(from, source, protocol, errors);
  if (arrow === undefined && !hasPorts(protocol)) return { direction, protocol, source, local: nowhere };
  if (arrow?.text !== "->" || to === undefined) {
    return errors.fail(arrow?.offset ?? errors.end, "The local end is missing", example);
  }
  if (stray !== undefined)
    errors.fail(stray.offset, `Nothing can follow "${to.text}"`, `Remove "${stray.text}"`);
  return { direction, protocol, source, local: readEnd(to, protocol, "local end", errors) };
}

/** An end that needs its port where the protocol has ports. */
function readEnd(word: Word, protocol: Protocol, what: string, errors: LineErrors): Endpoint {
  const end = readEndpoint(word, errors);
  refusePort(word, end, protocol, errors);
  if (!hasPorts(protocol) || end.port !== null) return end;
  const shown = word.text.includes(":") && !word.text.startsWith("[") ? `[${word.text}]` : word.text;
  return errors.fail(word.offset, `The ${what} "${word.text}" has no port`, `Write it like ${shown}:443`);
}

function refusePort(word: Word, end: Endpoint, protocol: Protocol, errors: LineErrors): void {
  if (hasPorts(protocol) || end.port === null) return;
  errors.fail(word.offset, `A port cannot go with protocol ${protocol}`, "Write the address alone");
}

function needAddress(word: Word, { address }: Endpoint, errors: LineErrors): Address {
  return (
    address ?? errors.fail(word.offset, `"${word.text}" has no address`, `Write it like 10.0.0.1${word.text}`)
  );
}

function exampleOf(protocol: Protocol, direction: VerdictDirection | undefined): string {
  const port = (number: number) => (hasPorts(protocol) ? `:${number}` : "");
  const near = hasPorts(protocol) ? ":8080" : "10.0.0.1";
  if (direction === "ingress" || direction === "unattributed") {
    return `Write it like ${direction} ${protocol} 10.0.0.9${port(51_234)} -> ${near}`;
  }
  if (direction === "listen") return `Write it like listen ${protocol} ${near}`;
  return `Write it like ${protocol} 10.0.0.1${port(443)}`;
}
