import { readFileSync } from "node:fs";
import type { NumberRange } from "@ringfence/model";
import { usualEphemeral } from "@ringfence/policy/learn";

/** The ports that this host's kernel gives to whoever asks for any. */
export function ephemeralPorts(): NumberRange {
  try {
    const text = readFileSync("/proc/sys/net/ipv4/ip_local_port_range", "utf8");
    const [from, to] = text.trim().split(/\s+/).map(Number);
    return from !== undefined && to !== undefined && from <= to ? { from, to } : usualEphemeral;
  } catch {
    return usualEphemeral; // a log can be read where there is no such file
  }
}
