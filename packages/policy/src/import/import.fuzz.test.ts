import assert from "node:assert/strict";
import { test } from "node:test";
import { parsePolicy } from "../parse/parse-policy.js";
import { randomConfigText } from "../testing/bouheki/random-config.js";
import { fixedResolver } from "../testing/fixed-resolver.js";
import { hostileTexts } from "../testing/hostile-texts.js";
import { mutateText } from "../testing/mutate-text.js";
import { Random } from "../testing/random.js";
import { seedOf } from "../testing/seed.js";
import { importBouheki } from "./bouheki/import-bouheki.js";
import type { Imported } from "./imported.js";
import { importNsp } from "./nsp/import-nsp.js";

const seed = seedOf(process.env);

const nspText = `apiVersion: securityprobe.datadoghq.com/v1
kind: SecurityProfile
metadata: { name: p, labels: { app: x } }
spec:
  attacks: [arp-spoofing]
  actions: [alert, enforce]
  default:
    egress: { cidr4: [0.0.0.0/0], l3: { protocols: [ipv4, arp] }, l4: { protocols: [icmp] } }
  processes:
    - path: /srv/billing
      network:
        egress:
          fqdns: [a.example, b.example]
          cidr4: [10.96.0.10/32]
          cidr6: ["fd00::/8"]
          l3: { protocols: [ipv4, ipv6] }
          l4: { protocols: [tcp], protocolPorts: [{ protocol: udp, port: 53 }] }
          l7: { protocols: [dns, http], dns: [a.example, c.example] }
        ingress: { cidr4: [10.0.0.0/8], l3: { protocols: [ipv4] }, l4: { protocols: [tcp] }, l7: { protocols: ["*"] } }
`;

/** Errors with a place in the text, or a policy that can be read; never an exception. */
function assertAnswered({ text, warnings, errors }: Imported, input: string | Uint8Array): boolean {
  for (const { location, hint } of [...warnings, ...errors]) {
    assert.ok(location && location.line >= 1 && location.column >= 1 && hint, String(input));
  }
  if (errors.length > 0) {
    assert.equal(text, "");
    return false;
  }
  const read = parsePolicy(text, "p.yaml", fixedResolver);
  assert.deepEqual(
    read.errors.map((error) => error.format()),
    [],
    `${input}\n\n${text}`,
  );
  return true;
}

for (const [name, importer, make] of [
  ["importBouheki", importBouheki, randomConfigText],
  ["importNsp", importNsp, () => nspText],
] as const) {
  test(`${name} makes of a damaged file a policy or errors with their place`, (t) => {
    let policies = 0;
    for (let i = 0; i < 2000; i++) {
      const random = new Random(seed + i);
      const input = mutateText(random, make(random));
      if (assertAnswered(importer(input, "f.yaml"), input)) policies++;
    }
    t.diagnostic(`${policies} of 2000 were policies`);
    assert.ok(policies > 100 && policies < 1900, `${policies}`);
  });

  test(`${name} survives what is made to hurt a parser`, () => {
    for (const [what, text] of Object.entries(hostileTexts)) {
      const input = text();
      const { errors } = importer(input, "f.yaml");
      assert.ok(errors.length > 0, what);
    }
  });
}
