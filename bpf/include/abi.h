// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// What kernel side and user space share: keys, values and events. User space never copies these by hand: its
// codecs are generated from this object's BTF (scripts/src/gen-layout.ts).
#pragma once

#include "abi_cgroup.h"
#include "abi_policy.h"

#define RF_PATH_LEN 4096
#define RF_ARGS_LEN 512
#define RF_LINE_LENGTH 24 /* distinct images of a line that a later policy can be asked about */
#define RF_NO_BIT (-1)
#define RF_NO_ROW 0xffffffff
#define RF_EMPTY_ROW 1 /* holds no bit, in every policy */
#define RF_PEERS 16384 /* a power of two */
#define RF_CLOSED_SOCKETS (16 * RF_PEERS) /* else runs of places that were lost are longer than the tries */
#define RF_OVERFLOW_ROWS 4 /* flows without a row of their own, by action and shadow action */
/* What refers to a row of the flow table: its index, and above that how often the row was given to another flow. */
#define RF_FLOW_INDEX_BITS 20
#define RF_FLOW_INDEX ((1U << RF_FLOW_INDEX_BITS) - 1)

enum rf_action {
	RF_ALLOW = 0,
	RF_DENY = 1,
};

enum rf_hook {
	RF_HOOK_CONNECT = 1,
	RF_HOOK_SENDMSG = 2,
	RF_HOOK_SOCK_CREATE = 3,
	RF_HOOK_SETSOCKOPT = 4,
	RF_HOOK_PACKET = 5,
	RF_HOOK_BIND = 6,
	RF_HOOK_LISTEN = 7,
	RF_HOOK_SOCKET_CREATE = 20, /* of the security module, as the next two */
	RF_HOOK_SOCKET_SENDMSG = 21,
	RF_HOOK_SOCKET_RECVMSG = 22,
	RF_HOOK_TC = 23,
	RF_HOOK_SCAN = 24, /* the look through the descriptors of the fence */
	RF_HOOK_DEVICE = 25,
};

/* Why a verdict fell where no rule bit decided it. */
enum rf_reason {
	RF_REASON_POLICY = 0,
	RF_REASON_REPLY = 1,          /* answer to a datagram that came in */
	RF_REASON_SOURCE_ROUTE = 2,   /* another destination hidden in the packet */
	RF_REASON_UNJUDGED = 3,       /* a packet of a socket that no call hook judged */
	RF_REASON_OUTSIDE_CGROUP = 4, /* a socket other than TCP where no packet hook can judge it */
	RF_REASON_MALFORMED = 5,      /* a packet whose destination cannot be read */
	RF_REASON_NAME_EXPIRED = 6,   /* decided by policy: the name that would be allowed ran out */
	RF_REASON_QUARANTINE = 7,     /* the answer to an alert: this process, or this address, is shut out for a while */
	RF_REASON_BORROWED = 20,      /* a socket that was connected outside the fence */
	RF_REASON_FAMILY = 21,        /* an address family that no hook judges; `protocol` is its number */
	RF_REASON_DEVICE = 22,        /* a device that sends past every hook; `protocol` is an enum rf_device */
};

/* Devices that send past every hook. */
enum rf_device {
	RF_DEVICE_TUN = 1, /* tap too: one device file for both */
	RF_DEVICE_VHOST_NET = 2,
	RF_DEVICE_VHOST_VSOCK = 3,
	RF_DEVICE_INFINIBAND = 4,
	RF_DEVICE_MACVTAP = 5,
	RF_DEVICE_IPVTAP = 6,
	RF_DEVICE_LATER = 7, /* a major number that the kernel gives to whichever driver comes next */
};

#define RF_MISC_MINORS 256
#define RF_MAJORS 512

/* What is refused: an enum rf_device, or 0, by minor number of the major 10 (miscellaneous), and by major number. */
struct rf_devices {
	__u8 misc[RF_MISC_MINORS];
	__u8 major[RF_MAJORS];
};

enum rf_event_kind {
	RF_EVENT_VERDICT = 1,
	RF_EVENT_PROCESS = 2,
	RF_EVENT_TREE_EMPTY = 3,
	RF_EVENT_DNS = 4,
	RF_EVENT_FLOW = 5, /* a row of an agent's flow table was given to another flow: what it had counted */
	/* and only for an agent: */
	RF_EVENT_CONNECTION = 6,
	RF_EVENT_LISTEN = 7,
	RF_EVENT_EXEC = 8,
	RF_EVENT_EXIT = 9,
	RF_EVENT_STRAY = 10,
	RF_EVENT_CGROUP = 11, /* a cgroup was made or removed */
	RF_EVENT_NEIGHBOUR = 12,
};

enum rf_loss {
	RF_LOSS_EVENTS = 0,       /* ring buffer full: an event is missing from the log, the counts are not */
	RF_LOSS_FLOWS = 1,        /* flow table full, or nobody told what a row had counted: counted in the overflow rows only */
	RF_LOSS_EXECUTABLES = 2,  /* executable table full: a path shown as unknown */
	RF_LOSS_PROCESSES = 3,    /* process table full: a process without a record */
	RF_LOSS_PATH_LONG = 4,    /* executable path beyond 4096 bytes, kept from its end */
	RF_LOSS_PATH_UNKNOWN = 5, /* executable path that could not be resolved */
	RF_LOSS_SOCKETS = 6,      /* no memory for socket state: the call was refused */
	RF_LOSS_ARGS_LONG = 7,    /* command line beyond 512 bytes, cut */
	RF_LOSS_SUBJECTS = 8,     /* no row left for a subject: judged all the same, only slower */
	RF_LOSS_PEERS = 9,        /* peer table full: one was forgotten within its reply window */
	RF_LOSS_DNS_MESSAGES = 10,   /* a DNS message that could not be read for want of room */
	RF_LOSS_DNS_QUERIES = 11,   /* query table full: an answer will not count */
	RF_LOSS_DNS_NAMES = 12,	    /* name table full: a name without text, or one that was live is forgotten */
	RF_LOSS_DNS_ADDRESSES = 13, /* address table full: an address not learned, or one that was live is forgotten */
	RF_LOSS_DNS_STREAMS = 14,   /* a DNS connection over TCP that could not be followed any more */
	RF_LOSS_CGROUPS = 15,	    /* table full of those that are new, or listed: one counts as its parent until it is classified */
	RF_LOSS_KINDS = 16,
};

enum rf_exe_flag {
	RF_EXE_TRUSTED = 1,   /* reached through a mount namespace of the initial user namespace */
	RF_EXE_DELETED = 2,   /* no longer at that path when it was executed */
	RF_EXE_MEMFD = 4,     /* no file system path at all */
	RF_EXE_TRUNCATED = 8,
	RF_EXE_UNKNOWN = 16,
	RF_EXE_UNKEPT = 32, /* its path is not in the table: a later policy cannot be asked about it */
	RF_EXE_OURS = 64,   /* ringfence's own, which is nobody's ancestor */
};

enum rf_socket_flag {
	RF_SOCKET_JUDGED = 1,    /* a call hook let this socket out */
	RF_SOCKET_PER_PACKET = 2, /* raw, ping and others without a call hook */
	RF_SOCKET_REVOKED = 4,   /* let out once, and refused by a later policy */
	RF_SOCKET_OWNED = 8,     /* of a listener: somebody inside bound it or listens on it */
	RF_SOCKET_OWN = 16,      /* made inside */
	RF_SOCKET_ADMITTED = 32, /* made outside, and let in: a standard stream, or accepted inside */
	RF_SOCKET_BORROWED = 64, /* connected outside, and reported */
	RF_SOCKET_REPLY = 128,   /* let out as an answer: good for as long as that peer is remembered */
	RF_SOCKET_SEEN = 256,    /* made where the packet hooks see it */
};

struct rf_exe_key {
	__u64 hash[2];
};

struct rf_executable {
	__u64 inode;
	__u32 device;
	__u32 path_len;
	__u32 flags; /* enum rf_exe_flag */
	__u32 mnt_ns;
	__u8 path[RF_PATH_LEN];
};

/* What one policy says of an image and of those that ran before it. */
struct rf_image {
	__u64 own_bits; /* ancestor patterns that this image matches */
	__u64 ancestor_bits;
	__u64 trusted_ancestor_bits;
	__u32 exe_row;
	__u32 generation; /* of the policy that was asked; 0: none */
};

/* Who calls, as far as it may change between two calls of one image; and the row that says it all. */
struct rf_known_subject {
	__u64 cgroup;
	__u64 listed_cgroup; /* the deepest at or above it that the policy lists; 0: none */
	__u32 uid;
	__u32 gid;
	__u32 generation;
	__u32 row;
	__u8 comm[RF_COMM_LEN];
};

struct rf_process {
	__u64 start_ns; /* boot clock */
	__u64 exec_ns;  /* boot clock: when this image began, by exec or by fork */
	__u64 parent_exec_ns;
	__u64 exec_id; /* the kernel's count of this task's execs: the same one is not taken in twice */
	struct rf_exe_key exe;
	struct rf_image image;
	struct rf_known_subject known;
	__u32 sequence; /* odd while a thread writes image or known */
	__u32 tgid;
	__u32 parent_tgid;
	__u32 exe_flags;
	__u32 fenced;
	__u32 announced;
	__u32 mnt_ns;
	__u32 args_len;
	__u32 line_count;
	__u32 line_cut; /* an image of the line is not in `line` */
	__u8 comm[RF_COMM_LEN];
	struct rf_exe_key line[RF_LINE_LENGTH]; /* distinct images that ran before */
	__u8 args[RF_ARGS_LEN];
};

/* The subject's part of a verdict, as rows of the policy's bit vectors: the key of their AND. */
struct rf_subject {
	__u64 ancestor_bits;
	__u64 trusted_ancestor_bits;
	__u32 exe_row;
	__u32 comm_row;
	__u32 uid_row;
	__u32 gid_row;
	__u32 cgroup_row;
	__u32 direction_row;
	__u32 generation;
	__u32 unused;
};

/* Stamp of a socket: who used it last, and what was said of it then. */
struct rf_socket {
	struct rf_exe_key exe; /* image of that process: what is known of it once it has ended */
	__u64 exec_ns;
	__u64 start_ns;
	__u64 cgroup;
	__u64 listed_cgroup; /* the deepest at or above it that the policy listed then; 0: none */
	__u64 netns;  /* cookie; 0: not known, so that no name counts */
	__u64 domain; /* name that the destination was let out by; 0: none */
	__u8 address[16]; /* destination judged last; v4 as ::ffff:a.b.c.d */
	__u8 comm[RF_COMM_LEN];
	__u32 tgid;
	__u32 uid;
	__u32 gid;
	__u32 flow;
	__u32 flags; /* enum rf_socket_flag */
	__u32 sequence; /* odd while somebody writes the judged destination */
	__u32 subject_row;
	__u32 generation; /* of the policy that row and flow belong to */
	__u16 port;
	__u8 protocol;
	__u8 unused;
	__u32 exe_flags; /* enum rf_exe_flag */
};

/*
 * Who bound a socket or listens on it, and what `listen` says of that. Connections that are accepted inherit a copy,
 * which then keeps the verdict on the one connection.
 */
struct rf_listener {
	struct rf_socket owner; /* port: that `listen` was asked about */
	__s32 bit;              /* what `listen` said */
	__s32 shadow_bit;
	__u8 action;
	__u8 shadow_action;
	__u16 unused;
	__u32 listen_generation; /* of the policy that said it; 0: none was asked */
	__u64 connection;        /* that was accepted: its flow in the upper half, twice the generation, the action */
};

struct rf_flow_key {
	__u64 exec_ns;
	__u64 domain; /* hash of the name that the address was judged by; 0: none */
	__u8 address[16]; /* the other end; of a listener, its own */
	__u32 tgid;
	__u32 uid;
	__s32 bit;        /* rule bit of the enforced verdict, or RF_NO_BIT */
	__s32 shadow_bit; /* the same with audited rules counted in */
	__u16 port;
	__u8 protocol;
	__u8 reason; /* enum rf_reason */
	__u8 action; /* enum rf_action */
	__u8 shadow_action;
	__u8 hook; /* enum rf_hook */
	__u8 direction; /* enum rf_direction */
	__u32 generation; /* of the policy that the bits belong to */
	__u32 unused;
};

/* Who acted, as far as it is not part of a flow's key. */
struct rf_actor {
	struct rf_exe_key exe;
	__u64 cgroup;
	__u32 exe_flags; /* enum rf_exe_flag */
	__u32 parent_tgid;
	__u32 gid;
	__u32 net_ns;
	__u8 comm[RF_COMM_LEN];
	__u8 parent_comm[RF_COMM_LEN];
};

#include "abi_dns.h"
#include "abi_watch.h"

struct rf_flow {
	struct rf_flow_key key;
	struct rf_actor actor;
	__u64 verdicts;
	__u64 sent_bytes; /* at the IP layer, headers included */
	__u64 received_bytes;
	__u64 first_ns; /* boot clock */
	__u64 last_ns;
	__u32 reference; /* to this row while it is this flow's */
	__u32 unused;
};

struct rf_flow_event {
	__u32 kind;
	__u32 unused;
	__u64 time_ns;
	struct rf_flow flow;
};

struct rf_verdict_event {
	__u32 kind; /* enum rf_event_kind */
	__u32 flow;
	__u64 time_ns; /* boot clock */
	struct rf_flow_key key;
	struct rf_actor actor;
	__u32 tid;
	__u32 unused;
};

struct rf_process_event {
	__u32 kind;
	__u32 tgid;
	__u64 exec_ns;
	struct rf_exe_key exe;
	__u32 parent_tgid;
	__u32 args_len; /* as the process has it; args holds the first 512 bytes */
	__u8 args[RF_ARGS_LEN];
};

struct rf_tree_event {
	__u32 kind;
	__u32 unused;
	__u64 time_ns;
};

/* One run of the fence: who is inside, and what is allocated. */
struct rf_fence {
	__u64 live;       /* processes inside, of those with a record */
	__u64 orphans;    /* processes inside whose record could not be stored */
	__u64 cgroup;     /* id of the run's own cgroup */
	__u64 packet_cgroup; /* id of the cgroup where the packet hooks are: that one, or one above it */
	__u32 next_flow;  /* first free index in flows; those below RF_OVERFLOW_ROWS count what finds no room. Of an agent: counts
			   * up, and the rows are taken in turn */
	__u32 flow_limit;
	__u32 entered;
	__u32 changed; /* records completed by the last pass of the lineage iterator */
	__u32 cgroup_level; /* depth of the run's own cgroup */
	__u32 guarded; /* a security module hook was called: they are in force */
	__u32 borrowed_denied; /* sockets found that were connected outside and are denied */
	__u32 borrowed_open;   /* those of them that nothing here can end */
	__u32 next_peer;       /* counts up: where the next peer goes in peer_order */
	__u32 held_back;       /* connections with data that the policy denied, as the last look found them and could not end */
};

/* An unconnected socket and one of those it talks with. */
struct rf_peer_key {
	__u64 cookie;
	__u8 address[16];
	__u16 port;
	__u16 unused[3];
};

struct rf_peer_state {
	__u64 heard_ns; /* boot clock of the last datagram that came in unasked; 0: none did */
	__u64 used_ns;  /* of the last look at this peer, either way */
	__u32 flow;     /* row that counts what we sent there */
	__u32 known;    /* 0: nothing was sent yet */
	__u32 asked_generation; /* policy that let us send there unasked: what comes from there is an answer; 0: none */
	__u32 heard_generation; /* policy that let it speak first; 0: none */
	__u32 heard_flow;       /* row that counts what it sent unasked */
	__u32 unused;
};

/* Never read: makes the compiler describe in the object's BTF what no map names. */
struct rf_described {
	enum rf_action action;
	enum rf_direction direction;
	enum rf_hook hook;
	enum rf_reason reason;
	enum rf_device device;
	struct rf_devices devices;
	enum rf_event_kind event_kind;
	enum rf_loss loss;
	enum rf_exe_flag exe_flag;
	enum rf_socket_flag socket_flag;
	enum rf_dns_fault dns_fault;
	enum rf_dns_flag dns_flag;
	enum rf_dns_event_flag dns_event_flag;
	enum rf_dns_counter dns_counter;
	enum rf_dns_query_state dns_query_state;
	struct rf_dns_event dns_event;
	struct rf_verdict_event verdict_event;
	struct rf_process_event process_event;
	struct rf_tree_event tree_event;
	struct rf_flow_event flow_event;
	enum rf_ended_by ended_by;
	struct rf_connection_event connection_event;
	struct rf_listen_event listen_event;
	struct rf_exec_event exec_event;
	struct rf_exit_event exit_event;
	struct rf_stray_event stray_event;
	struct rf_cgroup_event cgroup_event;
	struct rf_neighbour_event neighbour_event;
};
