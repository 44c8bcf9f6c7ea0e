import {
  type BootClock,
  bootId,
  DomainNames,
  Executables,
  type Fence,
  ownNetwork,
  type PolicyNames,
  type TrustedResolvers,
  trustedResolvers,
} from "@ringfence/agent";
import type { Address } from "@ringfence/model";
import type { CompiledPolicy } from "@ringfence/policy";
import type { EventLogOptions } from "./event-log.js";
import type { GuardianState } from "./guardian-state.js";

/** Where a run learns names, and from whom: found out by the supervisor, before the command starts. */
export class RunNames {
  readonly #hosts = trustedResolvers();
  readonly #network = ownNetwork();
  #resolvers: readonly Address[] = this.#hosts;

  /** Whose answers count: those whom the policy in force names, or else the host's. */
  get resolvers(): readonly Address[] {
    return this.#resolvers;
  }

  /** Whose answers count by a policy that is put in force now. */
  trustedBy({ names }: CompiledPolicy): TrustedResolvers {
    this.#resolvers = names.judged ? names.resolvers : this.#hosts;
    return { network: this.#network.cookie, addresses: this.#resolvers };
  }

  /** What a guardian needs to go on naming addresses. */
  get network(): GuardianState["network"] {
    return { ...this.#network, cookie: String(this.#network.cookie) };
  }

  /** Where the numbers in events of a fence get their names from. */
  namesOf({ object }: Fence, policies: PolicyNames, clock: BootClock): EventLogOptions["names"] {
    return {
      policies,
      executables: new Executables(object.rawMap("executables")),
      domains: new DomainNames(object.rawMap("addresses"), object.rawMap("domains"), this.#network),
      bootId: bootId(),
      toIso: (ns) => clock.toIso(ns),
    };
  }
}
