import type { HandedOver, Method, Trial } from "../method.js";
import { socket } from "../system/calls.js";
import { addressOf } from "../system/libc.js";
import { message } from "../system/message.js";
import { AF_INET, AF_VSOCK, SOCK_DGRAM, SOCK_STREAM } from "../system/numbers.js";
import { connectCall, Ring, type RingLayout, sendmsgCall, socketCall } from "../system/ring.js";
import { sockaddr } from "../system/sockaddr.js";

type Way = "inline" | "worker" | "polled";

function connects(way: Way) {
  return (trial: Trial): undefined => {
    const address = sockaddr(trial.v4, trial.port);
    const call = connectCall(socket(AF_INET, SOCK_STREAM), address);
    Ring.make({ polled: way === "polled" }).run({ ...call, worker: way === "worker" });
    addressOf(address); // lives until here
  };
}

function sends(way: Way) {
  return (trial: Trial): undefined => {
    const { header, keep } = message(sockaddr(trial.v4, trial.port), Buffer.from(trial.mark), null);
    const call = sendmsgCall(socket(AF_INET, SOCK_DGRAM), header);
    Ring.make({ polled: way === "polled" }).run({ ...call, worker: way === "worker" });
    for (const bytes of [header, ...keep]) addressOf(bytes); // live until here
  };
}

const FIELDS = [
  "entries",
  "completionEntries",
  "submissionTail",
  "submissionArray",
  "completionTail",
  "completions",
] as const satisfies readonly (keyof RingLayout)[];

function layoutFrom(detail: readonly number[], polled: boolean): RingLayout {
  const [entries = 0, completionEntries = 0, submissionTail = 0, submissionArray = 0] = detail;
  const [completionTail = 0, completions = 0] = detail.slice(4);
  return { entries, completionEntries, submissionTail, submissionArray, completionTail, completions, polled };
}

/** A ring, and a socket and an address of the process that made it. */
function prepareRing(polled: boolean) {
  return (trial: Trial): HandedOver => {
    const ring = Ring.make({ polled });
    const address = sockaddr(trial.v4, trial.port);
    const theirs = [socket(AF_INET, SOCK_STREAM), Number(addressOf(address)), address.length];
    return {
      fd: ring.fd,
      detail: [...FIELDS.map((field) => ring.layout[field]), ...theirs],
      keep: [ring, address],
    };
  };
}

/** Whoever enters the call makes it, with a socket of its own. */
function connectsByInherited(trial: Trial, { fd, detail = [] }: HandedOver): undefined {
  const address = sockaddr(trial.v4, trial.port);
  Ring.attach(fd, layoutFrom(detail, false)).run(connectCall(socket(AF_INET, SOCK_STREAM), address));
  addressOf(address); // lives until here
}

/** The thread belongs to the ring's maker, who is not fenced: the call needs a socket and memory of the maker. */
function connectsByOutsider(_: Trial, { fd, detail = [] }: HandedOver): undefined {
  const [theirs = -1, address = 0, length = 0] = detail.slice(FIELDS.length);
  Ring.attach(fd, layoutFrom(detail, true)).run({
    operation: "connect",
    fd: theirs,
    address: BigInt(address),
    offset: length,
  });
}

function opensVsock(): undefined {
  Ring.make().run(socketCall(AF_VSOCK, SOCK_STREAM));
}

const method = (
  id: string,
  title: string,
  witness: Method["witness"],
  attempt: Method["attempt"],
): Method => ({ id, title, runs: ["plain"], witness, attempt });

/** Calls made through io_uring. */
export const ioUringMethods: readonly Method[] = [
  method("io-uring-connect", "io_uring CONNECT", "connection", connects("inline")),
  method("io-uring-connect-worker", "io_uring CONNECT by a worker thread", "connection", connects("worker")),
  method("io-uring-connect-polled", "io_uring CONNECT by an SQPOLL thread", "connection", connects("polled")),
  method("io-uring-sendmsg", "io_uring SENDMSG", "data", sends("inline")),
  method("io-uring-sendmsg-worker", "io_uring SENDMSG by a worker thread", "data", sends("worker")),
  method("io-uring-sendmsg-polled", "io_uring SENDMSG by an SQPOLL thread", "data", sends("polled")),
  {
    ...method("io-uring-inherited", "io_uring CONNECT, inherited ring", "connection", connectsByInherited),
    prepare: prepareRing(false),
    handOver: "stdin",
  },
  {
    ...method(
      "io-uring-inherited-polled",
      "io_uring CONNECT by the SQPOLL thread of an unfenced process",
      "connection",
      connectsByOutsider,
    ),
    prepare: prepareRing(true),
    handOver: "stdin",
  },
  {
    ...method("io-uring-vsock", "io_uring SOCKET of family AF_VSOCK", "socket", opensVsock),
    protocol: "AF_VSOCK",
  },
];
