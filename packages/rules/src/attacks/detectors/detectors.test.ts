import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Observation } from "../core/observation.js";
import { actor, alertsOf, opening, times } from "../testing/made-up.js";

describe("ShellDetector", () => {
  const end = { address: "203.0.113.5", port: 4444 };
  const exec = (changes: Partial<Extract<Observation, { kind: "exec" }>> = {}): Observation => ({
    kind: "exec",
    atMs: 1000,
    actor: actor({ exe: "/usr/bin/bash", ppid: 99 }),
    streams: [null, null, null],
    parentStream: null,
    ...changes,
  });

  test("raises an alert for a shell on a connection, and none for other streams or programs", () => {
    const [alert] = alertsOf([exec({ streams: [end, end, end] })]);
    assert.deepEqual(
      [alert?.severity, alert?.address, alert?.evidence["kind"]],
      ["high", end.address, "reverse shell"],
    );
    assert.equal(alertsOf([exec({ streams: [end, null, end] })]).length, 1, "errors are answers too");
    assert.deepEqual(
      alertsOf([exec(), exec({ streams: [end, null, null] }), exec({ streams: [null, end, end] })]),
      [],
    );
    assert.deepEqual(alertsOf([exec({ streams: [end, end, end], actor: actor() })]), [], "not a shell");
  });

  test("tells a listening shell by who listened, itself or its parent", () => {
    for (const pid of [99, 100]) {
      const listening: Observation = { kind: "listening", atMs: 0, actor: actor({ pid }), port: 31_337 };
      const [alert] = alertsOf([listening, exec({ streams: [end, end, null] })]);
      assert.deepEqual(
        [alert?.evidence["kind"], alert?.evidence["listeningPort"]],
        ["listening shell", 31_337],
      );
    }
  });

  test("sees a shell behind a terminal of its own by its parent, who is answerable then", () => {
    const [alert] = alertsOf([exec({ parentStream: end })]);
    assert.deepEqual([alert?.severity, alert?.responsible], ["medium", 99]);
  });
});

describe("BeaconingDetector", () => {
  const settled = { beaconing: { settleSeconds: 100 } };
  const contacts = (gap: (index: number) => number, count: number, startS = 200) => {
    let atMs = startS * 1000;
    return [
      opening(0, { address: "192.0.2.200" }),
      ...times(count, (index) => {
        atMs += gap(index) * 1000;
        return opening(atMs);
      }),
    ];
  };

  test("raises an alert after eight intervals that are alike", () => {
    const regular = (index: number) => 60 + (index % 2 === 0 ? 2 : -2);
    assert.deepEqual(alertsOf(contacts(regular, 8), settled), []);
    const [alert] = alertsOf(contacts(regular, 9), settled);
    assert.deepEqual(
      [alert?.detector, alert?.evidence["meanSeconds"], alert?.evidence["jitter"]],
      ["beaconing", 60, 0.0333],
    );
  });

  test("stays silent about what is irregular, fast, old or was there from the start", () => {
    const irregular = (index: number) => 60 * (1 + (index % 3) * 0.3);
    assert.deepEqual(alertsOf(contacts(irregular, 50), settled), [], "irregular");
    assert.deepEqual(
      alertsOf(
        contacts(() => 5, 50),
        settled,
      ),
      [],
      "fast",
    );
    assert.deepEqual(
      alertsOf(
        contacts(() => 60, 50, 30),
        settled,
      ),
      [],
      "was there from the start",
    );
    const late = { beaconing: { ...settled.beaconing, newSeconds: 300 } };
    assert.deepEqual(
      alertsOf(
        contacts(() => 60, 50),
        late,
      ),
      [],
      "known for longer than it is new",
    );
  });

  test("takes what is opened at once for one contact", () => {
    const pairs = contacts(() => 60, 9).flatMap((one) => [one, { ...one, atMs: one.atMs + 50 }]);
    assert.equal(alertsOf(pairs, settled).length, 1);
  });
});

describe("DnsTunnelDetector", () => {
  const query = (atMs: number, labels: string, recordType = "TXT"): Observation => ({
    kind: "query",
    atMs,
    actor: actor(),
    name: `${labels}.tunnel.example`,
    apex: "tunnel.example",
    recordType,
  });
  /** drawn by a generator of 32 bits: xorshift, G. Marsaglia, 2003 */
  const random = (index: number) => {
    let state = Math.imul(index + 1, 0x9e3779b1);
    return times(40, () => {
      state ^= state << 13;
      state ^= state >>> 17;
      state ^= state << 5;
      return "abcdefghijklmnopqrstuvwxyz234567"[state & 31] ?? "a";
    }).join("");
  };

  test("raises an alert for many long names that look drawn by lot", () => {
    const tunnel = (count: number) => times(count, (index) => query(index * 10, random(index)));
    assert.deepEqual(alertsOf(tunnel(99)), []);
    const [alert] = alertsOf(tunnel(100));
    assert.deepEqual(
      [alert?.detector, alert?.evidence["domain"], alert?.evidence["textRecords"]],
      ["dnsTunnel", "tunnel.example", 100],
    );
  });

  test("stays silent about short names, words, one name again and again, and slow ones", () => {
    const short = times(1000, (index) => query(index, `host${index}`));
    const words = times(1000, (index) => query(index, `aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa${index}`));
    const same = times(1000, (index) => query(index, random(1)));
    assert.deepEqual([...alertsOf(short), ...alertsOf(words), ...alertsOf(same)], []);
    assert.deepEqual(
      alertsOf(times(500, (index) => query(index * 4000, random(index)))),
      [],
      "75 in five minutes",
    );
  });
});

describe("DnsSpoofingDetector", () => {
  const odd = (atMs: number, changes: object = {}): Observation => ({
    kind: "odd-answer",
    atMs,
    actor: null,
    source: "192.0.2.53",
    times: 1,
    ...changes,
  });

  test("raises an alert for a burst of answers that nobody asked for, whether a socket got them or none", () => {
    assert.deepEqual(alertsOf(times(19, odd)), []);
    assert.equal(alertsOf(times(20, odd))[0]?.address, "192.0.2.53");
    assert.equal(alertsOf([odd(0, { times: 20 })]).length, 1);
    const strays = times(
      20,
      (index): Observation => ({
        kind: "stray",
        atMs: index,
        network: 7,
        source: "192.0.2.53",
        sourcePort: 53,
        port: 40_000 + index,
        protocol: "udp",
      }),
    );
    assert.deepEqual(
      alertsOf(strays).map(({ detector }) => detector),
      ["dnsSpoofing"],
    );
    assert.deepEqual(alertsOf(times(100, (index) => odd(index * 1000))), [], "one a second");
  });
});

describe("ArpSpoofingDetector", () => {
  const [router, attacker] = ["02:00:00:00:00:01", "02:00:00:00:00:99"];
  const said = (
    atMs: number,
    changes: Partial<Extract<Observation, { kind: "neighbour" }>> = {},
  ): Observation => ({
    kind: "neighbour",
    atMs,
    network: "7/2",
    address: "192.0.2.1",
    before: null,
    mac: router,
    unasked: false,
    gateway: "192.0.2.1",
    ...changes,
  });

  test("raises an alert when the gateway's MAC changes, and says whose it is", () => {
    const own = said(0, { address: "192.0.2.9", mac: attacker });
    const [alert] = alertsOf([said(0), own, said(1000, { before: router, mac: attacker })]);
    assert.deepEqual(
      [alert?.severity, alert?.evidence["before"], alert?.evidence["nowIsAlso"]],
      ["high", router, "192.0.2.9"],
    );
    assert.deepEqual(
      alertsOf([said(0), said(1000, { before: router, mac: attacker, gateway: "192.0.2.7" })]),
      [],
    );
    assert.deepEqual(alertsOf(times(100, (index) => said(index))), [], "first seen");
  });

  test("raises an alert for answers again and again that nobody asked for", () => {
    const answers = (count: number) =>
      times(count, (index) => said(index * 1000, { before: router, unasked: true }));
    assert.deepEqual(alertsOf(answers(4)), []);
    assert.match(alertsOf(answers(5))[0]?.text ?? "", /again and again, unasked/);
    const slowly = times(50, (index) => said(index * 20_000, { before: router, unasked: true }));
    assert.deepEqual(alertsOf(slowly), [], "three in a minute");
  });

  test("raises an alert for one MAC that takes over from others", () => {
    const taken = (count: number) =>
      times(count, (index) =>
        said(index, { address: `192.0.2.${index + 10}`, before: router, mac: attacker }),
      );
    assert.deepEqual(alertsOf(taken(2)), []);
    assert.match(alertsOf(taken(3))[0]?.text ?? "", /took over 3 or more/);
    const known = times(50, (index) => said(index, { address: `192.0.2.${index + 10}`, mac: attacker }));
    assert.deepEqual(alertsOf(known), [], "a machine with many addresses");
  });
});
