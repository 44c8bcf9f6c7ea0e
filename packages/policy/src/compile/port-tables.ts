import type { Destination, PortProtocol, PortRange, Protocol } from "@ringfence/model";
import type { IntervalTable } from "./compiled-policy.js";
import type { CompileContext } from "./context.js";
import { sweepIntervals } from "./interval-sweep.js";

const highestPort = 65_535;

/** The table of the ports of one protocol; rules for other protocols are in none of its rows. */
export function buildPortTable(context: CompileContext, protocol: PortProtocol): IntervalTable {
  const dimension = context.dimension<readonly PortRange[]>();
  context.bits.forEach(({ destination }, bit) => {
    if (!takesProtocol(destination, protocol)) dimension.exclude(bit);
    else dimension.require(bit, destination?.ports ?? undefined);
  });
  const visit = (ranges: readonly PortRange[], emit: (from: number, to: number) => void) => {
    for (const range of ranges) {
      if (range.protocol === null || range.protocol === protocol) emit(range.from, range.to);
    }
  };
  return sweepIntervals(dimension, visit, highestPort, context.rows);
}

/** The row of a protocol without ports: ICMP, or ("other") one that no rule can name. */
export function buildPortlessRow(context: CompileContext, protocol: "icmp" | "other"): number {
  return context.rowWhere(
    ({ destination }) => takesProtocol(destination, protocol) && (destination?.ports ?? null) === null,
  );
}

function takesProtocol(destination: Destination | null, protocol: Protocol | "other"): boolean {
  const protocols = destination?.protocols ?? null;
  return protocols === null || protocols.some((named) => named === protocol);
}
