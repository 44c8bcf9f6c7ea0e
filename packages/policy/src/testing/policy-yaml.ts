import {
  type Destination,
  type Direction,
  formatPrefix,
  type NumberRange,
  type Peer,
  type PortRange,
  type ProcessCondition,
  type Profile,
  type Rule,
} from "@ringfence/model";
import { stringify } from "yaml";

/**
 * The policy file that `parsePolicy` reads as these profiles, places aside. Takes what the language can say: rule
 * ids as the parser gives them, no empty list or condition, and ports only beside protocols that have them.
 */
export function policyYaml(profiles: readonly Profile[]): string {
  return profiles.map((profile) => stringify(document(profile), { lineWidth: 0 })).join("---\n");
}

function document({ name, mode, subject, egress, ingress, listen, unattributed }: Profile): object {
  return {
    apiVersion: "ringfence.dev/v1alpha1",
    kind: "SecurityProfile",
    metadata: { name },
    spec: {
      mode,
      ...(subject === null ? {} : { subject: subject.map(condition) }),
      ...(egress === null ? {} : { egress: direction(name, egress, target) }),
      ...(ingress === null ? {} : { ingress: direction(name, ingress, source) }),
      ...(listen === null ? {} : { listen: listen.ports.length === 0 ? "none" : listen.ports.map(portText) }),
      ...(unattributed === null ? {} : { unattributed: unattributed.action }),
    },
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
    ...(to === null ? {} : { to: to.map(peer) }),
    ...(ports === null ? {} : { ports: ports.map(portText) }),
    ...(protocols === null ? {} : { protocol: protocols }),
  };
}

function source({ to, ports, protocols }: Destination): object {
  return {
    ...(to === null ? {} : { from: to.map(peer) }),
    ...(ports === null ? {} : { localPorts: ports.map(portText) }),
    ...(protocols === null ? {} : { protocol: protocols }),
  };
}

function peer(one: Peer): string {
  return one.kind === "set" ? one.set : formatPrefix(one.prefix);
}

function range({ from, to }: NumberRange): string | number {
  return from === to ? from : `${from}-${to}`;
}

function portText({ protocol, ...numbers }: PortRange): string | number {
  return protocol === null ? range(numbers) : `${range(numbers)}/${protocol}`;
}
