import { RingfenceError } from "@ringfence/model";

const unitMs: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** A time in milliseconds since 1970: `30m` or `24h` ago, or a time of RFC 3339. Throws RF_USAGE. */
export function readTime(option: string, text: string, now: number): number {
  const [, number, unit = ""] = /^([0-9]{1,9})([smhd])$/.exec(text) ?? [];
  const factor = unitMs[unit];
  if (number !== undefined && factor !== undefined) return now - Number(number) * factor;
  const time = /^[0-9]{4}-[0-9]{2}-[0-9]{2}/.test(text) ? Date.parse(text) : Number.NaN;
  if (!Number.isNaN(time)) return time;
  throw new RingfenceError("RF_USAGE", `Option "--${option}" cannot be "${text}"`, {
    hint: "write how long ago, such as 30m, 24h or 7d, or a time such as 2026-11-26T18:00:00Z",
  });
}
