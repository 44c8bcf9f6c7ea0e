import assert from "node:assert/strict";
import { test } from "node:test";
import { bootId, Executables, Fence, PolicyNames } from "@ringfence/agent";
import { TemporaryCgroup } from "@ringfence/kernel/testing";
import { commandLineProfile, compile, type Resolver } from "@ringfence/policy";
import { OBJECT_PATH } from "../object-path.js";
import { EventLog } from "./event-log.js";

const nobody: Resolver = { uidOf: () => null, gidOf: () => null, portOf: () => null };
const profile = commandLineProfile({ allow: ["127.0.0.1:1"], deny: [], mode: "enforce" }, nobody);

test("EventLog.stop ends it once, however often it is called", async () => {
  using group = new TemporaryCgroup();
  using fence = Fence.start({
    objectPath: OBJECT_PATH,
    policy: compile([profile], { workloads: [] }),
    cgroups: group.cgroup2,
    runCgroup: group.path,
    hookCgroup: group.path,
  });
  const events = new EventLog({
    ringFd: fence.object.mapFd("events"),
    names: {
      policies: new PolicyNames([]),
      executables: new Executables(fence.object.rawMap("executables")),
      domains: { of: () => [], textOf: () => null, expiryOf: () => null },
      bootId: bootId(),
      toIso: String,
    },
    log: null,
    queries: fence.object.rawMap("queries"),
    now: () => 0n,
    context: { host: "h", labels: {}, ringfencePid: process.pid },
    onTreeEmpty: () => undefined,
  });
  await Promise.all([events.stop(), events.stop()]);
  await assert.doesNotReject(events.stop());
});
