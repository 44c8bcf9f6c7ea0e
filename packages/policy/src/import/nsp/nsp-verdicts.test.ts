import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { type Profile, parseAddress, sameAddress } from "@ringfence/model";
import { evaluate } from "../../evaluate/evaluate.js";
import type { FlowFacts } from "../../evaluate/facts.js";
import { importedProfiles } from "../../testing/imported-policy.js";
import { type NspPacket, type NspSpec, nspMayAsk, nspPermits } from "../../testing/nsp/nsp-judge.js";
import {
  nspText,
  randomName,
  randomPacket,
  randomPath,
  randomSpec,
} from "../../testing/nsp/random-profile.js";
import { Random } from "../../testing/random.js";
import { seedOf } from "../../testing/seed.js";
import { importNsp } from "./import-nsp.js";

const seed = seedOf(process.env);
const nowhere = parseAddress("0.0.0.0") as NspPacket["address"];

/** What the profile says, enforced or, where it only alerts, as if it were. */
function allows(profiles: readonly Profile[], exe: string, flow: FlowFacts): boolean {
  const facts = { exe: { path: exe, trusted: true }, ancestors: [], comm: "", uid: 0, gid: 0, cgroup: "/" };
  const { enforced, shadow } = evaluate(profiles, { ...facts, container: true }, flow);
  const [profile] = profiles;
  if (profile?.mode !== "enforce") assert.equal(enforced.action, "allow");
  return (profile?.mode === "off" ? enforced : shadow).action === "allow";
}

function flowOf({ way, protocol, address, names, remotePort, localPort }: NspPacket): FlowFacts {
  const port = protocol === "icmp" ? null : way === "egress" ? remotePort : localPort;
  return { direction: way, protocol, address, port, ...(way === "egress" ? { names } : {}) };
}

/** Who lists names may ask the resolvers for them here, even if the layers do not let port 53 through. */
function asksResolver(profiles: readonly Profile[], spec: NspSpec, packet: NspPacket): boolean {
  const { exe, way, protocol, address, remotePort } = packet;
  const { fqdns = [], l7 } = spec.processes?.find(({ path }) => path === exe)?.network?.egress ?? {};
  const listsNames = fqdns.length + (l7?.dns ?? []).length > 0;
  const resolvers = profiles[0]?.dns?.resolvers ?? [];
  return (
    listsNames &&
    way === "egress" &&
    (protocol === "tcp" || protocol === "udp") &&
    remotePort === 53 &&
    resolvers.some((resolver) => sameAddress(resolver, address))
  );
}

/** ICMP of a family that a name may have and its binary may not use is refused, also where ICMP of no process passes. */
function losesIcmp({ processes }: NspSpec, { exe, way, protocol, address }: NspPacket): boolean {
  const { fqdns = [], l3, l4 } = processes?.find(({ path }) => path === exe)?.network?.egress ?? {};
  const [same, other] = ([4, 6] as const)
    .toSorted((a) => (a === address.family ? -1 : 1))
    .map((family) => {
      const word = family === 4 ? "icmp" : "icmpv6";
      return (l3?.protocols?.includes(`ipv${family}`) ?? false) && (l4?.protocols?.includes(word) ?? false);
    });
  return way === "egress" && protocol === "icmp" && fqdns.length > 0 && other === true && same === false;
}

test("importNsp gives profiles with the verdicts of Network Security Probe, for random profiles and packets", (t: TestContext) => {
  const outcomes = new Map<string, number>();
  for (let i = 0; i < 2000; i++) {
    const random = new Random(seed + i);
    const spec = randomSpec(random);
    const text = nspText(spec);
    const imported = importNsp(text, "nsp.yaml");
    const profiles = importedProfiles(imported);
    const actions = spec.actions ?? [];
    const mode = actions.includes("enforce") ? "enforce" : actions.includes("alert") ? "audit" : "off";
    assert.equal(profiles[0]?.mode, mode);
    const check = (kind: string, actual: boolean, permitted: boolean, what: object) => {
      const expected = mode === "off" || permitted;
      const shown = JSON.stringify(what, (_key, value) => (typeof value === "bigint" ? `${value}` : value));
      assert.equal(actual, expected, `seed ${seed + i}\n${text}\n${imported.text}\n${shown}`);
      const outcome = `${kind} ${expected ? "passes" : "refused"}`;
      outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
    };
    for (let j = 0; j < 42; j++) {
      const packet = randomPacket(random);
      const permitted = nspPermits(spec, packet) && !losesIcmp(spec, packet);
      if (!permitted && asksResolver(profiles, spec, packet)) continue;
      check(
        `${packet.way} ${packet.protocol}`,
        allows(profiles, packet.exe, flowOf(packet)),
        permitted,
        packet,
      );
    }
    for (let j = 0; j < 10; j++) {
      const [exe, name] = [randomPath(random), randomName(random)];
      const query = {
        direction: "query",
        protocol: "udp",
        address: nowhere,
        port: null,
        names: [name],
      } as const;
      check("query", allows(profiles, exe, query), nspMayAsk(spec, exe, name), { exe, name });
    }
  }
  t.diagnostic([...outcomes].map(([kind, count]) => `${kind}: ${count}`).join(", "));
  for (const [kind, count] of outcomes) assert.ok(count > 500, `only ${count}: ${kind}`);
  assert.equal(outcomes.size, 18);
});
