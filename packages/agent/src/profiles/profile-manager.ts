import { closeSync } from "node:fs";
import { basename, join } from "node:path";
import { createMemoryFile } from "@ringfence/kernel/system";
import type { ProcessFacts } from "@ringfence/policy";
import type { ProfileChange } from "@ringfence/policy/diff";
import type { Peer } from "../control/peer.js";
import { replaceFiles } from "../host/durable-file.js";
import { workApart } from "../policy/compile-apart.js";
import { MOST_BYTES_HERE } from "../policy/load-policy.js";
import { plainErrors } from "../policy/plain-error.js";
import type { PolicyFile } from "../policy/read-policy-files.js";
import { AgentState, type Panic } from "./agent-state.js";
import {
  type Assessment,
  assessProfiles,
  type ProfileSubject,
  type ProfilesOrder,
  type ProtectedFlow,
} from "./assess-profiles.js";
import { type Actor, type AuditEntry, AuditLog, actorOf } from "./audit-log.js";
import { describe, errorsOf, isSame, linesOf, nameOf, pendingError, refuseLockOut } from "./change-words.js";
import { Confirmation } from "./confirmation.js";
import { type FolderChange, folderChange } from "./folder-change.js";
import { FolderWatch } from "./folder-watch.js";
import type { PolicyChange, ProfileManagerOptions, ProfilesStatus } from "./manager-types.js";
import { operatorFlows } from "./operator-flows.js";
import type { PolicyNotice } from "./policy-notice.js";
import { type Coverage, coverageOf } from "./profile-coverage.js";
import { type FolderContent, readFolder } from "./profile-folder.js";

/** Keeps the policy in force that the folder says, and changes the folder when it is asked to. One thing at a time. */
export class ProfileManager {
  readonly #options: ProfileManagerOptions;
  readonly #state: AgentState;
  readonly #audit: AuditLog;
  readonly #confirmation: Confirmation;
  /** What the files of the folder say, in memory that is not this process's. */
  #parsed: number | null = createMemoryFile("ringfence-parsed");
  #good: readonly PolicyFile[] = [];
  #status: Omit<ProfilesStatus, "confirmWithin" | "panic"> = nothing;
  #subjects: readonly ProfileSubject[] = [];
  #panic: Panic | null = null;
  #watch: FolderWatch | null = null;
  #queue: Promise<unknown> = Promise.resolve();

  constructor(options: ProfileManagerOptions) {
    this.#options = options;
    this.#state = new AgentState(options.state);
    this.#audit = new AuditLog(options.state);
    this.#confirmation = new Confirmation(this.#state, () => void this.#alone(() => this.#rollBackIfDue()));
  }

  /**
   * Puts the profiles in force, those that were good last where the folder is broken, and follows the folder. A change that
   * was not confirmed in time is taken back first. Throws only if no policy at all can be put in force.
   */
  async start(): Promise<void> {
    this.#good = this.#tolerate(() => this.#state.readGood(), []);
    this.#tolerate(() => this.#confirmation.resume(), undefined);
    this.#panic = this.#tolerate(() => this.#state.readPanic(), null);
    this.#watch = new FolderWatch(this.#options.folder, () => void this.reload());
    await this.#alone(async () => {
      if (this.#confirmation.remaining === 0) await this.#rollBack();
      else await this.#refresh();
      if (this.#status.generation === 0) await this.#putInForce(this.#good);
    });
  }

  async stop(): Promise<void> {
    this.#watch?.stop();
    this.#confirmation.stop();
    await this.#queue;
    if (this.#parsed !== null) closeSync(this.#parsed);
    this.#parsed = null;
  }

  get status(): ProfilesStatus {
    const { remaining } = this.#confirmation;
    const confirmWithin = remaining === null ? null : Math.ceil(remaining);
    return { ...this.#status, confirmWithin, panic: this.#panic };
  }

  /** Whom the profiles in force are about. */
  get subjects(): readonly ProfileSubject[] {
    return this.#subjects;
  }

  /** The files that are in force. */
  get good(): readonly PolicyFile[] {
    return this.#good;
  }

  /** Reads the folder again. Never throws: what is wrong is told, and what was in force stays. */
  reload(): Promise<void> {
    return this.#alone(() => this.#refresh());
  }

  /** Compiles again what is in force. Throws what putting it in force throws. */
  recompile(): Promise<void> {
    return this.#alone(() => this.#putInForce(this.#good));
  }

  /** What is in force was put there again, under another number. */
  renewed(generation: number): void {
    this.#status = { ...this.#status, generation };
  }

  /** What would change if these were the files of the folder, or if they were added to it. Changes nothing. */
  diff(files: readonly PolicyFile[], whole: boolean): Promise<readonly ProfileChange[]> {
    return this.#alone(async () => {
      const named = files.map(({ file, bytes }) => ({ file: this.#path(basename(file)), bytes }));
      const others = whole ? [] : this.#good.filter(({ file }) => !named.some((one) => one.file === file));
      using assessment = await this.#assess({ files: [...others, ...named], unreadable: [] }, []);
      if (assessment.errors.length > 0) throw errorsOf(assessment.errors);
      return assessment.changes;
    });
  }

  /**
   * Writes or removes files of the folder, and puts the policy in force that follows. Throws what is wrong with the files,
   * RF_POLICY_LOCKOUT, RF_POLICY_PENDING and RF_STATE: then nothing has changed.
   */
  change(action: string, change: PolicyChange, peer: Peer): Promise<readonly ProfileChange[]> {
    const actor = actorOf(peer);
    return this.#alone(async () => {
      const { revision: before } = this.#status;
      const entry = { action, files: change.files.map(({ name }) => name), before, forced: change.force };
      let result: AuditEntry["result"] = "refused";
      try {
        const { folder, assessment } = await this.#assessChange(change, peer);
        using _ = assessment;
        const profiles = assessment.changes.map(({ profile }) => profile);
        const after = assessment.policy.compiled.revision;
        this.#audit.write(actor, { ...entry, result: "done", profiles, after });
        result = "failed";
        await this.#make(folder, assessment, change.confirmWithin);
        this.#tell("changed", describe(assessment.changes), actor);
        return assessment.changes;
      } catch (error) {
        const message = error instanceof Error ? error.message : String(error);
        const after = this.#status.revision;
        this.#tolerate(
          () => this.#audit.write(actor, { ...entry, result, after, error: message }),
          undefined,
        );
        throw error;
      }
    });
  }

  /** Keeps the change that waits. Throws RF_POLICY_PENDING when none does. */
  confirm(peer: Peer): Promise<void> {
    const actor = actorOf(peer);
    return this.#alone(async () => {
      if (this.#confirmation.pending === null)
        throw pendingError("No change waits to be confirmed", "It was taken back, or confirmed before");
      const { revision } = this.#status;
      this.#audit.write(actor, { action: "confirm", result: "done", before: revision, after: revision });
      this.#confirmation.end();
      this.#tell("confirmed", ["the change of the policy is confirmed"], actor);
    });
  }

  /**
   * Opens everything at once, until `endPanic`, whatever the profiles say meanwhile and however often the agent is started
   * again. A full disk does not keep it from that.
   */
  panic(peer: Peer): Promise<void> {
    const actor = actorOf(peer);
    return this.#alone(() => this.#setPanic({ since: new Date().toISOString(), by: nameOf(actor) }, actor));
  }

  /** Puts the profiles in force again. */
  endPanic(peer: Peer): Promise<void> {
    return this.#alone(() => this.#setPanic(null, actorOf(peer)));
  }

  /** How many processes each profile covers. */
  coverage(processes: readonly ProcessFacts[]): Promise<readonly Coverage[]> {
    return this.#alone(() => coverageOf(this.#subjects, processes));
  }

  async #setPanic(panic: Panic | null, actor: Actor): Promise<void> {
    const { revision: before } = this.#status;
    this.#panic = panic;
    await this.#putInForce(this.#good);
    this.#tolerate(
      () => (panic === null ? this.#state.removePanic() : this.#state.writePanic(panic)),
      undefined,
    );
    const action = panic === null ? "panic-end" : "panic";
    const entry = { action, result: "done", before, after: this.#status.revision } as const;
    this.#tolerate(() => this.#audit.write(actor, entry), undefined);
    const line = panic === null ? "the profiles are in force again" : "PANIC: everything is open";
    this.#tell(panic === null ? "on" : "panic", [line], actor);
  }

  /** What a change would be. Throws why it is refused. */
  async #assessChange({ files, force }: PolicyChange, peer: Peer) {
    if (this.#confirmation.pending !== null)
      throw pendingError(
        "Another change waits to be confirmed",
        "Confirm it with ringfence policy confirm, or wait",
      );
    const content = readFolder(this.#options.folder);
    const folder = folderChange(this.#options.folder, content, files);
    const assessment = await this.#assess({ ...content, files: folder.files }, this.#protected(peer.pid));
    const wrong = assessment.errors.filter(({ location }) =>
      folder.after.some(({ file }) => file === location?.file),
    );
    if (wrong.length > 0) throw errorsOf(wrong);
    if (!force) refuseLockOut(assessment);
    return { folder, assessment };
  }

  /** Makes all of a change, or nothing: what to go back to is on the disk before anything changes. */
  async #make(
    { files, before, after }: FolderChange,
    assessment: Assessment,
    confirmWithin: number | null,
  ): Promise<void> {
    this.#confirmation.prepare(before);
    try {
      replaceFiles(after, 0o644);
      await this.#take(assessment, files);
      if (confirmWithin === null) this.#confirmation.end();
      else this.#confirmation.begin(confirmWithin);
    } catch (error) {
      await this.#putBack();
      throw error;
    }
  }

  async #rollBackIfDue(): Promise<void> {
    if ((this.#confirmation.remaining ?? 0) > 0) this.#confirmation.wait();
    else await this.#rollBack();
  }

  async #rollBack(): Promise<void> {
    const { pending } = this.#confirmation;
    const { revision: before } = this.#status;
    if (pending === null || !(await this.#putBack())) return;
    const files = pending.files.map(({ file }) => basename(file));
    const entry = {
      action: "roll-back",
      files,
      before,
      after: this.#status.revision,
      result: "done",
    } as const;
    this.#tolerate(() => this.#audit.write(null, entry), undefined);
    const why = pending.deadline === 0 ? "not finished" : "not confirmed in time";
    this.#tell("rolled-back", [`the change of the policy was ${why}, and is taken back`], null);
  }

  /** Puts the files back that a change replaced, and the policy in force that follows. False when it cannot yet. */
  async #putBack(): Promise<boolean> {
    const files = this.#confirmation.pending?.files ?? [];
    const attempt = (work: () => void) =>
      this.#tolerate(() => {
        work();
        return true;
      }, false);
    const isBack = attempt(() => replaceFiles(files, 0o644));
    if (isBack) await this.#refresh(false);
    else {
      const names = files.map(({ file }) => `"${file}"`).join(", ");
      this.#tell("warning", [`${names} cannot be put back: the change stays until it can`], null);
    }
    if (!isBack || !attempt(() => this.#confirmation.end())) this.#confirmation.again();
    return isBack;
  }

  /** Takes what the folder says, as far as it is right. */
  async #refresh(guarded = true): Promise<void> {
    try {
      const content = readFolder(this.#options.folder);
      using assessment = await this.#assess(content, guarded ? this.#protected(null) : [], "names");
      this.#status = { ...this.#status, errors: [...assessment.errors] };
      if (assessment.errors.length > 0) this.#tell("refused", linesOf(assessment.errors), null);
      if (this.#isInForce(assessment, content.files)) return;
      refuseLockOut(assessment);
      const { revision: before } = this.#status;
      await this.#take(assessment, content.files);
      const profiles = assessment.changes.map(({ profile }) => profile);
      this.#tell("changed", describe(assessment.changes), null);
      if (profiles.length === 0) return;
      const entry = {
        action: "folder",
        result: "done",
        profiles,
        before,
        after: this.#status.revision,
      } as const;
      this.#tolerate(() => this.#audit.write(null, entry), undefined);
    } catch (error) {
      const errors = plainErrors(error);
      this.#status = { ...this.#status, errors };
      const stays = this.#status.generation > 0 ? ["the policy stays as it was"] : [];
      this.#tell("refused", [...linesOf(errors), ...stays], null);
    }
  }

  #isInForce(assessment: Assessment, files: readonly PolicyFile[]): boolean {
    const next = this.#counting(assessment, files);
    return (
      this.#status.generation > 0 &&
      next.length === this.#good.length &&
      next.every((file) => this.#good.some((one) => isSame(one, file)))
    );
  }

  /** The files that count, each in the form that does. */
  #counting({ accepted, profiles }: Assessment, files: readonly PolicyFile[]): readonly PolicyFile[] {
    const taken = new Set(accepted);
    const counting = new Set(profiles.map(({ location }) => location.file));
    return [
      ...files.filter(({ file }) => taken.has(file)),
      ...this.#good.filter(({ file }) => !taken.has(file) && counting.has(file)),
    ];
  }

  /** Puts what was assessed in force, and remembers it. */
  async #take(assessment: Assessment, files: readonly PolicyFile[]): Promise<void> {
    const { policy, errors, profiles } = assessment;
    const { revision } = policy.compiled;
    const warnings = [...policy.warnings];
    // Whoever asked disposes of the whole assessment.
    const generation = await this.#options.target.replace({ ...policy, [Symbol.dispose]: () => undefined });
    const wasGood = files === this.#good;
    this.#good = this.#counting(assessment, files);
    this.#status = { generation, revision, profiles: [...profiles], errors: [...errors], warnings };
    this.#subjects = assessment.subjects;
    if (!wasGood) this.#tolerate(() => this.#state.writeGood(this.#good), undefined);
  }

  async #putInForce(files: readonly PolicyFile[]): Promise<void> {
    const { errors } = this.#status;
    using assessment = await this.#assess({ files, unreadable: [] }, []);
    await this.#take(assessment, files);
    this.#status = { ...this.#status, errors };
  }

  /** Large sets are read and compiled by a process of their own, so that this one neither waits nor grows. */
  #assess(
    { files, unreadable }: FolderContent,
    protect: readonly ProtectedFlow[],
    detail: ProfilesOrder["detail"] = "lines",
  ): Promise<Assessment> {
    const open = this.#panic !== null;
    const order: ProfilesOrder = {
      kind: "profiles",
      files,
      unreadable,
      good: this.#good,
      protect,
      open,
      detail,
    };
    const total = [...files, ...this.#good].reduce((sum, { bytes }) => sum + bytes.length, 0);
    return total <= MOST_BYTES_HERE
      ? assessProfiles(order, this.#options.cgroups)
      : workApart<Assessment>(order, { memory: this.#parsed });
  }

  #protected(requester: number | null): readonly ProtectedFlow[] {
    return (this.#options.protect ?? operatorFlows)(requester);
  }

  #path(name: string): string {
    return join(this.#options.folder, name);
  }

  #alone<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#queue.then(work);
    this.#queue = result.catch(() => undefined);
    return result;
  }

  /** For what must not keep a policy from being put in force: a full disk is told, and that is all. */
  #tolerate<T>(work: () => T, otherwise: T): T {
    try {
      return work();
    } catch (error) {
      this.#tell("warning", linesOf(plainErrors(error)), null);
      return otherwise;
    }
  }

  #tell(change: PolicyNotice["change"], lines: readonly string[], actor: Actor | null): void {
    this.#options.tell({ change, lines, revision: this.#status.revision, by: actor && nameOf(actor) });
  }
}

const nothing = { generation: 0, revision: null, profiles: [], errors: [], warnings: [] } as const;
