import type { TrustedResolvers } from "@ringfence/agent";
import { parseAddress } from "@ringfence/model";
import { compile } from "@ringfence/policy";
import { Worker } from "../calls/worker.js";
import { type BenchFence, startFence } from "../fences/bench-fence.js";
import { startCaller } from "../fences/start-caller.js";
import type { BenchPlace } from "../host/bench-place.js";
import { profilesOf } from "../host/bench-policy.js";
import { CALLER_CPU } from "../host/caller-cpu.js";
import type { NetworkNamespace } from "../network/namespace.js";
import { layVeth } from "../network/veth.js";
import type { Asker } from "./ask.js";
import { FORWARDER, startForwarder } from "./forwarder.js";
import { policies } from "./policies.js";

export const situationNames = ["none", "allowing", "denying", "forwarder"] as const;
export type SituationName = (typeof situationNames)[number];

/** Somebody who asks in each situation, and what stands between them and the resolver. */
export interface Situations {
  readonly askers: Readonly<Record<SituationName, Asker>>;
  readonly allowing: BenchFence;
  readonly denying: BenchFence;
  readonly forwarder: Worker;
  /** where those who ask are */
  readonly near: NetworkNamespace;
  readonly resolver: string;
}

/** Sets the situations up; they end with the place. */
export async function startSituations(place: BenchPlace): Promise<Situations> {
  const { cgroups, home, cleanup } = place;
  const { near, far, address: resolver } = await layVeth(cleanup);
  await startResolver(place, far, resolver);
  const forwarder = await startForwarder(place, near, resolver);
  const resolvers = await trusted(near, resolver);
  const fenced = async (name: "allowing" | "denying") => {
    const path = home.child(`names-${name}`);
    const policy = compile(profilesOf(policies[name](resolver), name), { workloads: [] });
    const ours = startFence(policy, path, cgroups, cleanup, { resolvers });
    return { ours, worker: await startCaller(place, path, near, ours) };
  };
  const allowing = await fenced("allowing");
  const denying = await fenced("denying");
  const outside = await startCaller(place, home.child("names-none"), near, null);
  return {
    askers: {
      none: { worker: outside, resolver, refused: false },
      allowing: { worker: allowing.worker, resolver, refused: false },
      denying: { worker: denying.worker, resolver, refused: true },
      forwarder: { worker: outside, resolver: FORWARDER, refused: false },
    },
    allowing: allowing.ours,
    denying: denying.ours,
    forwarder,
    near,
    resolver,
  };
}

/** On the CPU of those who ask: waking another one takes longer than everything that is measured, and each time differs. */
async function startResolver({ cleanup }: BenchPlace, far: NetworkNamespace, address: string): Promise<void> {
  const server = Worker.start();
  cleanup.add(() => server.kill());
  await server.order(far.joining);
  await server.order(`pin ${CALLER_CPU}`);
  await server.order(`resolve ${address}`);
}

async function trusted(near: NetworkNamespace, resolver: string): Promise<TrustedResolvers> {
  const address = parseAddress(resolver);
  if (address === null) throw new Error(`Cannot trust "${resolver}": it is no address`);
  return { network: BigInt(await near.holder.order("network")), addresses: [address] };
}
