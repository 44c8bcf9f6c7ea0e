import assert from "node:assert/strict";
import { test } from "node:test";
import { fixedResolver } from "../testing/fixed-resolver.js";
import { parsePolicy } from "./parse-policy.js";

const envelope = "apiVersion: ringfence.dev/v1alpha1\nkind: SecurityProfile\nmetadata: { name: p }\n";
const spec = (text: string) => `${envelope}spec: { mode: enforce, ${text} }`;
const subject = (text: string) => spec(`subject: ${text}`);
const rules = (text: string) => spec(`egress: { default: deny, rules: [${text}] }`);
const accept = (text: string) => spec(`ingress: { default: deny, rules: [{ allow: { ${text} } }] }`);
const dns = (text: string) => spec(`egress: { default: deny }, dns: ${text}`);
const allow = (text: string) => rules(`{ allow: { ${text} } }`);

const resolvers = (count: number) =>
  Array.from({ length: count }, (_, index) => `192.0.2.${index + 1}`).join(", ");

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
  [spec("names: { grace: soon }"), "RF_POLICY_DURATION", /5m/],
  [spec("names: { grace: 25h }"), "RF_POLICY_DURATION", /24h/],
  [spec("names: { grace: -1 }"), "RF_POLICY_DURATION", /5m/],
  [spec("names: { ttl: 1 }"), "RF_POLICY_UNKNOWN_KEY", /grace/],
  [spec("names: 5m"), "RF_POLICY_TYPE", /grace/],
  [dns("{}"), "RF_POLICY_EMPTY", /queries/],
  [dns("{ querys: enforce }"), "RF_POLICY_UNKNOWN_KEY", /"queries"/],
  [dns("{ queries: deny }"), "RF_POLICY_VALUE", /enforce/],
  [dns("{ encrypted: allow }"), "RF_POLICY_VALUE", /deny/],
  [dns("{ resolvers: [] }"), "RF_POLICY_EMPTY", /value/],
  [dns("{ resolvers: dns.example }"), "RF_POLICY_RESOLVER", /192\.0\.2\.53/],
  [dns("{ resolvers: 10.0.0.53:53 }"), "RF_POLICY_RESOLVER", /without a port/],
  [dns("{ resolvers: 10.0.0.0/8 }"), "RF_POLICY_RESOLVER", /address/],
  [dns("{ resolvers: any }"), "RF_POLICY_RESOLVER", /address/],
  [dns("{ resolvers: 0.0.0.0 }"), "RF_POLICY_RESOLVER", /127\.0\.0\.1/],
  [dns('{ resolvers: ["10.0.0.53", "::"] }'), "RF_POLICY_RESOLVER", /::1/],
  [dns("{ resolvers: 224.0.0.251 }"), "RF_POLICY_RESOLVER", /come from/],
  [dns('{ resolvers: "ff02::fb" }'), "RF_POLICY_RESOLVER", /come from/],
  [dns("{ resolvers: 255.255.255.255 }"), "RF_POLICY_RESOLVER", /come from/],
  [dns(`{ resolvers: [${resolvers(17)}] }`), "RF_POLICY_RESOLVER", /room for 16/],
  [dns("{ publicResolvers: 10.0.0.53 }"), "RF_POLICY_MISSING_KEY", /encrypted: deny/],
  [dns("{ encrypted: deny, publicResolvers: any }"), "RF_POLICY_RESOLVER", /CIDR/],
  [dns("{ encrypted: deny, publicResolvers: dns.example }"), "RF_POLICY_RESOLVER", /CIDR/],
  [dns("{ encrypted: deny, publicResolvers: 10.0.0.1/8 }"), "RF_POLICY_HOST_BITS", /10\.0\.0\.0\/8/],
  [spec("dns: { queries: enforce }"), "RF_POLICY_MISSING_KEY", /egress/],
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
  [subject("{ host: false }"), "RF_POLICY_VALUE", /container: true/],
  [subject("{ host: yes }"), "RF_POLICY_TYPE", /host: true/],
  [subject("{ container: false }"), "RF_POLICY_VALUE", /host: true/],
  [subject("{ container: yes }"), "RF_POLICY_TYPE", /container: true/],
  [subject("{ container: billing }"), "RF_POLICY_TYPE", /name: billing/],
  [subject("{ container: {} }"), "RF_POLICY_EMPTY", /name, image, id, label/],
  [subject("{ container: { name: [] } }"), "RF_POLICY_EMPTY", /value/],
  [subject("{ container: { name: } }"), "RF_POLICY_EMPTY", /value/],
  [subject("{ container: { name: '' } }"), "RF_POLICY_EMPTY", /value/],
  [subject("{ container: { nmae: a } }"), "RF_POLICY_UNKNOWN_KEY", /name/],
  [subject("{ container: { name: { a: b } } }"), "RF_POLICY_TYPE", /one value/],
  [subject("{ container: { label: web } }"), "RF_POLICY_TYPE", /KEY: VALUE/],
  [subject("{ container: { label: {} } }"), "RF_POLICY_EMPTY", /KEY: VALUE/],
  [subject("{ container: { label: { app: } } }"), "RF_POLICY_EMPTY", /value/],
  [subject("{ container: { label: { app: [] } } }"), "RF_POLICY_EMPTY", /value/],
  [subject("{ host: true, container: true }"), "RF_POLICY_VALUE", /two items/],
  [subject("{ host: true, container: { name: a } }"), "RF_POLICY_VALUE", /two items/],
  [subject("{ unit: a }"), "RF_POLICY_UNIT", /a\.service/],
  [subject("{ unit: a.timer }"), "RF_POLICY_UNIT", /\.service, \.scope/],
  [subject("{ unit: /a.service }"), "RF_POLICY_UNIT", /cgroup/],
  [subject("{ unit: a**.service }"), "RF_POLICY_UNIT", /one/],
  [subject("{ unit: [] }"), "RF_POLICY_EMPTY", /value/],
  [rules("{ allow: { container: true } }"), "RF_POLICY_UNKNOWN_KEY", /below process/],
  [rules("{ allow: { unit: a.service } }"), "RF_POLICY_UNKNOWN_KEY", /below process/],
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
  [allow("names: { grace: 1 }"), "RF_POLICY_UNKNOWN_KEY", /spec/],
  [allow("dns: { queries: enforce }"), "RF_POLICY_UNKNOWN_KEY", /spec/],
  [allow('to: "*.*.example.com"'), "RF_POLICY_DOMAIN", /"\*\.example\.com"/],
  [allow('to: "a*.example.com"'), "RF_POLICY_DOMAIN", /"\*\.example\.com"/],
  [allow('to: "example.*"'), "RF_POLICY_DOMAIN", /"\*\.example\.com"/],
  [allow('to: "*."'), "RF_POLICY_DOMAIN", /"\*\.example\.com", or any/],
  [allow('to: "*.*"'), "RF_POLICY_DOMAIN", /"\*\.example\.com"/],
  [allow('to: "**.example.com"'), "RF_POLICY_DOMAIN", /"\*\.example\.com"/],
  [allow('to: "a.*.example.com"'), "RF_POLICY_DOMAIN", /"\*\.example\.com"/],
  [allow('to: "."'), "RF_POLICY_ADDRESS", /any/],
  [allow('to: " example.com"'), "RF_POLICY_DOMAIN", /letters/],
  [allow('to: "\u202eexample.com"'), "RF_POLICY_DOMAIN", /ASCII/],
  [allow("to: 1.2.3"), "RF_POLICY_ADDRESS", /CIDR/],
  [allow("to: 0x7f.1"), "RF_POLICY_DOMAIN", /127\.0\.0\.1/],
  [allow('to: "0x7f000001"'), "RF_POLICY_DOMAIN", /127\.0\.0\.1/],
  [allow('to: "[::1]"'), "RF_POLICY_ADDRESS", /without brackets/],
  [allow('to: "[::1]:443"'), "RF_POLICY_ADDRESS", /without brackets/],
  [allow("to: example..com"), "RF_POLICY_DOMAIN", /one dot/],
  [allow("to: .example.com"), "RF_POLICY_DOMAIN", /one dot/],
  [allow("to: example.com.."), "RF_POLICY_DOMAIN", /one dot/],
  [allow(`to: ${"a".repeat(64)}.example`), "RF_POLICY_DOMAIN", /63/],
  [allow(`to: ${"a.".repeat(126)}ab`), "RF_POLICY_DOMAIN", /253/],
  [allow("to: -a.example"), "RF_POLICY_DOMAIN", /dashes/],
  [allow('to: "a b.example"'), "RF_POLICY_DOMAIN", /dashes/],
  [allow("to: xn--a.example"), "RF_POLICY_DOMAIN", /xn--bcher/],
  [allow('to: "\u00fc%2e.example"'), "RF_POLICY_ADDRESS", /%/],
  [allow('to: "\u00fc\u3002\uff0fx"'), "RF_POLICY_DOMAIN", /xn--bcher/],
  [allow("to: example.com.1"), "RF_POLICY_DOMAIN", /address/],
  [allow("to: example.com:443"), "RF_POLICY_ADDRESS", /to: example\.com, .*ports/],
  [allow("to: https://example.com:443/x"), "RF_POLICY_ADDRESS", /to: example\.com,/],
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

test("parsePolicy takes sixteen resolvers, however often each is written, and points at the seventeenth", () => {
  const read = (list: string) => parsePolicy(dns(`{ resolvers: [${list}] }`), "p.yaml", fixedResolver);
  const { profiles, errors } = read(`${resolvers(16)}, 192.0.2.1, "::ffff:192.0.2.2"`);
  assert.deepEqual(errors, []);
  assert.equal(profiles[0]?.dns?.resolvers?.length, 16);
  const [line = ""] = dns(`{ resolvers: [${resolvers(18)}] }`)
    .split("\n")
    .slice(3);
  assert.deepEqual(
    read(resolvers(18)).errors.map(({ message, location }) => [message, location?.line, location?.column]),
    [['Resolver "192.0.2.17" is one too many', 4, line.indexOf("192.0.2.17") + 1]],
  );
});

test("parsePolicy warns of a name that is in its list already, in whatever form", () => {
  const repeated = (to: string) => {
    const { errors, warnings } = parsePolicy(allow(`to: [${to}]`), "p.yaml", fixedResolver);
    assert.deepEqual(errors, []);
    return warnings.filter(({ code }) => code === "RF_POLICY_REPEATED");
  };
  assert.deepEqual(repeated('example.com, "*.example.com", a.example.com, 10.0.0.1, 10.0.0.1'), []);
  assert.equal(repeated("example.com, b.example, EXAMPLE.com.").length, 1);
  assert.equal(repeated('"*.example.com", "*.Example.com"').length, 1);
  const [warning] = repeated("xn--bcher-kva.example, B\u00dcCHER.example");
  assert.match(
    warning?.format() ?? "",
    /^p\.yaml:4:96: .* is in the list already, as xn--bcher-kva\.example:/,
  );
});
