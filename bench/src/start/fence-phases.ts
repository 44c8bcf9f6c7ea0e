import { performance } from "node:perf_hooks";
import { Fence } from "@ringfence/agent";
import { BpfObject, Cgroup2 } from "@ringfence/kernel";
import { compile } from "@ringfence/policy";
import { BenchCgroup } from "../host/bench-cgroup.js";
import { defaultProfiles, readProfiles } from "../host/bench-policy.js";
import { places } from "../host/places.js";
import type { FencePhases } from "./phases.js";

// Started anew for each measurement, as `ringfence run` is: the second fence of a process is much cheaper than its
// first. Takes the path of a policy file, or nothing for the policy of a plain run; prints the phases as JSON.

const times = new Map<string, number>();

function timed<A extends unknown[], R>(phase: string, call: (...args: A) => R): (...args: A) => R {
  return function (this: unknown, ...args: A): R {
    const start = performance.now();
    try {
      return call.apply(this, args);
    } finally {
      times.set(phase, performance.now() - start);
    }
  };
}

const file = process.argv[2];
const profiles = file === undefined ? defaultProfiles() : readProfiles(file);
using cgroups = Cgroup2.open();
const home = await BenchCgroup.create(cgroups);
try {
  BpfObject.open = timed("open", BpfObject.open);
  BpfObject.prototype.load = timed("load", BpfObject.prototype.load);
  const policy = timed("compile", compile)(profiles, { workloads: [] });
  const options = {
    objectPath: places.object,
    policy,
    cgroups,
    runCgroup: home.path,
    hookCgroup: home.path,
  };
  timed("fence", Fence.start)(options).close();
} finally {
  await home.remove();
}

const [compileMs = 0, open = 0, load = 0, fence = 0] = ["compile", "open", "load", "fence"].map((name) =>
  times.get(name),
);
const phases: FencePhases = {
  compile: compileMs,
  open,
  load,
  fill: fence - open - load,
  total: compileMs + fence,
};
console.log(JSON.stringify(phases));
