/** How an event is named: boot, milliseconds of its clock, and number: the three together are unique on a host. */
export function eventId(record: unknown): string | null {
  if (typeof record !== "object" || record === null) return null;
  const { bootId, bootMs, sequence } = record as Record<string, unknown>;
  if (typeof bootId !== "string" || typeof bootMs !== "number" || typeof sequence !== "number") return null;
  return `${bootId}-${Math.trunc(bootMs)}-${sequence}`;
}
