import { type Destination, type PortRange, portProtocols } from "@ringfence/model";

/**
 * True when `outer` takes every protocol and port that `inner` takes. May miss covers that need several entries
 * together.
 */
export function coversServices(outer: Destination, inner: Destination): boolean {
  return coversPorts(outer, inner) && coversProtocols(outer, inner);
}

function coversProtocols(outer: Destination, inner: Destination): boolean {
  if (outer.protocols === null) return true;
  const reached = inner.protocols ?? (inner.ports === null ? null : portProtocols);
  return reached?.every((protocol) => outer.protocols?.includes(protocol)) ?? false;
}

function coversPorts(outer: Destination, inner: Destination): boolean {
  if (outer.ports === null) return true;
  return inner.ports?.every((range) => outer.ports?.some((wider) => coversRange(wider, range))) ?? false;
}

function coversRange(outer: PortRange, inner: PortRange): boolean {
  if (outer.from > inner.from || outer.to < inner.to) return false;
  return outer.protocol === null || outer.protocol === inner.protocol;
}
