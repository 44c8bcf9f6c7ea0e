import { BootClock, bootId, DomainNames, Executables, endHeld, PolicyNames } from "@ringfence/agent";
import { Cgroup2, RawMap } from "@ringfence/kernel";
import { EventLog } from "./event-log.js";
import { guardianDescriptors } from "./guardian-process.js";
import { readGuardianState } from "./guardian-state.js";
import { LogFile } from "./log-file.js";
import { removeEndedRun } from "./run-cgroup.js";
import { hasEnded } from "./tree-end.js";

// Takes over from a supervisor that returned or was killed: keeps the links and the log until the last descendant
// of the command has ended, then cleans up.

const CHECK_EVERY_MS = 1000;

async function main(): Promise<void> {
  for (const signal of ["SIGHUP", "SIGINT", "SIGQUIT", "SIGTERM", "SIGUSR1", "SIGUSR2"] as const) {
    process.on(signal, () => undefined);
  }
  const state = readGuardianState(guardianDescriptors.state);
  const clock = new BootClock();
  const fence = RawMap.fromFd(guardianDescriptors.fence, "fence");
  let wake: () => void = () => undefined;
  const events = new EventLog({
    ringFd: guardianDescriptors.events,
    names: {
      policies: new PolicyNames(state.policies),
      executables: new Executables(RawMap.fromFd(guardianDescriptors.executables, "executables")),
      domains: new DomainNames(
        RawMap.fromFd(guardianDescriptors.addresses, "addresses"),
        RawMap.fromFd(guardianDescriptors.domains, "domains"),
        { ...state.network, cookie: BigInt(state.network.cookie) },
      ),
      bootId: bootId(),
      toIso: (ns) => clock.toIso(ns),
    },
    log: state.logs ? new LogFile(guardianDescriptors.log) : null,
    queries: RawMap.fromFd(guardianDescriptors.queries, "queries"),
    now: () => clock.now(),
    context: {
      host: state.host,
      labels: state.labels,
      ringfencePid: process.pid,
    },
    onTreeEmpty: () => wake(),
  });
  using cgroups = Cgroup2.open();
  const { cgroup, privileged } = state;
  while (!hasEnded({ fence, cgroups, cgroup, privileged })) {
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, CHECK_EVERY_MS);
      wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
  await endHeld({ fd: guardianDescriptors.heldEnd }, fence);
  await events.stop();
  await removeEndedRun(cgroups, state.id, cgroup);
}

await main();
