import {
  type BootClock,
  bootId,
  DomainNames,
  Executables,
  type Fence,
  ownNetwork,
  type PolicyNames,
  readHosts,
  type TrustedResolvers,
  trustedResolvers,
} from "@ringfence/agent";
import type { Address } from "@ringfence/model";
import type { CompiledPolicy } from "@ringfence/policy";
import type { EventLogOptions } from "./event-log.js";
import type { GuardianState } from "./guardian-state.js";

/** Where a run learns names, from whom, and which hold without: found out by the supervisor, before the command starts. */
export class RunNames {
  readonly #ofHost = trustedResolvers();
  readonly #network = ownNetwork();
  readonly #hosts = readHosts();
  #resolvers: readonly Address[] = this.#ofHost;
  #warnings: readonly string[] = [];

  /** Whose answers count: those whom the policy in force names, or else the host's. */
  get resolvers(): readonly Address[] {
    return this.#resolvers;
  }

  /** Whose answers count by a policy that is put in force now. */
  trustedBy({ names }: CompiledPolicy): TrustedResolvers {
    this.#warnings = this.#hosts.warnings;
    this.#resolvers = names.judged ? names.resolvers : this.#ofHost;
    return { network: this.#network.cookie, addresses: this.#resolvers, hosts: this.#hosts.entries };
  }

  /** What of all that is not as one might expect; nothing in a run that does not look at names. */
  get warnings(): readonly string[] {
    return this.#warnings;
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
