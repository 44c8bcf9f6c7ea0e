import type { Resolver } from "../resolver.js";

/** A machine with two users, two groups and three services, one of which has a different port for each protocol. */
export const fixedResolver: Resolver = {
  uidOf: (user) =>
    new Map([
      ["root", 0],
      ["www-data", 33],
    ]).get(user) ?? null,
  gidOf: (group) =>
    new Map([
      ["root", 0],
      ["users", 100],
    ]).get(group) ?? null,
  portOf: (service, protocol) =>
    new Map([
      ["https/tcp", 443],
      ["https/udp", 443],
      ["ssh/tcp", 22],
      ["split/tcp", 1],
      ["split/udp", 2],
    ]).get(`${service}/${protocol}`) ?? null,
};
