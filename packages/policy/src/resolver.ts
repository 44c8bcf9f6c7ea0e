import type { PortProtocol } from "@ringfence/model";

/** Turns the names in a policy into numbers; null when the machine does not know the name. */
export interface Resolver {
  uidOf(user: string): number | null;
  gidOf(group: string): number | null;
  portOf(service: string, protocol: PortProtocol): number | null;
}
