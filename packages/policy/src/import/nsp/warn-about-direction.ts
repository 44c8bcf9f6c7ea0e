import type { Reader } from "../../parse/reader.js";
import { closedPorts } from "./closed-ports.js";
import { isIcmp } from "./is-icmp.js";
import type { NspDirection } from "./nsp-profile.js";

/** Warns of what one layer lets through and another does not, and of ports that are not carried. */
export function warnAboutLayers(reader: Reader, direction: NspDirection, key: "egress" | "ingress"): void {
  const { cidrs, families, ports } = direction;
  for (const { value, location } of cidrs) {
    const { family } = value.address;
    if (families.some((one) => one.value === family)) continue;
    const message = `l3.protocols does not list ipv${family}, so nothing passes to or from this block`;
    reader.warn(
      "RF_IMPORT_DIFFERS",
      location,
      message,
      `Add ipv${family} to l3.protocols, or remove the block`,
    );
  }
  const closed = closedPorts(direction);
  for (const { value, location } of ports) {
    if (key === "ingress") {
      const message = `Port ${value.port} is one of the other end in Network Security Probe, and ingress rules have none`;
      reader.warn(
        "RF_IMPORT_LOST",
        location,
        message,
        "Remove it: answers need no rule. For a service write localPorts",
      );
    } else if (closed.includes(value.port)) {
      const message = `Layer 7 does not list the protocol of port ${value.port}, so the port is not let through`;
      reader.warn(
        "RF_IMPORT_DIFFERS",
        location,
        message,
        "Add the protocol to l7.protocols, or remove the port",
      );
    }
  }
}

/** Only ICMP of the rest has a counterpart: everything else belongs to some process here. */
export function warnAboutRest(reader: Reader, direction: NspDirection): void {
  const { fqdns, protocols, ports, applications, questions } = direction;
  const message =
    '"default" is for packets of no process, and only ICMP of it is carried: here packets have one';
  const transports = protocols.filter(({ value }) => !isIcmp(value));
  for (const { location } of [...fqdns, ...transports, ...ports, ...(applications ?? []), ...questions]) {
    reader.warn("RF_IMPORT_LOST", location, message, "Write a rule for the process that is meant");
  }
}
