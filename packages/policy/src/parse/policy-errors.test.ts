import assert from "node:assert/strict";
import { test } from "node:test";
import { fixedResolver } from "../testing/fixed-resolver.js";
import { parsePolicy } from "./parse-policy.js";

const envelope = "apiVersion: ringfence.dev/v1alpha1\nkind: SecurityProfile\nmetadata: { name: p }\n";
const spec = (text: string) => `${envelope}spec: { mode: enforce, ${text} }`;
const subject = (text: string) => spec(`subject: ${text}`);
const rules = (text: string) => spec(`egress: { default: deny, rules: [${text}] }`);
const accept = (text: string) => spec(`ingress: { default: deny, rules: [{ allow: { ${text} } }] }`);
const allow = (text: string) => rules(`{ allow: { ${text} } }`);

/** Text, code, and what the hint must say. */
const cases: readonly (readonly [string, string, RegExp])[] = [
  ["", "RF_POLICY_EMPTY", /apiVersion/],
  ["[1]", "RF_POLICY_TYPE", /keys/],
  ["a: [", "RF_POLICY_YAML", /syntax/],
  [envelope, "RF_POLICY_MISSING_KEY", /spec/],
  [`${envelope}spec: { subject: { uid: 1 } }`, "RF_POLICY_MISSING_KEY", /mode: enforce/],
  [`${envelope}spec: { mode: enforced }`, "RF_POLICY_VALUE", /"enforce"/],
  [envelope.replace("v1alpha1", "v2"), "RF_POLICY_VERSION", /v1alpha1/],
  [envelope.replace("SecurityProfile", "Pod"), "RF_POLICY_VERSION", /SecurityProfile/],
  [spec("").replace("{ name: p }", "{ name: a/b }"), "RF_POLICY_NAME", /letters/],
  [`${spec("")}\n---\n${spec("")}`, "RF_POLICY_DUPLICATE_NAME", /Rename/],
  [spec("mode: audit"), "RF_POLICY_DUPLICATE_KEY", /Remove/],
  [spec("egres: {}"), "RF_POLICY_UNKNOWN_KEY", /"egress"/],
  [spec("ingress: { rules: [] }"), "RF_POLICY_MISSING_KEY", /default: deny/],
  [spec("ingress: none"), "RF_POLICY_TYPE", /default, rules/],
  [spec("listen: []"), "RF_POLICY_EMPTY", /value/],
  [spec("listen: [none, 80]"), "RF_POLICY_UNRESOLVED", /number/],
  [spec("listen: nothing"), "RF_POLICY_UNRESOLVED", /number/],
  [spec("listen: { ports: 80 }"), "RF_POLICY_TYPE", /one value/],
  [spec("listen: [80, 81/sctp]"), "RF_POLICY_PROTOCOL", /ingress/],
  [spec("listen: 65536"), "RF_POLICY_PORT_RANGE", /65535/],
  [spec("names: { grace: 1 }"), "RF_POLICY_UNSUPPORTED", /refused/],
  [spec("dns: {}"), "RF_POLICY_UNSUPPORTED", /refused/],
  [spec("unattributed: deny"), "RF_POLICY_UNATTRIBUTED", /host: true/],
  [spec("subject: { host: true, uid: 0 }, unattributed: deny"), "RF_POLICY_UNATTRIBUTED", /host: true/],
  [spec("subject: { host: true }, unattributed: drop"), "RF_POLICY_VALUE", /deny/],
  [spec("egress: { rules: [] }"), "RF_POLICY_MISSING_KEY", /default: deny/],
  [spec("egress: "), "RF_POLICY_EMPTY", /value/],
  [spec("egress: { default: deny, rules: { allow: 1 } }"), "RF_POLICY_TYPE", /dash/],
  [subject("{}"), "RF_POLICY_EMPTY", /at least one/],
  [subject("[]"), "RF_POLICY_EMPTY", /value/],
  [subject("curl"), "RF_POLICY_TYPE", /exe/],
  [subject("{ exe: [] }"), "RF_POLICY_EMPTY", /value/],
  [subject('{ exe: "" }'), "RF_POLICY_EMPTY", /value/],
  [subject("{ exe: curl }"), "RF_POLICY_PATTERN", /\*\*\/curl/],
  [subject("{ exe: /a/../b }"), "RF_POLICY_PATTERN", /resolved/],
  [subject("{ exe: //a }"), "RF_POLICY_PATTERN", /resolved/],
  [subject("{ exe: /a/ }"), "RF_POLICY_PATTERN", /\/a\/\*\*/],
  [subject("{ exe: /a*** }"), "RF_POLICY_PATTERN", /\*\*/],
  [subject("{ exe: 7 }"), "RF_POLICY_TYPE", /quotes/],
  [subject("{ exe: { a: b } }"), "RF_POLICY_TYPE", /one value/],
  [subject("{ ancestor: make }"), "RF_POLICY_PATTERN", /make/],
  [subject("{ comm: sixteen-bytes-xx }"), "RF_POLICY_COMM", /"sixteen-bytes-x"/],
  [subject("{ uid: 4294967295 }"), "RF_POLICY_ID", /4294967294/],
  [subject("{ uid: 9-1 }"), "RF_POLICY_ID", /1-9/],
  [subject("{ uid: 1.5 }"), "RF_POLICY_ID", /number/],
  [subject("{ uid: -1 }"), "RF_POLICY_ID", /number/],
  [subject("{ uid: nobdy }"), "RF_POLICY_UNRESOLVED", /uid/],
  [subject("{ gid: nogrp }"), "RF_POLICY_UNRESOLVED", /group/],
  [subject("{ cgroup: a }"), "RF_POLICY_CGROUP", /\/a/],
  [subject("{ cgroup: /a/ }"), "RF_POLICY_CGROUP", /"\/a"/],
  [subject("{ cgroup: /a/* }"), "RF_POLICY_CGROUP", /subtree/],
  [subject("{ host: false }"), "RF_POLICY_VALUE", /host: true/],
  [subject("{ host: yes }"), "RF_POLICY_TYPE", /host: true/],
  [subject("{ container: true }"), "RF_POLICY_UNSUPPORTED", /refused/],
  [subject("{ unit: a }"), "RF_POLICY_UNSUPPORTED", /refused/],
  [subject("{ args: a }"), "RF_POLICY_UNSUPPORTED", /refused/],
  [rules("{ name: a }"), "RF_POLICY_RULE", /exactly one/],
  [rules("{ allow: { to: any }, deny: { to: any } }"), "RF_POLICY_RULE", /exactly one/],
  [rules("{ allow: {} }"), "RF_POLICY_EMPTY", /process/],
  [rules("{ allow: }"), "RF_POLICY_EMPTY", /value/],
  [rules("{ mode: off, allow: { to: any } }"), "RF_POLICY_VALUE", /audit/],
  [
    rules("{ name: a, deny: { to: any } }, { name: a, deny: { to: any } }"),
    "RF_POLICY_DUPLICATE_NAME",
    /Rename/,
  ],
  [rules("{ name: egress.default, deny: { to: any } }"), "RF_POLICY_NAME", /another/],
  [rules("{ name: listen, deny: { to: any } }"), "RF_POLICY_NAME", /another/],
  [
    spec(
      "egress: { default: deny, rules: [{ name: a, deny: { to: any } }] }, ingress: { default: deny, rules: [{ name: a, deny: { from: any } }] }",
    ),
    "RF_POLICY_DUPLICATE_NAME",
    /Rename/,
  ],
  [allow("form: any"), "RF_POLICY_UNKNOWN_KEY", /process/],
  [allow("from: any"), "RF_POLICY_UNKNOWN_KEY", /ingress/],
  [allow("localPorts: 1"), "RF_POLICY_UNKNOWN_KEY", /ingress/],
  [accept("to: any"), "RF_POLICY_UNKNOWN_KEY", /egress/],
  [accept("ports: 1"), "RF_POLICY_UNKNOWN_KEY", /localPorts/],
  [accept("from: []"), "RF_POLICY_EMPTY", /value/],
  [accept("from: example.com"), "RF_POLICY_ADDRESS", /CIDR/],
  [accept('from: "*.example.com"'), "RF_POLICY_ADDRESS", /CIDR/],
  [accept("from: cluster"), "RF_POLICY_UNSUPPORTED", /CIDR/],
  [accept("from: 10.0.0.1/8"), "RF_POLICY_HOST_BITS", /10\.0\.0\.0\/8/],
  [accept("localPorts: 1, protocol: icmp"), "RF_POLICY_PROTOCOL", /Remove/],
  [allow("process: {}"), "RF_POLICY_EMPTY", /at least one/],
  [allow("to: []"), "RF_POLICY_EMPTY", /value/],
  [allow("to: example.com"), "RF_POLICY_UNSUPPORTED", /CIDR/],
  [allow('to: "*.example.com"'), "RF_POLICY_UNSUPPORTED", /CIDR/],
  [allow("to: cluster"), "RF_POLICY_UNSUPPORTED", /CIDR/],
  [allow('to: "*"'), "RF_POLICY_ADDRESS", /any/],
  [allow("to: privat"), "RF_POLICY_ADDRESS", /"private"/],
  [allow("to: 10.0.0"), "RF_POLICY_ADDRESS", /CIDR/],
  [allow("to: 10.0.0.0/33"), "RF_POLICY_ADDRESS", /0 to 32/],
  [allow("to: 0.0.0.0"), "RF_POLICY_ADDRESS", /any/],
  [allow('to: "fe80::1%eth0"'), "RF_POLICY_ADDRESS", /without %/],
  [allow("to: 10.0.0.1/8"), "RF_POLICY_HOST_BITS", /10\.0\.0\.0\/8/],
  [allow('to: "fd00::1/8"'), "RF_POLICY_HOST_BITS", /fd00::\/8/],
  [allow("ports: 65536"), "RF_POLICY_PORT_RANGE", /65535/],
  [allow("ports: 9000-8000"), "RF_POLICY_PORT_RANGE", /8000-9000/],
  [allow("ports: 1.5"), "RF_POLICY_PORT", /number/],
  [allow("ports: nope"), "RF_POLICY_UNRESOLVED", /number/],
  [allow("ports: ssh/udp"), "RF_POLICY_UNRESOLVED", /number/],
  [allow("ports: 1/tpc"), "RF_POLICY_PROTOCOL", /tcp/],
  [allow("ports: 1, protocol: icmp"), "RF_POLICY_PROTOCOL", /Remove/],
  [allow("ports: 1/udp, protocol: tcp"), "RF_POLICY_PROTOCOL", /suffix/],
  [allow("ports: 1/udp, protocol: sctp"), "RF_POLICY_PROTOCOL", /suffix/],
  [allow("protocol: tpc"), "RF_POLICY_PROTOCOL", /"tcp"/],
];

for (const [text, code, hint] of cases) {
  test(`parsePolicy refuses ${JSON.stringify(text.replace(envelope, ""))} with ${code}`, () => {
    const { profiles, errors } = parsePolicy(text, "p.yaml", fixedResolver);
    assert.deepEqual(profiles, []);
    const error = errors.find((candidate) => candidate.code === code);
    assert.ok(error, errors.map((other) => other.format()).join("\n"));
    assert.match(error.hint ?? "", hint);
    assert.ok(error.location);
  });
}
