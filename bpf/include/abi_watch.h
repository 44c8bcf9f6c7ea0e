// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// What an agent is told besides verdicts: connections that ended, listeners, processes, packets that nobody takes.
#pragma once

#include <linux/types.h>

/* Who ended a connection first. */
enum rf_ended_by {
	RF_ENDED_BY_NOBODY = 0, /* yet, or no answer came */
	RF_ENDED_BY_US = 1,
	RF_ENDED_BY_PEER = 2,
};

/* What the stamp of a socket does not tell: kept for an agent only. */
struct rf_opened {
	__u64 opened_ns;      /* boot clock: TCP when the handshake began, or was done if it came in; else the socket's making */
	__u64 established_ns; /* 0: never */
	__u32 ended_by;	      /* enum rf_ended_by */
	__u32 unused;
};

/* A connection that ended, or an attempt at one. UDP: a socket that was closed, with the row of its last destination. */
struct rf_connection_event {
	__u32 kind; /* enum rf_event_kind */
	__u32 flow; /* reference to a row */
	__u64 time_ns; /* boot clock */
	__u64 opened_ns;
	__u64 established_ns;
	__u64 cookie; /* the socket's */
	__u64 exec_ns;
	__u64 domain; /* hash of the name that it was let out by; 0: none */
	__u64 cgroup;
	__u64 sent_bytes;     /* TCP: payload, each byte once. UDP: all of the row so far, headers included */
	__u64 received_bytes; /* the same */
	struct rf_exe_key exe;
	__u8 address[16];
	__u8 local_address[16]; /* UDP: not known, all zero */
	__u8 comm[RF_COMM_LEN];
	__u32 tgid;
	__u32 uid;
	__u32 gid;
	__u32 exe_flags;
	__u32 net_ns; /* inode number; UDP: 0 */
	__u32 rtt_us; /* smoothed, when it ended; 0: not known */
	__u32 retransmits;
	__u32 error;	  /* errno that the socket's user would see; 0: none */
	__u32 generation; /* of the policy that the row belongs to */
	__u16 port;	  /* the other end's */
	__u16 local_port; /* UDP: 0 */
	__u8 protocol;
	__u8 direction; /* enum rf_direction */
	__u8 ended_by;	/* enum rf_ended_by */
	__u8 unused[5];
};

/* A process begins to listen with TCP. */
struct rf_listen_event {
	__u32 kind;
	__u32 tgid;
	__u64 time_ns;
	__u64 exec_ns;
	__u64 cgroup;
	struct rf_exe_key exe;
	__u8 address[16];
	__u8 comm[RF_COMM_LEN];
	__u32 uid;
	__u32 gid;
	__u32 exe_flags;
	__u32 parent_tgid;
	__u32 net_ns;
	__u16 port;
	__u16 unused;
};

#define RF_STREAMS 3 /* standard input, output and error */

/* A standard stream that is an IP socket. */
struct rf_stream {
	__u8 address[16]; /* the other end's; all zero: none */
	__u16 port;
	__u16 family;	/* 0: this stream is no IP socket */
	__u32 protocol;
};

struct rf_exec_event {
	__u32 kind;
	__u32 tgid;
	__u64 time_ns;
	__u64 exec_ns;
	__u64 start_ns;
	__u64 parent_exec_ns;
	__u64 cgroup;
	struct rf_exe_key exe;
	struct rf_stream stream[RF_STREAMS];
	struct rf_stream parent_stream; /* of the parent, its standard input: a shell behind a terminal of its own has it there */
	__u32 parent_tgid;
	__u32 exe_flags;
	__u32 uid;
	__u32 gid;
	__u32 mnt_ns;
	__u32 net_ns;
	__u32 line_count; /* of `line` */
	__u32 line_cut;
	__u32 args_len; /* as the process has it; args holds the first 512 bytes */
	__u32 unused;
	__u8 comm[RF_COMM_LEN];
	__u8 parent_comm[RF_COMM_LEN];
	struct rf_exe_key line[RF_LINE_LENGTH]; /* distinct images that ran before, the oldest first */
	__u8 args[RF_ARGS_LEN];
};

struct rf_exit_event {
	__u32 kind;
	__u32 tgid;
	__u64 time_ns;
	__u64 start_ns;
	__u64 exec_ns;
	__u64 cgroup;
	struct rf_exe_key exe;
	__u32 exit_code; /* as wait() has it */
	__u32 uid;
	__u8 comm[RF_COMM_LEN];
};

/* A packet that came for a port where no socket takes it; or a DNS answer that a socket took and that matches no query, with
 * no namespace and address. */
struct rf_stray_event {
	__u32 kind;
	__u32 net_ns;
	__u64 time_ns;
	__u64 more; /* of the kind that were not told since the event before, for the rate */
	__u8 source[16];
	__u8 address[16];
	__u16 source_port;
	__u16 port;
	__u8 protocol;
	__u8 tcp_flags;
	__u16 unused;
};

#define RF_MAC_BYTES 6

/* What this host knows of a neighbour on an Ethernet changed, or was said again unasked: ARP or IPv6's neighbour discovery. */
struct rf_neighbour_event {
	__u32 kind;
	__u32 net_ns;
	__u64 time_ns;
	__u8 address[16];
	__u8 before[RF_MAC_BYTES]; /* all zero: was not known */
	__u8 now[RF_MAC_BYTES];
	__u32 ifindex;
	__u8 unasked; /* 1: an answer, while this host was not asking */
	__u8 unused[7];
};

#define RF_HANDSHAKE_OUT 0x10000 /* in `port`: to that port of others */

/* Handshakes at one listening port of one process, or with one port of others: many begun and few done is a flood. */
struct rf_handshake_key {
	__u32 tgid;
	__u32 port;
};

struct rf_handshakes {
	__u64 exec_ns; /* who listens */
	__u64 begun;   /* SYNs that reached the listener, those that the policy refuses too; or that left */
	__u64 done;
	__u64 last_ns;
	__u8 address[16]; /* the other end of the last one begun */
};

/* A process that is cut off from the network, by its tgid. */
struct rf_quarantine {
	__u64 start_ns; /* when the process began, boot clock */
	__u64 until_ns; /* boot clock */
};

/* Nothing comes in from there; the value is until when, boot clock. */
struct rf_banned_key {
	__u8 address[16];
};

/* Entries in both tables. */
struct rf_shut_out {
	__u32 processes;
	__u32 addresses;
};
