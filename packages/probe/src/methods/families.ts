import type { Method, Trial } from "../method.js";
import { connect, sendto, socket } from "../system/calls.js";
import { AF_INET, AF_VSOCK, IPPROTO_SCTP, SOCK_STREAM } from "../system/numbers.js";
import { sockaddr } from "../system/sockaddr.js";

const SOCK_SEQPACKET = 5;

function sctpConnects(trial: Trial): undefined {
  connect(socket(AF_INET, SOCK_STREAM, IPPROTO_SCTP), sockaddr(trial.v4, trial.port));
}

function sctpSends(trial: Trial): undefined {
  const fd = socket(AF_INET, SOCK_SEQPACKET, IPPROTO_SCTP);
  sendto(fd, Buffer.from(trial.mark), sockaddr(trial.v4, trial.port));
}

/** Only opened: what it sends would reach the hypervisor. */
function opensVsock(): undefined {
  socket(AF_VSOCK, SOCK_STREAM);
}

/** Protocols that a kernel may have, besides TCP and UDP. */
export const familyMethods: readonly Method[] = [
  {
    id: "sctp-connect",
    title: "SCTP connect",
    runs: ["plain", "moved"],
    witness: "connection",
    protocol: "SCTP",
    attempt: sctpConnects,
  },
  {
    id: "sctp-sendto",
    title: "SCTP sendto",
    runs: ["plain"],
    witness: "connection",
    protocol: "SCTP",
    attempt: sctpSends,
  },
  {
    id: "vsock",
    title: "AF_VSOCK socket",
    runs: ["plain", "privileged"],
    witness: "socket",
    protocol: "AF_VSOCK",
    attempt: opensVsock,
  },
];
