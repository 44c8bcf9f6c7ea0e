import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { AttackedAgent } from "./harness/attacked-agent.js";
import { temporaryFolder } from "./harness/temporary-folder.js";
import { timeout } from "./harness/timeout.js";
import { INSIDE, OUTSIDE } from "./harness/two-networks.js";

const PACKAGES = 12;

/** A package registry with a few small packages that need each other. */
const REGISTRY = `
const http = require("node:http"), { execFileSync } = require("node:child_process"), fs = require("node:fs");
const [folder, host, count] = process.argv.slice(1);
http.createServer((request, response) => {
  const name = decodeURIComponent(request.url.slice(1));
  if (name.endsWith(".tgz")) return response.end(fs.readFileSync(folder + "/" + name));
  const number = Number(name.slice(3)), next = number + 1 < Number(count) ? { ["rf-" + (number + 1)]: "1.0.0" } : {};
  const version = { name, version: "1.0.0", dependencies: next, dist: { tarball: "http://" + host + ":4873/" + name + ".tgz" } };
  response.setHeader("content-type", "application/json");
  response.end(JSON.stringify({ name, "dist-tags": { latest: "1.0.0" }, versions: { "1.0.0": version } }));
}).listen(4873, host, () => console.log("ready"));
`;

const WEB_SERVER = `
require("node:http").createServer((_, response) => response.end("x".repeat(1000))).listen(8080, () => console.log("ready"));
`;

/** Thousands of requests, each on a connection of its own, and so many at a time. */
const LOAD = `
const http = require("node:http");
const [host, count] = process.argv.slice(1);
let left = Number(count), done = 0;
const one = () => {
  if (left-- <= 0) return;
  http.get({ host, port: 8080, agent: false }, (response) => response.resume().on("end", () => { done++; one(); }));
};
for (let i = 0; i < 20; i++) one();
process.on("exit", () => console.log(done));
`;

function makePackages(folder: string): void {
  for (let number = 0; number < PACKAGES; number++) {
    const name = `rf-${number}`;
    mkdirSync(join(folder, name, "package"), { recursive: true });
    const next = number + 1 < PACKAGES ? { [`rf-${number + 1}`]: "1.0.0" } : {};
    const text = JSON.stringify({ name, version: "1.0.0", dependencies: next });
    writeFileSync(join(folder, name, "package/package.json"), text);
    execFileSync("tar", ["-C", join(folder, name), "-czf", join(folder, `${name}.tgz`), "package"]);
  }
}

function makeRepository(folder: string): void {
  const git = (...words: string[]) => execFileSync("git", ["-C", folder, ...words], { stdio: "ignore" });
  execFileSync("git", ["init", "-q", folder]);
  writeFileSync(join(folder, "file"), "x".repeat(100_000));
  git("add", ".");
  git("-c", "user.name=t", "-c", "user.email=t@example", "commit", "-qm", "first");
}

describe("the agent's detectors", () => {
  test("stay silent about an install, a clone and a web server under load", { timeout }, async () => {
    await using place = new AttackedAgent("silent");
    await place.agent.start();
    const folder = temporaryFolder();

    makePackages(folder);
    await place.serve("outside", process.execPath, "-e", REGISTRY, folder, OUTSIDE, `${PACKAGES}`);
    const target = join(folder, "installed");
    mkdirSync(target);
    const npm = `npm install --prefix ${target} --cache ${folder}/cache --no-audit --no-fund --registry http://${OUTSIDE}:4873 rf-0`;
    await place.inside("sh", "-c", npm);
    assert.equal(
      execFileSync("ls", [join(target, "node_modules")])
        .toString()
        .trim()
        .split("\n").length,
      PACKAGES,
    );

    makeRepository(join(folder, "repository"));
    const daemon = `git daemon --verbose --export-all --base-path=${folder} --listen=${OUTSIDE} 2>&1`;
    await place.serve("outside", "sh", "-c", daemon);
    await place.inside("git", "clone", "-q", `git://${OUTSIDE}/repository`, join(folder, "cloned"));

    await place.serve("inside", process.execPath, "-e", WEB_SERVER);
    assert.equal((await place.outside(process.execPath, "-e", LOAD, INSIDE, "3000")).trim(), "3000");

    await place.inside("sh", "-c", "timeout 1 bash --norc -c 'exec 3<>/dev/tcp/169.254.169.254/80' || true");
    await place.alert("metadata");
    assert.deepEqual(
      place
        .alerts()
        .map(({ detector, msg }) => `${detector}: ${msg}`)
        .filter((text) => !text.startsWith("metadata")),
      [],
    );
    const closed = place.events.flatMap((event) => (event.type === "connection" ? [event.count] : []));
    assert.ok(closed.length > 0);
  });
});
