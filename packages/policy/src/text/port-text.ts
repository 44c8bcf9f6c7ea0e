import { type PortRange, portProtocols } from "@ringfence/model";
import type { Resolver } from "../resolver.js";
import { type Fault, isFault } from "./fault.js";

const highestPort = 65_535;
type PortProtocol = PortRange["protocol"];

/**
 * Reads one entry of `ports`: a number, a range or a service name, each with an optional `/tcp`, `/udp` or
 * `/sctp`. Gives several ranges only for a service that has different ports for them.
 */
export function parsePorts(text: string, resolver: Resolver): readonly PortRange[] | Fault {
  const slash = text.indexOf("/");
  const body = slash < 0 ? text : text.slice(0, slash);
  const suffix = slash < 0 ? null : portProtocols.find((protocol) => protocol === text.slice(slash + 1));
  if (suffix === undefined) return suffixFault(text, text.slice(slash + 1));
  const numbers = /^([0-9]+)(?:-([0-9]+))?$/.exec(body);
  if (numbers === null) return serviceRanges(text, body, suffix, resolver);
  const from = Number(numbers[1]);
  const to = numbers[2] === undefined ? from : Number(numbers[2]);
  if (from > highestPort || to > highestPort) {
    return rangeFault(`Port "${body}" is over ${highestPort}`, `Write ports from 0 to ${highestPort}`);
  }
  if (to < from) return rangeFault(`Port range "${body}" is reversed`, `Write "${to}-${from}"`);
  return [{ from, to, protocol: suffix }];
}

/** Reads one entry of `listen`, which has no SCTP: a bind or listen of that meets no hook that could refuse it. */
export function parseListenPorts(text: string, resolver: Resolver): readonly PortRange[] | Fault {
  const ranges = parsePorts(text, resolver);
  if (isFault(ranges) || !text.endsWith("/sctp")) return ranges;
  return {
    code: "RF_POLICY_PROTOCOL",
    message: `Port "${text}" cannot be in listen, which governs TCP and UDP only`,
    hint: "Write an ingress rule with protocol sctp: it says who may connect",
  };
}

function serviceRanges(
  text: string,
  service: string,
  protocol: PortProtocol,
  resolver: Resolver,
): readonly PortRange[] | Fault {
  if (!/^[A-Za-z0-9][A-Za-z0-9_.+*-]*$/.test(service) || !/[A-Za-z]/.test(service)) {
    return {
      code: "RF_POLICY_PORT",
      message: `"${text}" is not a port`,
      hint: 'Write a number, a range such as "8000-9000", or a service name such as https',
    };
  }
  const found = (protocol === null ? portProtocols : [protocol]).flatMap((one): readonly PortRange[] => {
    const port = resolver.portOf(service, one);
    return port === null ? [] : [{ from: port, to: port, protocol: one }];
  });
  const [first] = found;
  if (first !== undefined && found.some(({ from }) => from !== first.from)) return found;
  // A name stands for its number: many services are registered for one protocol and serve others too.
  if (first !== undefined) return [{ ...first, protocol }];
  return {
    code: "RF_POLICY_UNRESOLVED",
    message: `Service "${service}" has no ${protocol ?? "tcp, udp or sctp"} port on this machine`,
    hint: "Write the port number, or add the service to /etc/services",
  };
}

function suffixFault(text: string, suffix: string): Fault {
  return {
    code: "RF_POLICY_PROTOCOL",
    message: `Port "${text}" has the unknown protocol "${suffix}"`,
    hint: "Write /tcp, /udp or /sctp, or no suffix for all of them",
  };
}

function rangeFault(message: string, hint: string): Fault {
  return { code: "RF_POLICY_PORT_RANGE", message, hint };
}
