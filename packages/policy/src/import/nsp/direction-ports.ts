import type { PortProtocol, PortRange } from "@ringfence/model";
import { applicationPorts, closedPorts } from "./closed-ports.js";
import { isIcmp } from "./is-icmp.js";
import type { NspDirection } from "./nsp-profile.js";

const highestPort = 65_535;

/** True when both layers let DNS through, over whichever protocol. */
export function letsDnsThrough(direction: NspDirection): boolean {
  return portsOf(direction).some(
    ({ from, to, protocol }) =>
      protocol !== "sctp" && from <= applicationPorts.dns && applicationPorts.dns <= to,
  );
}

/** The ports that layers 4 and 7 both let through: those of an application only if it is listed. */
export function portsOf(direction: NspDirection): readonly PortRange[] {
  const { protocols, ports } = direction;
  const closed = closedPorts(direction);
  const whole = protocols.flatMap(({ value }) => (isIcmp(value) ? [] : rangesWithout(closed, value)));
  const single = ports
    .filter(
      ({ value }) => !closed.includes(value.port) && protocols.every((one) => one.value !== value.protocol),
    )
    .map(({ value: { protocol, port } }): PortRange => ({ from: port, to: port, protocol }));
  return [...whole, ...single];
}

function rangesWithout(closed: readonly number[], protocol: PortProtocol): readonly PortRange[] {
  const ends = [...closed, highestPort + 1];
  return ends.map((end, index) => ({
    from: index === 0 ? 0 : (closed[index - 1] ?? 0) + 1,
    to: end - 1,
    protocol,
  }));
}
