import { parseAddress } from "../address/address-text.js";
import { type Prefix, parsePrefix, prefixContains } from "../address/prefix.js";
import type { ReportOutcome } from "../report/outcome.js";
import type { AgentEvent } from "./agent-event.js";
import type { EventType } from "./event-types.js";

/** Which events somebody wants. The keys that are there must all hold; in a list, one value is enough. */
export interface EventFilter {
  readonly types?: readonly EventType[];
  /** A process id, a task name, or the path of the executable or its last component, with `*` for any characters. */
  readonly process?: string;
  /** An address, a CIDR, a port as `:443`, or a name, with `*` for any characters. */
  readonly to?: string;
  readonly verdicts?: readonly ReportOutcome[];
  /** Of the rule that decided, or would; of a workload, one that selects it. */
  readonly profile?: string;
}

/** The filter as a test of one event, prepared once. */
export function eventMatcher(filter: EventFilter): (event: AgentEvent) => boolean {
  const tests = [
    filter.types && typeTest(new Set(filter.types)),
    filter.verdicts && verdictTest(new Set(filter.verdicts)),
    filter.process === undefined ? undefined : processTest(filter.process),
    filter.to === undefined ? undefined : destinationTest(filter.to),
    filter.profile === undefined ? undefined : profileTest(filter.profile),
  ].filter((one) => one !== undefined);
  return (event) => tests.every((holds) => holds(event));
}

type EventTest = (event: AgentEvent) => boolean;

function typeTest(types: ReadonlySet<EventType>): EventTest {
  return ({ type }) => types.has(type);
}

function verdictTest(verdicts: ReadonlySet<ReportOutcome>): EventTest {
  return (event) => event.type === "verdict" && verdicts.has(event.outcome);
}

function processTest(text: string): EventTest {
  const pattern = globOf(text);
  const pid = /^[0-9]+$/.test(text) ? Number(text) : null;
  return (event) => {
    const actor = "process" in event ? event.process : null;
    if (actor === null) return false;
    const { exe, comm } = actor;
    return (
      actor.pid === pid ||
      pattern.test(exe) ||
      pattern.test(comm) ||
      pattern.test(exe.slice(exe.lastIndexOf("/") + 1))
    );
  };
}

function destinationTest(text: string): EventTest {
  const port = /^:([0-9]{1,5})$/.exec(text)?.[1];
  if (port !== undefined) return (event) => "port" in event && event.port === Number(port);
  const prefix = parsePrefix(text);
  const pattern = globOf(text.toLowerCase());
  return (event) => {
    if (event.type === "dns") {
      return pattern.test(event.name) || (prefix !== null && isWithin(prefix, event.resolver));
    }
    if (!("address" in event)) return false;
    const name = "domain" in event ? event.domain : null;
    return (
      (name !== null && pattern.test(name)) ||
      (prefix !== null && event.address !== null && isWithin(prefix, event.address))
    );
  };
}

function isWithin(prefix: Prefix, text: string): boolean {
  const address = parseAddress(text);
  return address !== null && prefixContains(prefix, address);
}

function profileTest(profile: string): EventTest {
  const start = `${profile}/`;
  return (event) =>
    (event.type === "verdict" &&
      [event.rule, event.shadowRule].some((rule) => rule?.startsWith(start) ?? false)) ||
    (event.type === "dns" && (event.rule?.startsWith(start) ?? false)) ||
    (event.type === "workload" && event.profiles.includes(profile)) ||
    (event.type === "policy" && event.profile === profile);
}

/** A text with stars as a pattern over the whole of another. */
function globOf(text: string): RegExp {
  const parts = text.split("*").map((part) => part.replace(/[\\^$.|?+()[\]{}]/g, "\\$&"));
  return new RegExp(`^${parts.join(".*")}$`);
}
