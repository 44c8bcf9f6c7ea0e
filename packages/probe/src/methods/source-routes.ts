import { ALLOWED_V4, ALLOWED_V6, type Method, type Trial } from "../method.js";
import { sendmsg, sendto, setOption, socket } from "../system/calls.js";
import {
  AF_INET,
  AF_INET6,
  IP_OPTIONS,
  IPPROTO_IPV6,
  IPV6_RTHDR,
  SOCK_DGRAM,
  SOL_IP,
} from "../system/numbers.js";
import { sockaddr } from "../system/sockaddr.js";
import { looseSourceRoute, routeControl, segmentRouting, strictSourceRoute } from "../system/source-route.js";

// The destination of each call is allowed; the packet goes by way of one that is denied.

function byOption(route: (via: string) => Uint8Array) {
  return (trial: Trial): undefined => {
    const fd = socket(AF_INET, SOCK_DGRAM);
    setOption(fd, SOL_IP, IP_OPTIONS, route(trial.v4));
    sendto(fd, Buffer.from(trial.mark), sockaddr(ALLOWED_V4, trial.port));
  };
}

function byOptionV6(trial: Trial): undefined {
  const fd = socket(AF_INET6, SOCK_DGRAM);
  setOption(fd, IPPROTO_IPV6, IPV6_RTHDR, segmentRouting(trial.v6));
  sendto(fd, Buffer.from(trial.mark), sockaddr(ALLOWED_V6, trial.port));
}

function byMessage(kind: "lsrr" | "ssrr" | "rthdr2") {
  return (trial: Trial): undefined => {
    const v6 = kind === "rthdr2";
    const control = routeControl(kind, v6 ? trial.v6 : trial.v4);
    const to = sockaddr(v6 ? ALLOWED_V6 : ALLOWED_V4, trial.port);
    sendmsg(socket(v6 ? AF_INET6 : AF_INET, SOCK_DGRAM), Buffer.from(trial.mark), to, control);
  };
}

const method = (
  id: string,
  title: string,
  attempt: Method["attempt"],
  runs: Method["runs"] = ["plain"],
): Method => ({ id, title, runs, witness: "data", attempt });

const both = ["plain", "moved"] as const;

/** Ways to put another address into the packet than the call names. */
export const sourceRouteMethods: readonly Method[] = [
  method("route-lsrr", "LSRR as option", byOption(looseSourceRoute), both),
  method("route-ssrr", "SSRR as option", byOption(strictSourceRoute), both),
  method("route-rthdr", "IPV6_RTHDR as option", byOptionV6, both),
  method("route-lsrr-message", "LSRR as control message", byMessage("lsrr"), ["privileged", "moved"]),
  method("route-ssrr-message", "SSRR as control message", byMessage("ssrr"), ["privileged", "moved"]),
  method("route-rthdr-message", "IPV6_RTHDR as control message", byMessage("rthdr2"), [
    "privileged",
    "moved",
  ]),
];
