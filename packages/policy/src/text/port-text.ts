import type { PortRange } from "@ringfence/model";
import type { Resolver } from "../resolver.js";
import type { Fault } from "./fault.js";

const highestPort = 65_535;
type PortProtocol = PortRange["protocol"];

/**
 * Reads one entry of `ports`: a number, a range or a service name, each with an optional `/tcp` or `/udp`. Gives
 * two ranges only for a service that has different ports for tcp and udp.
 */
export function parsePorts(text: string, resolver: Resolver): readonly PortRange[] | Fault {
  const slash = text.indexOf("/");
  const body = slash < 0 ? text : text.slice(0, slash);
  const suffix = slash < 0 ? null : text.slice(slash + 1);
  if (suffix !== null && suffix !== "tcp" && suffix !== "udp") return suffixFault(text, suffix);
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
  const tcp = protocol === "udp" ? null : resolver.portOf(service, "tcp");
  const udp = protocol === "tcp" ? null : resolver.portOf(service, "udp");
  if (protocol === null && tcp !== null && udp !== null && tcp !== udp) {
    return [
      { from: tcp, to: tcp, protocol: "tcp" },
      { from: udp, to: udp, protocol: "udp" },
    ];
  }
  // A name stands for its number: many services are registered for one protocol and serve both.
  const port = tcp ?? udp;
  if (port !== null) return [{ from: port, to: port, protocol }];
  return {
    code: "RF_POLICY_UNRESOLVED",
    message: `Service "${service}" has no ${protocol ?? "tcp or udp"} port on this machine`,
    hint: "Write the port number, or add the service to /etc/services",
  };
}

function suffixFault(text: string, suffix: string): Fault {
  if (suffix === "sctp") {
    return {
      code: "RF_POLICY_UNSUPPORTED",
      message: 'Protocol "sctp" is not supported in this version',
      hint: "Write /tcp or /udp",
    };
  }
  return {
    code: "RF_POLICY_PROTOCOL",
    message: `Port "${text}" has the unknown protocol "${suffix}"`,
    hint: "Write /tcp or /udp, or no suffix for both",
  };
}

function rangeFault(message: string, hint: string): Fault {
  return { code: "RF_POLICY_PORT_RANGE", message, hint };
}
