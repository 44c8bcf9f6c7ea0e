import type { Application, NspDirection } from "./nsp-profile.js";

/** Network Security Probe knows applications by these ports, and lets any other port pass layer 7; in ascending order. */
export const applicationPorts: Readonly<Record<Application, number>> = { dns: 53, http: 80, https: 443 };

/** The ports that layer 7 keeps closed, because their application is not listed; in ascending order. */
export function closedPorts({ applications }: NspDirection): readonly number[] {
  return Object.entries(applicationPorts)
    .filter(([name]) => applications?.every(({ value }) => value !== name))
    .map(([, port]) => port);
}
