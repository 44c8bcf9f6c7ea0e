import assert from "node:assert/strict";
import { test } from "node:test";
import { type PlannedTrial, planTrials } from "./plan.js";
import { readOutcome } from "./probe-process.js";

const { fenced } = planTrials(new Set(["PACKET"]), false);
const trialOf = (id: string): PlannedTrial => {
  const found = fenced.find(({ method }) => method.id === id);
  assert.ok(found);
  return found;
};
const [plain, handed] = [trialOf("tcp-connect"), trialOf("inherited-raw")];
const line = ({ trial }: PlannedTrial) =>
  `${JSON.stringify({ port: trial.port, call: "connect", code: "EPERM", arrived: null })}\n`;
const refusal = "ringfence: Cannot run with stdin as a raw socket: no hook judges what goes through it\n";

test("readOutcome reads a result for each trial, between other lines", () => {
  const { results, refusal: none } = readOutcome({ code: 0, stderr: `warning\n${line(plain)}` }, [plain]);
  assert.equal(results.get(plain.trial.port)?.code, "EPERM");
  assert.equal(none, null);
});

test("readOutcome takes the refusal of a standard stream for one", () => {
  assert.match(readOutcome({ code: 125, stderr: refusal }, [handed]).refusal ?? "", /raw socket/);
});

test("readOutcome takes no other failure to start for protection", () => {
  const failure = { code: 125, stderr: "ringfence: Cannot load the programs\n" };
  assert.throws(() => readOutcome(failure, [handed]), /Cannot load the programs/);
  assert.throws(() => readOutcome({ code: 125, stderr: refusal }, [plain]), /Cannot make the trials/);
  assert.throws(() => readOutcome({ code: null, stderr: line(plain) }, [plain]), /Cannot make the trials/);
  assert.throws(() => readOutcome({ code: 0, stderr: "" }, [plain]), /Cannot make the trials/);
});
