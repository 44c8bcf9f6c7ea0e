import assert from "node:assert/strict";
import { test } from "node:test";
import { judgeTrial, type Observation, whyNotAvailable } from "./judge-trial.js";

const went = (code: string | null, arrived: boolean): Observation => ({
  result: { port: 1, call: code === null ? null : "sendto", code, arrived: null },
  refusal: null,
  arrived,
});
const silent = { refusedBy: null, reported: false };
const denied = { refusedBy: "sendmsg", reported: true } as const;
const judge = (observation: Observation, evidence: Parameters<typeof judgeTrial>[2] = silent) => {
  const { result, hook } = judgeTrial({}, observation, evidence);
  return [result, hook];
};

test("judgeTrial calls only a refusal without an arrival blocked at call", () => {
  assert.deepEqual(judge(went("EPERM", false), denied), ["blocked-at-call", "sendmsg"]);
  assert.deepEqual(judge(went("EPERM", true)), ["open", null]);
  assert.deepEqual(judge(went("EPERM", true), denied), ["seen-only", "sendmsg"]);
});

test("judgeTrial tells silence from arrival", () => {
  assert.deepEqual(judge(went(null, false)), ["blocked-in-flight", null]);
  assert.deepEqual(judge(went("EINPROGRESS", false), denied), ["blocked-in-flight", "sendmsg"]);
  assert.deepEqual(judge(went(null, true)), ["open", null]);
  assert.deepEqual(judge(went(null, true), denied), ["seen-only", "sendmsg"]);
});

test("judgeTrial names what took the way before a hook could", () => {
  assert.deepEqual(judge(went("EAFNOSUPPORT", false)), ["blocked-at-call", "seccomp"]);
  const { hook } = judgeTrial({ capability: "CAP_NET_RAW" }, went("EPERM", false), silent);
  assert.equal(hook, "capability");
  const refused = { result: null, refusal: "Cannot run with stdin as a raw socket", arrived: false };
  assert.deepEqual(judge(refused), ["blocked-at-call", "launcher"]);
});

test("judgeTrial does not take any other error for a refusal", () => {
  assert.deepEqual(judge(went("EINVAL", false)), ["unclear", null]);
});

test("whyNotAvailable goes by the arrival, and says what failed", () => {
  assert.equal(whyNotAvailable(went("ECONNREFUSED", true)), null);
  assert.match(whyNotAvailable(went("EINVAL", false)) ?? "", /sendto\(\) fails with EINVAL/);
  assert.match(whyNotAvailable(went(null, false)) ?? "", /nothing arrived/);
});
