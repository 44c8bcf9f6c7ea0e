import type { SocketMaker } from "./make-socket.js";

/** One thing that the probe tries inside the fence. Runs in order, in one process. */
export type Attempt = { readonly name: string } & (
  | TcpAttempt
  | UdpAttempt
  | DatagramsAttempt
  | PacketAttempt
  | OptionAttempt
  | BorrowedAttempt
  | ProcessAttempt
);

/** Connects; with `send` it also sends that many bytes and waits for their echo, after `greeting` bytes unasked. */
export interface TcpAttempt {
  readonly op: "tcp";
  readonly to: string;
  readonly port: number;
  readonly how?: "blocking" | "nonblocking" | "fast-open" | "io-uring";
  readonly send?: number;
  readonly greeting?: number;
  /** own address, to which the socket is bound before */
  readonly from?: string;
  /** IPPROTO_TCP unless said otherwise, such as 262 for MPTCP and 132 for SCTP */
  readonly protocol?: number;
  readonly maker?: SocketMaker;
}

/** Sends `times` datagrams of `send` bytes; with `echo` it waits for each answer. */
export interface UdpAttempt {
  readonly op: "udp";
  readonly to: string;
  readonly port: number;
  readonly how?: "sendto" | "sendmsg" | "connect";
  readonly send?: number;
  readonly times?: number;
  readonly echo?: boolean;
  /** control message of sendmsg: a source route by way of `to` itself */
  readonly control?: "lsrr" | "rthdr2";
  /** makes an AF_INET6 socket for an IPv4 address */
  readonly socket?: "v6";
  readonly maker?: SocketMaker;
}

/**
 * One IPv4 datagram socket and what is done with it, in order: "sendto ADDRESS PORT", "connect ADDRESS PORT", "send", or
 * "uid NUMBER" for the process. The result has one word for each.
 */
export interface DatagramsAttempt {
  readonly op: "datagrams";
  readonly steps: readonly string[];
  /** IPPROTO_UDP unless said otherwise, such as 136 for UDP-Lite */
  readonly protocol?: number;
}

/** An echo request through a ping or raw socket, a raw packet of UDP, the same behind two IPv6 fragment headers, or with the ports of SCTP, a frame on loopback through AF_PACKET, or only the creation of a socket. */
export interface PacketAttempt {
  readonly op: "ping" | "raw-udp" | "raw-fragment" | "raw-sctp" | "socket" | "frame";
  readonly to?: string;
  readonly port?: number;
  readonly family?: number;
  readonly type?: number;
  readonly protocol?: number;
  readonly maker?: SocketMaker;
}

/** setsockopt on a new socket of the family; the value in hexadecimal, or that many zero bytes. */
export interface OptionAttempt {
  readonly op: "option";
  readonly family: number;
  readonly level: number;
  readonly option: number;
  readonly value?: string;
  readonly zeros?: number;
}

/** Uses one of the `of` sockets that lend.js put into stdin; "send until ended" sends until the kernel ends it. */
export interface BorrowedAttempt {
  readonly op: "borrowed";
  readonly which: number;
  readonly of: number;
  readonly how: "send" | "write" | "receive" | "sendto" | "connect" | "send until ended";
  readonly to?: string;
  readonly port?: number;
}

/** What a process does to itself or its host. */
export type ProcessAttempt =
  | { readonly op: "write"; readonly path: string; readonly text: string }
  | { readonly op: "open"; readonly path: string }
  /** a path that begins with "@" is a name in the abstract namespace */
  | { readonly op: "unix"; readonly path: string }
  /** without arguments, so that nothing can happen */
  | { readonly op: "call"; readonly call: "request_key" | "open_by_handle_at" }
  | { readonly op: "signal"; readonly pid: number; readonly signal: number }
  | { readonly op: "comm"; readonly comm: string }
  | { readonly op: "uid" | "gid"; readonly id: number }
  | { readonly op: "unshare"; readonly flags: number }
  | { readonly op: "setns"; readonly path: string }
  | { readonly op: "bpf"; readonly command: number }
  | { readonly op: "reboot" }
  /** connects /dev/net/tun with an interface; the result says which call was refused */
  | { readonly op: "tun"; readonly interface: string }
  | { readonly op: "pair"; readonly family: number; readonly type: number };

/** How an attempt ended. */
export interface AttemptResult {
  readonly name: string;
  /** "ok", or the name of the first error, such as "EPERM" */
  readonly result: string;
  /** milliseconds */
  readonly took: number;
}
