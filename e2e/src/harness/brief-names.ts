import { alteredObject } from "./altered-object.js";

/** The BPF object, in which names hold for a second, whatever the time to live of their addresses and the floor. */
export function objectOfBriefNames(folder: string): string {
  const file = "include/dns_answer.h";
  return alteredObject(folder, [
    { file, from: "lives = found->ttl * NS_PER_SECOND;", to: "lives = NS_PER_SECOND;" },
    { file, from: "(lives < l->floor_ns ? l->floor_ns : lives)", to: "lives" },
  ]);
}
