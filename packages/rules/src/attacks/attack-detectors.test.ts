import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Observation } from "./core/observation.js";
import { actor, alertsOf, config, detectors, failure, opening, times } from "./testing/made-up.js";

const METADATA = "169.254.169.254";

describe("AttackDetectors", () => {
  test("tell an alert once, then count it, then tell it with the number", () => {
    const all = detectors({ repeatSeconds: 10 });
    const at = (seconds: number) => all.observe(opening(seconds * 1000, { address: METADATA }));
    assert.equal(at(0).length, 1);
    assert.deepEqual(times(5, (index) => at(index + 1)).flat(), []);
    assert.equal(at(10)[0]?.suppressed, 5);
    assert.equal(at(20)[0]?.suppressed, 0);
    assert.deepEqual(all.state, { alerts: 3, suppressed: 5, forgotten: {} });
  });

  test("leave out what is switched off, and programs that are to be ignored", () => {
    const seen = [opening(0, { address: METADATA })];
    assert.equal(alertsOf(seen).length, 1);
    assert.deepEqual(alertsOf(seen, { metadata: { enabled: false } }), []);
    assert.deepEqual(alertsOf(seen, { metadata: { ignore: ["/usr/bin/program"] } }), []);
    assert.equal(alertsOf(seen, { metadata: { ignore: ["/usr/bin/other"] } }).length, 1);
  });

  test("refuse a key that they do not know", () => {
    assert.throws(() => config({ metadata: { adresses: [] } }), /adresses/);
  });
});

describe("MetadataDetector", () => {
  test("tells allowed from denied, by address", () => {
    for (const address of config().metadata.addresses) {
      assert.equal(alertsOf([opening(0, { address })])[0]?.severity, "medium", address);
    }
    const [denied] = alertsOf([opening(0, { address: METADATA, denied: true, port: 80 })]);
    assert.deepEqual([denied?.severity, denied?.evidence["verdict"], denied?.port], ["low", "denied", 80]);
    assert.deepEqual(alertsOf([opening(0, { address: "169.254.169.253" })]), []);
  });
});

describe("PortScanOutDetector", () => {
  const scan = (count: number, gapMs = 100) =>
    times(count, (index) => failure(index * gapMs, "192.0.2.9", index + 1));

  test("raises an alert at the threshold of ports of one host, and not before", () => {
    assert.deepEqual(alertsOf(scan(19)), []);
    const [alert] = alertsOf(scan(20));
    assert.deepEqual([alert?.detector, alert?.address, alert?.port], ["portScanOut", "192.0.2.9", null]);
    assert.deepEqual(alert?.evidence["examples"], ["16", "17", "18", "19", "20"]);
  });

  test("raises an alert at the threshold of hosts at one port", () => {
    const sweep = (count: number) => times(count, (index) => failure(index, `198.51.100.${index}`, 22));
    assert.deepEqual(alertsOf(sweep(29)), []);
    assert.deepEqual([alertsOf(sweep(30))[0]?.address, alertsOf(sweep(30))[0]?.port], [null, 22]);
  });

  test("counts what was denied, and a raw socket's packets, like what nobody answered", () => {
    for (const way of [{ denied: true }, { raw: true }]) {
      const tries = times(20, (port) => opening(port, { address: "192.0.2.9", port, ...way }));
      assert.equal(alertsOf(tries).length, 1, JSON.stringify(way));
    }
  });

  test("counts a program that is started for each try as one", () => {
    const tries = times(20, (port) =>
      failure(port, "192.0.2.9", port, { actor: actor({ pid: port, execId: `b-${port}-1` }) }),
    );
    assert.equal(alertsOf(tries).length, 1);
    const users = tries.map((one, uid) => ({ ...one, actor: actor({ uid }) }));
    assert.deepEqual(alertsOf(users), [], "other users are other programs");
  });

  test("stays silent about what is answered, repeated or slow", () => {
    const answered = times(100, (port) => failure(port, "192.0.2.9", port, { established: true }));
    const repeated = times(1000, (index) => failure(index, "192.0.2.9", index % 5));
    const opened = times(100, (port) => opening(port, { port }));
    assert.deepEqual(alertsOf([...answered, ...repeated, ...opened]), []);
    assert.deepEqual(alertsOf(scan(60, 4000)), [], "15 in a minute");
  });

  test("counts the programs that it forgot", () => {
    const all = detectors();
    for (let index = 0; index < 9000; index++) {
      all.observe(failure(index, `2001:db8::${index.toString(16)}`, 1, { actor: actor({ uid: index }) }));
    }
    assert.equal(all.state.forgotten.portScanOut, 2 * (9000 - 8192));
  });
});

describe("PortScanInDetector", () => {
  const tries = (count: number, changes: Partial<Extract<Observation, { kind: "stray" }>> = {}) =>
    times(
      count,
      (index): Observation => ({
        kind: "stray",
        atMs: index * 100,
        network: 7,
        source: "203.0.113.5",
        sourcePort: 40_000,
        port: index + 1,
        protocol: "tcp",
        ...changes,
      }),
    );

  test("raises an alert at the threshold of ports, for one source", () => {
    assert.deepEqual(alertsOf(tries(14)), []);
    assert.equal(alertsOf(tries(15))[0]?.address, "203.0.113.5");
    assert.deepEqual(alertsOf(tries(100, { port: 80 })), [], "one port");
    const sources = tries(100).map((stray, index) => ({ ...stray, source: `203.0.113.${index}` }));
    assert.deepEqual(alertsOf(sources), [], "many sources");
  });

  test("takes late answers of a resolver for no scan", () => {
    const late = tries(15, { protocol: "udp", sourcePort: 53 });
    assert.deepEqual(alertsOf(late, { dnsSpoofing: { enabled: false } }), []);
    assert.equal(alertsOf(tries(15, { protocol: "udp" })).length, 1);
  });
});

describe("SynFloodDetector", () => {
  const counted = (direction: "ingress" | "egress", rows: readonly (readonly [number, number, number])[]) =>
    rows.map(
      ([seconds, begun, done]): Observation => ({
        kind: "handshakes",
        atMs: seconds * 1000,
        actor: actor(),
        direction,
        port: 80,
        begun,
        done,
        earlier: false,
        address: "203.0.113.5",
      }),
    );

  test("raises an alert for many begun and few finished, in one window", () => {
    for (const [direction, name] of [
      ["ingress", "synFloodIn"],
      ["egress", "synFloodOut"],
    ] as const) {
      const [alert] = alertsOf(
        counted(direction, [
          [0, 10, 10],
          [1, 250, 20],
        ]),
      );
      assert.deepEqual(
        [alert?.detector, alert?.evidence["begun"], alert?.evidence["finished"]],
        [name, 250, 20],
      );
      assert.deepEqual(
        alertsOf(
          counted(direction, [
            [0, 0, 0],
            [1, 199, 0],
          ]),
        ),
        [],
        "few",
      );
      assert.deepEqual(
        alertsOf(
          counted(direction, [
            [0, 0, 0],
            [1, 10_000, 9_900],
          ]),
        ),
        [],
        "a load that is answered",
      );
      const slowly = times(100, (index) => [index, index * 19, 0] as const);
      assert.deepEqual(alertsOf(counted(direction, slowly)), [], "19 a second");
      const fast = times(100, (index) => [index, index * 21, 0] as const);
      assert.equal(alertsOf(counted(direction, fast)).length, 1, "21 a second");
      const [before, ...after] = counted(direction, [
        [0, 9000, 0],
        [1, 9100, 0],
        [2, 9199, 0],
      ]);
      const earlier = { ...before, earlier: true } as Observation;
      assert.deepEqual(alertsOf([earlier, ...after]), [], "counted before this agent looked");
    }
  });
});
