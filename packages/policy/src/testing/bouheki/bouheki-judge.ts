import { type Address, addressBits, prefixContains, unmapAddress } from "@ringfence/model";
import type { AllowDeny, BouhekiConfig } from "../../import/bouheki/bouheki-config.js";
import { matchesName } from "../../names/matches-name.js";

/** One connect() over TCP or UDP. */
export interface Connect {
  readonly container: boolean;
  readonly comm: string;
  readonly uid: number;
  readonly gid: number;
  readonly address: Address;
  readonly port: number;
  /** The names that were resolved to the address: bouheki adds it to the lists of each. */
  readonly names: readonly string[];
}

/**
 * Whether bouheki lets a connect() pass in block mode: section 4 of its description, step by step, with gid lists that
 * work and v4-mapped addresses taken for what they are. What imported profiles are compared with in tests.
 */
export function bouhekiPermits(config: BouhekiConfig, call: Connect): boolean {
  if (call.port === 0) return true;
  if (config.target === "container" && !call.container) return true;
  const isAllowed = config.cidr.allow === null || isListed(config, "allow", call);
  let connectOk = isAllowed;
  const commandOk = dimensionOk(config.command, (comm) => comm === call.comm);
  const uidOk = dimensionOk(config.uid, ({ from, to }) => from <= call.uid && call.uid <= to);
  const gidOk = dimensionOk(config.gid, ({ from, to }) => from <= call.gid && call.gid <= to);
  if (isListed(config, "deny", call)) {
    const isExempt =
      holds(config.command.allow, (comm) => comm === call.comm) ||
      holds(config.uid.allow, ({ from }) => from === call.uid) ||
      holds(config.gid.allow, ({ from }) => from === call.gid);
    connectOk = isExempt;
  }
  return connectOk && uidOk && gidOk && commandOk;
}

/**
 * The same where who may reach a name may also ask the resolvers for it: they count as listed in `cidr.allow` on port 53.
 * bouheki cuts its users off from their resolver if they do not list it.
 */
export function permitsWithResolvers(config: BouhekiConfig, call: Connect): boolean {
  const { cidr, domain, upstreams } = config;
  const isExempt = [config.command, config.uid, config.gid].some(({ allow }) => (allow?.length ?? 0) > 0);
  const names = [...(domain.allow ?? []), ...(isExempt ? domain.deny : [])];
  if (cidr.allow === null || call.port !== 53 || names.length === 0) return bouhekiPermits(config, call);
  const resolvers = (upstreams ?? []).map((address) => ({
    value: { address, length: addressBits(address.family) },
    location: { file: "", line: 1, column: 1 },
  }));
  return bouhekiPermits({ ...config, cidr: { ...cidr, allow: [...cidr.allow, ...resolvers] } }, call);
}

function dimensionOk<T>({ allow, deny }: AllowDeny<T>, isCaller: (value: T) => boolean): boolean {
  const ok = (allow?.length ?? 0) === 0 || holds(allow, isCaller);
  return ok && !holds(deny, isCaller);
}

function holds<T>(list: AllowDeny<T>["allow"], isCaller: (value: T) => boolean): boolean {
  return list?.some(({ value }) => isCaller(value)) ?? false;
}

function isListed({ cidr, domain }: BouhekiConfig, side: "allow" | "deny", call: Connect): boolean {
  const address = unmapAddress(call.address);
  return (
    holds(cidr[side], (prefix) => prefixContains(prefix, address)) ||
    holds(domain[side], (pattern) => call.names.some((name) => matchesName(pattern, name)))
  );
}
