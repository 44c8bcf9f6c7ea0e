import assert from "node:assert/strict";
import { test } from "node:test";
import { type Destination, peerText, RingfenceError } from "@ringfence/model";
import { fixedResolver } from "../testing/fixed-resolver.js";
import { commandLineProfile } from "./command-line-profile.js";
import { parseDestination, parseListen } from "./parse-destination.js";

function show({ to, ports, protocols }: Destination): string {
  const peers = to?.map(peerText).join() ?? "-";
  const ranges = ports?.map(({ from, to: end, protocol }) => `${from}-${end}/${protocol}`).join() ?? "-";
  return `${peers} ${ranges} ${protocols?.join() ?? "-"}`;
}

const readable = {
  "10.0.0.0/8": "10.0.0.0/8 - -",
  "127.0.0.1:8080": "127.0.0.1 8080-8080/null -",
  "[::1]:443": "::1 443-443/null -",
  "[::1]": "::1 - -",
  "::1": "::1 - -",
  "fd00::/8": "fd00::/8 - -",
  "[fd00::/8]:443": "fd00::/8 443-443/null -",
  "10.0.0.0/8:443": "10.0.0.0/8 443-443/null -",
  "udp/10.0.0.1:53": "10.0.0.1 53-53/null udp",
  "tcp/::1": "::1 - tcp",
  "[::1:443]": "::1:443 - -",
  "2001:db8::1:ff": "2001:db8::1:ff - -",
  "::1:443/128": "::1:443 - -",
  "1:2:3:4:5:6:7:8": "1:2:3:4:5:6:7:8 - -",
  "icmp/10.0.0.1": "10.0.0.1 - icmp",
  "sctp/10.0.0.1:443": "10.0.0.1 443-443/null sctp",
  "10.0.0.1:443/sctp": "10.0.0.1 443-443/sctp -",
  localhost: "localhost - -",
  "localhost:8080": "localhost 8080-8080/null -",
  private: "private - -",
  any: "any - -",
  "any:8000-9000": "any 8000-9000/null -",
  "any:https": "any 443-443/null -",
  "any:split": "any 1-1/tcp,2-2/udp -",
  "10.0.0.1:53/udp": "10.0.0.1 53-53/udp -",
  ":443": "- 443-443/null -",
  "packages.Example.org.:443": "packages.example.org 443-443/null -",
  "*.example.com": "*.example.com - -",
  "*.example.com:443": "*.example.com 443-443/null -",
  "*.Example.com.:443": "*.example.com 443-443/null -",
  "db:5432": "db 5432-5432/null -",
  "tcp/*.example.com:https": "*.example.com 443-443/null tcp",
  "::ffff:10.0.0.1": "10.0.0.1 - -",
};

for (const [text, expected] of Object.entries(readable)) {
  test(`parseDestination reads ${text}`, () =>
    assert.equal(show(parseDestination(text, fixedResolver)), expected));
}

const refused = {
  "": /10\.0\.0\.0\/8/,
  "*": /any/,
  "*:443": /any/,
  "a.*.example.com": /\*\.example\.com/,
  "*.:443": /"\*\.example\.com"/,
  "**.example.com:443": /\*\.example\.com/,
  "example..com:443": /one dot/,
  "a b.example:443": /letters/,
  "0x7f.1:80": /127\.0\.0\.1/,
  "1.2.3:443": /10\.0\.0\.0\/8/,
  "xn--a.example:443": /xn--bcher/,
  "https://x": /example\.com:443/,
  "::1:443": /^Write \[::1\]:443 for the port, or \[::1:443\] for the address$/,
  "udp/2001:db8::10:53": /\[2001:db8::10\]:53/,
  "fd00::/8:443": /\[fd00::\/8\]:443/,
  "[::1": /\[::1\]:443/,
  "[]:1": /\[::1\]:443/,
  "::1:x": /\[::1\]:443/,
  "1.1.1.1:": /127\.0\.0\.1:8080/,
  "1.1.1.1:70000": /65535/,
  "10.0.0.1/8": /10\.0\.0\.0\/8/,
  "icmp/1.1.1.1:5": /Remove/,
  "udp/1.1.1.1:53/tcp": /Remove/,
  "sctp/1.1.1.1:53/tcp": /Remove/,
  "sctpp/1.1.1.1": /"sctp"/,
  "0.0.0.0:80": /any/,
  lcalhost: /"localhost"/,
};

for (const [text, hint] of Object.entries(refused)) {
  test(`parseDestination refuses "${text}" with a hint`, () => {
    assert.throws(
      () => parseDestination(text, fixedResolver),
      (error) =>
        error instanceof RingfenceError && error.code === "RF_DESTINATION" && hint.test(error.hint ?? ""),
    );
  });
}

test("commandLineProfile names its rules as they were written", () => {
  const options = { allow: ["any:443", "any:443"], deny: ["10.0.0.0/8"], mode: "enforce" as const };
  const profile = commandLineProfile(options, fixedResolver);
  assert.equal(profile.name, "run");
  assert.deepEqual(
    profile.egress?.rules.map(({ id }) => id),
    ["run/--deny 10.0.0.0/8", "run/--allow any:443"],
  );
});

test("commandLineProfile leaves what comes in alone until something is said of it", () => {
  const options = { allow: [], deny: [], mode: "enforce" as const };
  const silent = commandLineProfile(options, fixedResolver);
  assert.deepEqual([silent.ingress, silent.listen, silent.unattributed], [null, null, null]);
  const allowFrom = ["10.0.0.0/8:8080", ":53"];
  const { ingress, listen } = commandLineProfile(
    { ...options, allowFrom, listen: ["8080", "53/udp"] },
    fixedResolver,
  );
  assert.equal(ingress?.default, "deny");
  assert.deepEqual(
    ingress?.rules.map(({ id, destination }) => `${id} = ${show(destination)}`),
    [
      "run/--allow-from 10.0.0.0/8:8080 = 10.0.0.0/8 8080-8080/null -",
      "run/--allow-from :53 = - 53-53/null -",
    ],
  );
  assert.deepEqual(listen?.ports, [
    { from: 8080, to: 8080, protocol: null },
    { from: 53, to: 53, protocol: "udp" },
  ]);
  assert.deepEqual(commandLineProfile({ ...options, listen: ["none"] }, fixedResolver).listen?.ports, []);
});

test("commandLineProfile refuses names as sources, and ports that are none", () => {
  const options = { allow: [], deny: [], mode: "enforce" as const };
  for (const wrong of [
    { allowFrom: ["example.com"] },
    { allowFrom: [""] },
    { listen: ["nope"] },
    { listen: [""] },
  ]) {
    assert.throws(
      () => commandLineProfile({ ...options, ...wrong }, fixedResolver),
      (error) => error instanceof RingfenceError && error.code === "RF_DESTINATION",
    );
  }
});

test("commandLineProfile denies by default once something is allowed", () => {
  const defaultOf = (allow: string[], chosen?: "allow" | "deny") =>
    commandLineProfile({ allow, deny: ["any:1"], default: chosen, mode: "audit" }, fixedResolver).egress
      ?.default;
  assert.equal(defaultOf([]), "allow");
  assert.equal(defaultOf(["any:443"]), "deny");
  assert.equal(defaultOf(["any:443"], "allow"), "allow");
  assert.equal(defaultOf([], "deny"), "deny");
});

test("parseListen takes ports of TCP and UDP, and says what to write for SCTP", () => {
  assert.deepEqual(parseListen("53/udp", fixedResolver), [{ from: 53, to: 53, protocol: "udp" }]);
  assert.deepEqual(parseListen("none", fixedResolver), []);
  assert.throws(() => parseListen("53/sctp", fixedResolver), /"53\/sctp" cannot be in listen/);
});

test("parseDestination names the option's text once", () => {
  const messages = {
    cluster: 'Destination "cluster" is not supported in this version',
    "cluster:443": 'Cannot use "cluster:443": Destination "cluster" is not supported in this version',
    "": 'Cannot use "": It is empty',
    "10.0.0.1:x": 'Cannot use "10.0.0.1:x": Service "x" has no tcp, udp or sctp port on this machine',
  };
  for (const [text, message] of Object.entries(messages)) {
    assert.throws(() => parseDestination(text, fixedResolver), { message });
  }
});
