import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { ringfencePath } from "./harness/paths.js";
import { profile } from "./harness/profile.js";
import { replaceFile } from "./harness/replace-file.js";
import { runProcess } from "./harness/run-process.js";
import { temporaryFolder } from "./harness/temporary-folder.js";
import { timeout } from "./harness/timeout.js";
import { until } from "./harness/until.js";

describe("ringfence run --watch", () => {
  test("gives no wrong answer while policies follow each other under load", { timeout }, async () => {
    const folder = temporaryFolder();
    const file = join(folder, "policy.yaml");
    const stop = join(folder, "stop");
    const [allowed, denied] = [20_001, 20_002];
    const rounds = 24;
    replaceFile(file, unlike(0, allowed));
    const said = { out: "", err: "" };
    const options = ["--report", "none", "--user", "nobody", "--watch", "--policy", file];
    const command = ["bash", "-c", hammer, "hammer", String(allowed), String(denied), stop];
    const finished = runProcess(ringfencePath, ["run", ...options, "--", ...command], {
      onStart: (child) => {
        child.stdout?.on("data", (text: string) => (said.out += text));
        child.stderr?.on("data", (text: string) => (said.err += text));
      },
    });
    try {
      assert.ok(await until(() => said.out.includes("started")), said.err);
      for (let round = 1; round <= rounds; round++) {
        replaceFile(file, unlike(round, allowed));
        const taken = await until(() => said.err.split("is in force").length > round);
        assert.ok(taken, `policy ${round} was not taken: ${said.err}`);
      }
    } finally {
      writeFileSync(stop, "");
    }
    const { stdout, stderr } = await finished;
    const [tries = 0, wrong] = (stdout.split("\n")[1] ?? "").split(" ").map(Number);
    assert.equal(wrong, 0, stderr);
    assert.ok(tries > rounds * 10, `only ${tries} tries`);
  });
});

/** Connects, as fast as it can, to a port that every policy here allows and to one that none does. */
const hammer = `
allowed=$1 denied=$2 stop=$3 tries=0 wrong=0
try() { { : 3<>/dev/udp/127.0.0.1/$1; } 2>/dev/null; }
echo started
until [ -e "$stop" ]; do
  try $allowed || wrong=$((wrong + 1))
  try $denied && wrong=$((wrong + 1))
  tries=$((tries + 2))
done
echo "$tries $wrong"
`;

/** Policies that agree on two ports and on nothing else: sizes, keys and the order of rules differ. */
function unlike(round: number, port: number): string {
  const filler = Array.from({ length: 5 + ((round * 97) % 300) }, (_, i) => ({
    name: `filler-${i}`,
    [i % 3 === 0 ? "deny" : "allow"]: {
      process: i % 2 === 0 ? { exe: [`/opt/${round}/p${i}*`] } : { uid: [40_000 + i] },
      to: [`10.${round % 200}.${i % 250}.0/24`],
      ports: [1 + ((round * 31 + i) % 60_000)],
    },
  }));
  const process = [{}, { exe: ["/**/bash", "/bash"] }, { comm: ["bash"] }, { ancestor: ["/**"] }][round % 4];
  const wanted = {
    name: "wanted",
    allow: { ...(round % 4 === 0 ? {} : { process }), to: ["127.0.0.1"], ports: [port] },
  };
  const at = (round * 13) % (filler.length + 1);
  return profile("p", { default: "deny", rules: [...filler.slice(0, at), wanted, ...filler.slice(at)] });
}
