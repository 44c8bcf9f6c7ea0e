import { errnoName, libc } from "@ringfence/probe";
import type { OptionAttempt } from "./attempt.js";

const SOCK_DGRAM = 2;

export function tryOption({ family, level, option, value = "", zeros = 0 }: OptionAttempt): string {
  const fd = libc.socket(family, SOCK_DGRAM, 0);
  if (fd < 0) return errnoName();
  try {
    const bytes = zeros > 0 ? new Uint8Array(zeros) : Buffer.from(value, "hex");
    return libc.setsockopt(fd, level, option, bytes, bytes.length) < 0 ? errnoName() : "ok";
  } finally {
    libc.close(fd);
  }
}
