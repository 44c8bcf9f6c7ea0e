export { examineObject, type ObjectExamination, type ProgramExamination } from "./doctor/examine-object.js";
export { AgentClock } from "./events/agent-clock.js";
export { dnsEvent } from "./events/dns-event.js";
export type { ActorKnowledge } from "./events/event-actor.js";
export type { EventDraft } from "./events/event-draft.js";
export {
  type EventClock,
  EventHub,
  type SubscribeOptions,
  type SubscriberState,
} from "./events/event-hub.js";
export { eventWorkload } from "./events/event-workload.js";
export { historyFiles, historyFolder } from "./events/history/history-files.js";
export { HistoryStore } from "./events/history/history-store.js";
export { readLines, type SkippedLines } from "./events/history/read-lines.js";
export { DiskSink } from "./events/sinks/disk-sink.js";
export { EventFile } from "./events/sinks/event-file.js";
export { streamSink } from "./events/sinks/stream-sink.js";
export { SyslogSink } from "./events/sinks/syslog-sink.js";
export type { Deliver, Subscription } from "./events/subscription.js";
export { verdictEvent } from "./events/verdict-event.js";
export { VerdictFold } from "./events/verdict-fold.js";
export { Fence, type FenceOptions, FLOW_ROWS } from "./fence/fence.js";
export { expectGuard, type Guard } from "./fence/guard.js";
export { endHeld } from "./fence/held.js";
export { HostFence, type HostFenceOptions } from "./fence/host-fence.js";
export { type PolicyCapacity, SUBJECT_ROWS } from "./fence/policy-capacity.js";
export { PolicySlots, planSlots, type SlotPlan, slotOptions } from "./fence/policy-slots.js";
export { findUser, type HostUser, hostResolver } from "./host/host-resolver.js";
export { type LiveProcess, liveProcess } from "./host/live-process.js";
export { executablesAbove } from "./host/process-facts.js";
export { refusedDevice } from "./host/refused-devices.js";
export { Askers } from "./names/askers.js";
export { readDnsCounters } from "./names/dns-counters.js";
export { dnsLine, unansweredLine } from "./names/dns-line.js";
export { DomainNames } from "./names/domain-names.js";
export { NameRows } from "./names/name-rows.js";
export { type NetworkId, ownNetwork } from "./names/own-network.js";
export { readHosts } from "./names/read-hosts.js";
export { searchList } from "./names/search-list.js";
export { hostResolvers, trustedResolvers } from "./names/trusted-resolvers.js";
export { Unanswered } from "./names/unanswered.js";
export { ANSWER_WAIT_SECONDS, type TrustedResolvers } from "./names/write-names.js";
export { BootClock, bootId } from "./observe/boot-clock.js";
export { CommandLines } from "./observe/command-lines.js";
export { type EventHandlers, readEvent } from "./observe/event-reader.js";
export { Executables } from "./observe/executables.js";
export { OVERFLOW_ROWS, readFence, readFlows, readOverflow } from "./observe/flows.js";
export { readLosses, totalLoss } from "./observe/losses.js";
export { type NameStanding, nameAdvice } from "./observe/name-standing.js";
export { type NamedPolicy, PolicyNames } from "./observe/policy-names.js";
export { type FlowNames, reportFlows } from "./observe/report-flows.js";
export { type LineContext, verdictLine } from "./observe/verdict-line.js";
export { nameVerdict } from "./observe/verdict-names.js";
export { PinFolder } from "./pins/pin-folder.js";
export { recognizeCgroup } from "./workloads/recognize-cgroup.js";
export { knownRuntimes, type RuntimeFolders, usualFolders } from "./workloads/runtimes/known-runtimes.js";
export { workloadHost } from "./workloads/workload-host.js";
export { type WorkloadChange, type WorkloadHost, WorkloadTable } from "./workloads/workload-table.js";
