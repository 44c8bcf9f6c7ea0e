import { Cgroup2 } from "@ringfence/kernel";
import { measureCalls } from "./calls/measure-calls.js";
import { startSituations } from "./calls/situations.js";
import { BenchCgroup } from "./host/bench-cgroup.js";
import { Cleanup } from "./host/cleanup.js";
import { compileNative } from "./host/compile-native.js";
import { untilStopped } from "./host/until-stopped.js";

const signal = untilStopped();
compileNative();
using cgroups = Cgroup2.open();
const cleanup = new Cleanup();
try {
  const home = await BenchCgroup.create(cgroups);
  cleanup.add(() => home.remove());
  const s = await startSituations(cgroups, home, cleanup);
  console.log(JSON.stringify(await measureCalls(s, signal), null, 1));
} finally {
  await cleanup.run();
}
