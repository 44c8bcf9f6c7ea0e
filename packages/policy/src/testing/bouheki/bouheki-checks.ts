import assert from "node:assert/strict";
import { type Profile, parseAddress } from "@ringfence/model";
import { LineCounter, parseDocument } from "yaml";
import { evaluate } from "../../evaluate/evaluate.js";
import type { BouhekiConfig } from "../../import/bouheki/bouheki-config.js";
import { importBouheki } from "../../import/bouheki/import-bouheki.js";
import { readConfig } from "../../import/bouheki/read-config.js";
import { Reader } from "../../parse/reader.js";
import { fixedResolver } from "../fixed-resolver.js";
import { importedProfiles } from "../imported-policy.js";
import type { Connect } from "./bouheki-judge.js";

/** The profiles of the policy that a bouheki file becomes; fails for errors on either side. */
export const profilesOf = (text: string): readonly Profile[] =>
  importedProfiles(importBouheki(text, "bouheki.yaml"));

/** What a bouheki file says. */
export function configOf(text: string): BouhekiConfig {
  const config = readConfig(
    new Reader("b.yaml", new LineCounter(), fixedResolver),
    parseDocument(text).contents as never,
  );
  assert.ok(config);
  return config;
}

/** What the profile says, enforced or, for monitor mode, as if it were. */
export function passes(profiles: readonly Profile[], call: Connect, protocol: "tcp" | "udp"): boolean {
  const { container, comm, uid, gid, names, address, port } = call;
  const process = { exe: null, ancestors: [], comm, uid, gid, cgroup: "/", container };
  const { enforced, shadow } = evaluate(profiles, process, { protocol, address, port, names });
  const [profile] = profiles;
  if (profile?.mode !== "enforce") assert.equal(enforced.action, "allow");
  return (profile?.mode === "off" ? enforced : shadow).action === "allow";
}

/** A call of a shell of root to the Internet. */
export const shell: Connect = {
  container: false,
  comm: "bash",
  uid: 0,
  gid: 0,
  address: parseAddress("198.51.100.7") ?? (undefined as never),
  port: 443,
  names: [],
};
