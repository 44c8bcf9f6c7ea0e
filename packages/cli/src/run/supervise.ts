import type { ChildProcess } from "node:child_process";
import { randomBytes } from "node:crypto";
import { closeSync } from "node:fs";
import { hostname } from "node:os";
import { basename } from "node:path";
import { BootClock, endHeld, Fence, findUser, type HostUser, PolicyNames } from "@ringfence/agent";
import type { LoadOptions, PolicySummary, RunPolicy } from "@ringfence/agent/policy";
import { loadPolicy, sharedClock, summaryOf } from "@ringfence/agent/policy";
import { Cgroup2 } from "@ringfence/kernel";
import { type Report, RingfenceError } from "@ringfence/model";
import type { CompiledPolicy } from "@ringfence/policy";
import { EXIT_DENIED, EXIT_FAILED } from "../exit-codes.js";
import { OBJECT_PATH } from "../object-path.js";
import { printLine } from "../print-line.js";
import { BorrowedWatch } from "./borrowed-watch.js";
import { buildReport, type FinishedCommand } from "./build-report.js";
import { checkHost } from "./check-host.js";
import { EventLog } from "./event-log.js";
import { resolveCommand } from "./find-command.js";
import { forwardSignals } from "./forward-signals.js";
import { GuardianProcess } from "./guardian-process.js";
import { type GuardianState, replaceGuardianState, storeGuardianState } from "./guardian-state.js";
import { Guardians } from "./guardians.js";
import { keepStderr } from "./keep-stderr.js";
import { Launcher } from "./launch.js";
import type { LaunchOrder } from "./launch-order.js";
import { type LaunchState, readLaunchState } from "./launch-state.js";
import { letGoOfStreams } from "./let-go-of-streams.js";
import { LogFile } from "./log-file.js";
import { ReportOutput } from "./output.js";
import { pinInPrivateMount } from "./pins.js";
import { checkWatch, PolicyWatch, stampsOf } from "./policy-watch.js";
import { checkHookCgroup, removeEndedRun, removeRunCgroup, runCgroupPath } from "./run-cgroup.js";
import { RunNames } from "./run-names.js";
import type { RunOptions } from "./run-options.js";
import { markOf, removeRun, writeRun } from "./run-state.js";
import { ipStreams, judgeStandardStreams } from "./std-sockets.js";
import { sweepRuns } from "./sweep.js";
import { hasEnded } from "./tree-end.js";

const TREE_CHECK_MS = 250;

/** How a run ended: a status, or the signal that ended the command. */
export type RunEnd = { readonly code: number } | { readonly signal: NodeJS.Signals };

/** Runs a command in a fence and reports. Throws a RingfenceError, with nothing left behind, if it did not run. */
export async function supervise(options: RunOptions, argv: readonly Buffer[]): Promise<RunEnd> {
  keepStderr();
  checkHost();
  using cgroups = Cgroup2.open();
  const { run, output } = await prepare(options, argv, cgroups);
  return await run.toItsEnd(output);
}

/** Everything that can be found wrong before anything is made. */
async function prepare(
  options: RunOptions,
  argv: readonly Buffer[],
  cgroups: Cgroup2,
): Promise<{ readonly run: Run; readonly output: ReportOutput }> {
  const inherited = readLaunchState();
  const user = options.user === null ? null : userOf(options.user);
  checkHookCgroup(cgroups, options.hookCgroup);
  if (options.watch) checkWatch(options, user);
  const policyStamps = stampsOf(options.policyFiles);
  const policy = await loadPolicy(options, cgroups);
  const output = new ReportOutput(options, inherited.openDescriptors);
  if (options.report === "none") warn(policy.warnings);
  const log = options.log === null ? null : LogFile.open(options.log);
  sweepRuns(cgroups);
  const run = new Run({ options, argv, inherited, user, cgroups, policyStamps, log }, policy);
  return { run, output };
}

interface RunParts {
  readonly options: RunOptions;
  readonly argv: readonly Buffer[];
  readonly inherited: LaunchState;
  readonly user: HostUser | null;
  readonly cgroups: Cgroup2;
  /** of the policy files, taken before they were read */
  readonly policyStamps: string;
  readonly log: LogFile | null;
}

/** What runs beside the command. */
interface StartedRun {
  readonly launcher: Launcher;
  readonly fence: Fence;
  readonly events: EventLog;
  readonly guardians: Guardians;
  readonly output: ReportOutput;
  readonly streamWarnings: readonly string[];
}

class Run {
  readonly #parts: RunParts;
  readonly #id = `${process.pid}-${randomBytes(4).toString("hex")}`;
  readonly #cgroup: string;
  readonly #guardianState: number;
  readonly #names = new RunNames();
  #treeEmpty: () => void = () => undefined;
  #child: ChildProcess | null = null;
  /** The policy in force; a watched one may follow another. */
  #policy: PolicySummary;
  /** The first policy, until its tables are the kernel's: nothing else here is as large. */
  #unwritten: RunPolicy | null;

  /** From here on a signal is the command's, and a kill leaves a note of what is to be swept. */
  constructor(parts: RunParts, policy: RunPolicy) {
    this.#parts = parts;
    this.#policy = summaryOf(policy);
    this.#unwritten = policy;
    forwardSignals(parts.inherited.ignoredSignals, (signal) => this.#child?.kill(signal));
    this.#cgroup = runCgroupPath(parts.cgroups, this.#id);
    try {
      this.#note(null);
      this.#guardianState = storeGuardianState(this.#state(new PolicyNames([this.#policy.names])));
      parts.cgroups.create(this.#cgroup);
    } catch (error) {
      removeRun(this.#id);
      throw error;
    }
  }

  async toItsEnd(output: ReportOutput): Promise<RunEnd> {
    const launcher = Launcher.start();
    this.#child = launcher.child;
    let fence: Fence;
    let guardians: Guardians;
    let streamWarnings: readonly string[];
    try {
      ({ fence, streamWarnings } = this.#startFence());
      guardians = new Guardians(() => this.#startGuardian(fence), this.#unguarded);
    } catch (error) {
      launcher.child.kill("SIGKILL");
      if (removeRunCgroup(this.#parts.cgroups, this.#cgroup)) removeRun(this.#id);
      throw error;
    }
    const events = this.#readEvents(fence);
    try {
      return await this.#runCommand({ launcher, fence, events, guardians, output, streamWarnings });
    } finally {
      await this.#cleanUp(fence, guardians);
    }
  }

  #startFence(): Pick<StartedRun, "fence" | "streamWarnings"> {
    const { options, cgroups } = this.#parts;
    using policy = this.#unwritten;
    if (policy === null) throw new Error("Cannot start the fence twice");
    this.#unwritten = null;
    const streamWarnings = this.#judgeStreams(policy);
    const fence = Fence.start({
      objectPath: OBJECT_PATH,
      policy: policy.compiled,
      cgroups,
      runCgroup: this.#cgroup,
      stopPacketSockets: options.privileged && options.packetSockets === "stop",
      packetCgroup: options.packetHooks === "all" ? options.hookCgroup : this.#cgroup,
      hookCgroup: options.hookCgroup,
      replaceable: options.watch,
      ...(this.#readsNames(policy.compiled) ? { resolvers: this.#names.trustedBy(policy.compiled) } : {}),
    });
    return { fence, streamWarnings };
  }

  /** The verifier reads two programs more, and every DNS message is read: for those who judge by names or look at them. */
  #readsNames({ names }: CompiledPolicy): boolean {
    const { options } = this.#parts;
    return names.judged || options.watch || options.report !== "none" || options.log !== null;
  }

  #watch(fence: Fence, events: EventLog): PolicyWatch | null {
    const { options, policyStamps } = this.#parts;
    if (!options.watch) return null;
    const reload = (load: LoadOptions) => this.#replacePolicy(fence, events, load);
    return new PolicyWatch({ files: options.policyFiles, loaded: policyStamps, reload, tell: printLine });
  }

  async #replacePolicy(fence: Fence, events: EventLog, load: LoadOptions): Promise<string> {
    const { options, cgroups } = this.#parts;
    using policy = await loadPolicy(options, cgroups, load);
    fence.replacePolicy(policy.compiled, this.#names.trustedBy(policy.compiled));
    const took = Math.round(sharedClock() - policy.checkedAt);
    const summary = summaryOf(policy);
    this.#policy = summary;
    events.names.policies.add(summary.names);
    replaceGuardianState(this.#guardianState, this.#state(events.names.policies));
    warn(summary.warnings);
    return `policy ${summary.names.revision} is in force, ${took} ms after it was checked`;
  }

  #readEvents(fence: Fence): EventLog {
    const { options, log } = this.#parts;
    const policies = new PolicyNames([this.#policy.names]);
    const clock = new BootClock();
    return new EventLog({
      ringFd: fence.object.mapFd("events"),
      names: this.#names.namesOf(fence, policies, clock),
      log,
      queries: fence.object.rawMap("queries"),
      now: () => clock.now(),
      context: {
        host: hostname(),
        labels: options.labels,
        ringfencePid: process.pid,
      },
      onTreeEmpty: () => this.#treeEmpty(),
    });
  }

  #startGuardian(fence: Fence): GuardianProcess {
    const guardian = GuardianProcess.start(fence, this.#guardianState, this.#parts.log?.fd ?? null);
    this.#note(guardian.pid);
    return guardian;
  }

  /** Links that are pinned in the tree's own mount outlive us; those of a privileged run do not. */
  get #unguarded(): string {
    const fate = this.#parts.options.privileged ? "fences or logs" : "logs";
    return `after this report nothing ${fate} what still runs`;
  }

  #state(policies: PolicyNames): GuardianState {
    const { options, log } = this.#parts;
    return {
      id: this.#id,
      cgroup: this.#cgroup,
      host: hostname(),
      policies: policies.all,
      labels: options.labels,
      logs: log !== null,
      network: this.#names.network,
      privileged: options.privileged,
    };
  }

  #note(guardian: number | null): void {
    const supervisor = markOf("self");
    if (supervisor === null) throw new Error("Cannot read this process from /proc");
    writeRun({
      id: this.#id,
      cgroup: this.#cgroup,
      supervisor,
      guardian: guardian === null ? null : markOf(guardian),
    });
  }

  async #runCommand({
    launcher,
    fence,
    events,
    guardians,
    output,
    streamWarnings,
  }: StartedRun): Promise<RunEnd> {
    const { options, argv, cgroups, log } = this.#parts;
    const { child } = launcher;
    let watch: PolicyWatch | null = null;
    let borrowed: BorrowedWatch | null = null;
    try {
      for (const fd of ipStreams()) fence.admitSocket(fd);
      const startedAt = new Date();
      const ended = endOf(child);
      cgroups.add(this.#cgroup, pidOf(child));
      const pins = options.privileged ? null : pinInPrivateMount(fence);
      await launcher.launch(this.#order(), fence.enterFd, pins ?? fence.enterFd);
      if (pins !== null) closeSync(pins);
      letGoOfStreams();
      watch = this.#watch(fence, events);
      borrowed = new BorrowedWatch(() => fence.searchBorrowed());
      const { exitCode, signal } = await ended;
      if (options.wait) await this.#lastDescendant(fence);
      await watch?.stop();
      borrowed.stop();
      await events.stop();
      const finished: FinishedCommand = {
        command: argv.map((word) => word.toString()),
        pid: pidOf(child),
        exitCode,
        signal,
        startedAt,
        endedAt: new Date(),
      };
      const report = buildReport(fence, events, await events.askers.rows(), {
        finished,
        policy: this.#policy,
        options,
        resolvers: this.#names.resolvers,
        warnings: [...streamWarnings, ...this.#names.warnings, ...guardians.warnings, ...borrowed.warnings],
        lostLogLines: log?.lost ?? 0,
      });
      const isWritten = output.write(report);
      if (options.report === "none")
        warn([...this.#names.warnings, ...guardians.warnings, ...lossWarnings(report)]);
      if (signal !== null) return { signal };
      if (exitCode !== 0) return { code: exitCode ?? EXIT_FAILED };
      if (options.failOnDeny && report.totals.denied > 0) return { code: EXIT_DENIED };
      return { code: isWritten ? 0 : EXIT_FAILED };
    } catch (error) {
      child.kill("SIGKILL");
      await watch?.stop();
      await events.stop();
      throw error;
    }
  }

  #judgeStreams(policy: RunPolicy): string[] {
    const { argv, user, inherited } = this.#parts;
    const name = argv[0] ?? Buffer.alloc(0);
    const exe = resolveCommand(name, inherited.environment);
    return judgeStandardStreams(policy, {
      exe,
      comm: basename(exe ?? name.toString()),
      uid: user?.uid ?? 0,
      gid: user?.gid ?? 0,
      cgroup: this.#cgroup,
    });
  }

  #order(): LaunchOrder {
    const { options, argv, inherited, user } = this.#parts;
    return {
      argv: argv.map((word) => word.toString("base64")),
      environment: inherited.environment.map((entry) => entry.toString("base64")),
      ignoredSignals: inherited.ignoredSignals.toString(),
      blockedSignals: inherited.blockedSignals.toString(),
      openFiles: inherited.openFiles,
      descriptors: inherited.descriptors,
      user,
      privileged: options.privileged,
    };
  }

  async #lastDescendant(fence: Fence): Promise<void> {
    while (!this.#hasEnded(fence)) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, TREE_CHECK_MS);
        this.#treeEmpty = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  }

  #hasEnded(fence: Fence): boolean {
    const { cgroups, options } = this.#parts;
    const { privileged } = options;
    return hasEnded({ fence: fence.object.rawMap("fence"), cgroups, cgroup: this.#cgroup, privileged });
  }

  /** With an empty tree nothing stays; else the guardian holds links, log and cgroup until it is. */
  async #cleanUp(fence: Fence, guardians: Guardians): Promise<void> {
    const { cgroups, log } = this.#parts;
    if (!this.#hasEnded(fence)) {
      guardians.leave();
      return;
    }
    if (!(await endHeld(fence.heldEnd, fence.object.rawMap("fence")))) {
      printLine("warning: a connection still holds data that the policy denied: it may leave from now on");
    }
    await guardians.dismiss();
    fence.close();
    log?.close();
    await removeEndedRun(cgroups, this.#id, this.#cgroup);
  }
}

function lossWarnings({ losses: { logLines } }: Report): string[] {
  return logLines === 0 ? [] : [`${logLines} lines of the log could not be written`];
}

/** Where there is no report to carry them. */
function warn(warnings: readonly string[]): void {
  for (const warning of warnings) printLine(`warning: ${warning}`);
}

function pidOf(child: ChildProcess): number {
  if (child.pid === undefined)
    throw new RingfenceError("RF_LAUNCH_FAILED", "Cannot start the launcher process");
  return child.pid;
}

function endOf(child: ChildProcess): Promise<{ exitCode: number | null; signal: NodeJS.Signals | null }> {
  return new Promise((resolve, reject) => {
    child.once("exit", (exitCode, signal) => resolve({ exitCode, signal }));
    child.once("error", reject);
  });
}

function userOf(name: string): HostUser {
  const user = findUser(name);
  if (user !== null) return user;
  throw new RingfenceError("RF_USER_UNKNOWN", `Cannot find user "${name}" on this host`, {
    hint: "check the spelling with getent passwd",
  });
}
