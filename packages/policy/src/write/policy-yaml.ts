import {
  type Destination,
  type Direction,
  type Dns,
  formatAddress,
  type NumberRange,
  type PortRange,
  type ProcessCondition,
  type Profile,
  peerText,
  type Rule,
} from "@ringfence/model";
import { stringify } from "yaml";

/**
 * The policy file that `parsePolicy` reads as these profiles, places aside. Takes what the language can say: rule
 * ids as the parser gives them, no empty list or condition, and ports only beside protocols that have them.
 */
export function policyYaml(profiles: readonly Profile[]): string {
  return profiles.map((profile) => stringify(profileDocument(profile), { lineWidth: 0 })).join("---\n");
}

/** A profile as plain values with the keys of a policy file, in their usual order. */
export function profileDocument({
  name,
  mode,
  onAgentDeath,
  subject,
  egress,
  ingress,
  listen,
  unattributed,
  names,
  dns,
}: Profile): object {
  return {
    apiVersion: "ringfence.dev/v1alpha1",
    kind: "SecurityProfile",
    metadata: { name },
    spec: {
      mode,
      ...(onAgentDeath === undefined ? {} : { onAgentDeath }),
      ...(subject === null ? {} : { subject: subject.map(condition) }),
      ...(egress === null ? {} : { egress: direction(name, egress, target) }),
      ...(ingress === null ? {} : { ingress: direction(name, ingress, source) }),
      ...(listen === null ? {} : { listen: listen.ports.length === 0 ? "none" : listen.ports.map(portText) }),
      ...(unattributed === null ? {} : { unattributed: unattributed.action }),
      ...(names === null ? {} : { names: { grace: names.graceSeconds } }),
      ...(dns === null ? {} : { dns: dnsKeys(dns) }),
    },
  };
}

function dnsKeys({ queries, encrypted, resolvers }: Dns): object {
  return {
    ...(queries === null ? {} : { queries }),
    ...(encrypted === null ? {} : { encrypted: "deny", publicResolvers: encrypted.map(peerText) }),
    ...(resolvers === null ? {} : { resolvers: resolvers.map(formatAddress) }),
  };
}

type OtherEnd = (destination: Destination) => object;

function direction(name: string, { default: action, rules }: Direction, otherEnd: OtherEnd): object {
  return { default: action, rules: rules.map((one) => rule(name, one, otherEnd)) };
}

function rule(profile: string, { id, action, mode, process, destination }: Rule, otherEnd: OtherEnd): object {
  const name = id.slice(profile.length + 1);
  const body = {
    ...(process === null ? {} : { process: process.map(condition) }),
    ...otherEnd(destination),
  };
  return {
    ...(name.endsWith("]") ? {} : { name }),
    ...(mode === "audit" ? { mode } : {}),
    // A rule without any condition is an error, and this one restricts nothing.
    [action]: Object.keys(body).length > 0 ? body : { protocol: "any" },
  };
}

function condition({ uid, gid, ...rest }: ProcessCondition): object {
  return {
    ...rest,
    ...(uid === undefined ? {} : { uid: uid.map(range) }),
    ...(gid === undefined ? {} : { gid: gid.map(range) }),
  };
}

function target({ to, ports, protocols }: Destination): object {
  return {
    ...(to === null ? {} : { to: to.map(peerText) }),
    ...(ports === null ? {} : { ports: ports.map(portText) }),
    ...(protocols === null ? {} : { protocol: protocols }),
  };
}

function source({ to, ports, protocols }: Destination): object {
  return {
    ...(to === null ? {} : { from: to.map(peerText) }),
    ...(ports === null ? {} : { localPorts: ports.map(portText) }),
    ...(protocols === null ? {} : { protocol: protocols }),
  };
}

function range({ from, to }: NumberRange): string | number {
  return from === to ? from : `${from}-${to}`;
}

function portText({ protocol, ...numbers }: PortRange): string | number {
  return protocol === null ? range(numbers) : `${range(numbers)}/${protocol}`;
}
