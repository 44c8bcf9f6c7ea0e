import { layout, PerCpuMap, type RawMap, u32Codec, u64Codec } from "@ringfence/kernel";
import type { Losses } from "@ringfence/model";

const { rf_loss } = layout;

const indexOf: Readonly<Record<Exclude<keyof Losses, "logLines">, number>> = {
  events: rf_loss.RF_LOSS_EVENTS,
  flows: rf_loss.RF_LOSS_FLOWS,
  executables: rf_loss.RF_LOSS_EXECUTABLES,
  processes: rf_loss.RF_LOSS_PROCESSES,
  longPaths: rf_loss.RF_LOSS_PATH_LONG,
  unknownPaths: rf_loss.RF_LOSS_PATH_UNKNOWN,
  sockets: rf_loss.RF_LOSS_SOCKETS,
  longCommandLines: rf_loss.RF_LOSS_ARGS_LONG,
  subjects: rf_loss.RF_LOSS_SUBJECTS,
  peers: rf_loss.RF_LOSS_PEERS,
  dnsMessages: rf_loss.RF_LOSS_DNS_MESSAGES,
  dnsQueries: rf_loss.RF_LOSS_DNS_QUERIES,
  dnsNames: rf_loss.RF_LOSS_DNS_NAMES,
  dnsStreams: rf_loss.RF_LOSS_DNS_STREAMS,
  dnsAddresses: rf_loss.RF_LOSS_DNS_ADDRESSES,
  cgroups: rf_loss.RF_LOSS_CGROUPS,
};

/** Everything that was dropped, cut or refused for want of room, summed over the CPUs. */
export function readLosses(map: RawMap, logLines: number): Losses {
  const counters = new PerCpuMap(map, u32Codec, u64Codec);
  const read = (index: number) => Number(counters.sum(index, 0n, (total, value) => total + value));
  const entries = Object.entries(indexOf).map(([name, index]) => [name, read(index)] as const);
  return { ...(Object.fromEntries(entries) as Omit<Losses, "logLines">), logLines };
}

/** What a report's reader must know of: cut command lines and paths are shown as such and lose no verdict. */
export function totalLoss(losses: Losses): number {
  return Object.values(losses).reduce((sum, count) => sum + count, 0);
}
