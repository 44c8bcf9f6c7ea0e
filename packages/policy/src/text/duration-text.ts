import type { Fault } from "./fault.js";

const longestSeconds = 86_400;
const secondsOf = { s: 1, m: 60, h: 3600 } as const;

/** Reads a time such as `30s`, `5m`, `1h`, or a number of seconds. */
export function parseDuration(text: string): { readonly seconds: number } | Fault {
  const [, number, unit] = /^([0-9]+)([smh]?)$/.exec(text) ?? [];
  const hint = "Write it like 30s, 5m or 1h, up to 24h";
  if (number === undefined) return { code: "RF_POLICY_DURATION", message: `"${text}" is not a time`, hint };
  const seconds = Number(number) * secondsOf[unit === "m" || unit === "h" ? unit : "s"];
  if (seconds <= longestSeconds) return { seconds };
  return { code: "RF_POLICY_DURATION", message: `The time "${text}" is over 24 hours`, hint };
}
