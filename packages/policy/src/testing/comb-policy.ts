import { type Peer, type Profile, parsePrefix, RingfenceError, type Rule } from "@ringfence/model";
import type { FlowFacts, ProcessFacts } from "../evaluate/facts.js";

const wordBits = 64;
const needlePort = 1;

/** A policy whose rows hide one another's bits, and the questions that each of its needles answers. */
export interface Comb {
  readonly profiles: readonly Profile[];
  readonly questions: readonly { readonly process: ProcessFacts; readonly flow: FlowFacts }[];
}

/**
 * One deny rule a bit. Its teeth hold for the needles' address or for their port, never for both, so that every word
 * of both rows has bits, and no two in common: a search that trusts the words' summaries has to look into each of
 * them. Around the end of every word lie a needle that is audited and one that is enforced, for a user of their own,
 * so that the two verdicts of one flow come from the two sides of a word's or block's border.
 */
export function combOf(bits: number): Comb {
  // the last three are the defaults of egress, ingress and listen
  const rules = Array.from({ length: bits - 3 }, (_, bit) => combRule(bit));
  const egress = { default: "deny" as const, rules };
  const silence = { ingress: null, listen: null, unattributed: null, names: null, dns: null };
  const profiles: Profile[] = [{ name: "comb", mode: "enforce", subject: null, egress, ...silence }];
  const borders = Math.floor(bits / wordBits);
  const questions = Array.from({ length: borders + 2 }, (_, border) => questionOf(border));
  return { profiles, questions };
}

function combRule(bit: number): Rule {
  const place = bit % wordBits;
  const isNeedle = place === 0 || place === wordBits - 1;
  const user = userOf(place === 0 ? bit / wordBits : (bit + 1) / wordBits);
  const isEven = bit % 2 === 0;
  return {
    id: `comb/egress[${bit}]`,
    action: "deny",
    mode: place === wordBits - 1 ? "audit" : "enforce",
    process: isNeedle ? [{ uid: [{ from: user, to: user }] }] : null,
    destination: {
      to: [peer(isNeedle || isEven ? "10.0.0.1" : "10.0.0.2")],
      ports: [{ ...portRange(isNeedle || !isEven ? needlePort : needlePort + 1), protocol: null }],
      protocols: null,
    },
  };
}

function questionOf(border: number) {
  const process: ProcessFacts = {
    exe: null,
    ancestors: [],
    comm: "a",
    uid: userOf(border),
    gid: 0,
    cgroup: "/",
    container: false,
  };
  const flow: FlowFacts = {
    protocol: border % 2 === 0 ? "tcp" : "udp",
    address: { family: 4, value: 0x0a000001n },
    port: needlePort,
  };
  return { process, flow };
}

function userOf(border: number): number {
  return 1000 + border;
}

function portRange(port: number) {
  return { from: port, to: port };
}

function peer(text: string): Peer {
  const prefix = parsePrefix(text);
  if (prefix === null) throw new RingfenceError("RF_INTERNAL", `Cannot read test prefix "${text}"`);
  return { kind: "prefix", prefix };
}
