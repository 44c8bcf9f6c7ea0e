// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// What kernel side and user space share about names.
#pragma once

#include <linux/types.h>

#define RF_DNS_MESSAGE_BYTES 65535 /* over TCP the length is a 16-bit number */
#define RF_DNS_NAME_BYTES 254	   /* of a name on the wire, without the root's empty label */
#define RF_DNS_NAME_ROOM 256
#define RF_DNS_ADDRESSES 4096 /* taken from one message; further ones are counted */

/* Why a message counts as malformed: as packages/policy/src/dns/dns-fault.ts. */
enum rf_dns_fault {
	RF_DNS_WELL_FORMED = 0,
	RF_DNS_SHORT = 1,
	RF_DNS_OPCODE = 2,
	RF_DNS_QUESTIONS = 3,
	RF_DNS_NAME = 4,
	RF_DNS_RECORD = 5,
	RF_DNS_DATA = 6,
	RF_DNS_TRAILING = 7,
};

enum rf_dns_flag {
	RF_DNS_RESPONSE = 0x8000,
	RF_DNS_OPCODE_BITS = 0x7800,
	RF_DNS_TRUNCATED = 0x0200,
	RF_DNS_RCODE_BITS = 0x000f,
};

/* An address found in a message. */
struct rf_dns_found {
	__u32 ttl; /* seconds: the least of its own and of the aliases on the way */
	__u16 at;
	__u8 family; /* 4 or 6 */
	__u8 unused;
};

#define RF_DNS_FOREVER_NS (1ULL << 62) /* when a name expires that does not; some time more is no overflow */
#define RF_DOMAINS 16384 /* names learned: a power of two */
#define RF_NAMED_ADDRESSES 65536 /* addresses learned: a power of two */
#define RF_HOSTS 8192 /* of each, those of the hosts file */
#define RF_DNS_NAMES 16 /* live names of one address */
#define RF_DNS_SHOWN 16 /* addresses that one event shows */
#define RF_DNS_RESOLVERS 16

/* A resolver whose answers count, where user space found it: in that network namespace and no other. */
struct rf_resolver {
	__u64 netns; /* cookie; 0: in every one, as of an agent's that are not on loopback */
	__u8 address[16];
};

struct rf_dns_settings {
	__u64 secret;	/* the point at which names are hashed: 1 to 2^61 - 2 */
	__u64 floor_ns; /* a name holds for at least so long, whatever its time to live */
	__u64 wait_ns;	/* an answer that comes later does not count */
	__u64 netns;	/* cookie of the network namespace whose resolvers these are */
	__u32 version; /* of the list below: it may change with the policy */
	__u32 unused;
	struct rf_resolver resolvers[RF_DNS_RESOLVERS];
};

struct rf_name_text {
	__u8 bytes[RF_DNS_NAME_ROOM + 8]; /* as on the wire, in lower case; the rest is there to be read in words */
};

/* What was asked of whom on which socket: what an answer must match. */
struct rf_dns_query_key {
	__u64 socket; /* cookie */
	__u64 name;   /* hash */
	__u8 resolver[16];
	__u16 port; /* this machine's */
	__u16 id;
	__u16 type;
	__u16 class;
	__u32 protocol;
	__u32 unused;
};

enum rf_dns_query_state {
	RF_DNS_QUERY_FREE = 0,
	RF_DNS_QUERY_HELD = 1, /* a program writes or answers it */
	RF_DNS_QUERY_WAITS = 2,
};

struct rf_dns_query {
	struct rf_dns_query_key key;
	__u64 asked_ns; /* boot clock: when it was sent first */
	__u64 netns;	/* cookie */
	__u64 exec_ns;
	__u32 state; /* enum rf_dns_query_state */
	__u32 tgid;
	__u32 uid;
	__u32 sent; /* times */
	__u32 trusted; /* 1: the resolver was, when it was asked */
	__u32 name_length;
	struct rf_actor actor;
	struct rf_name_text name;
};

/* A name that has addresses. */
struct rf_domain {
	__u64 expires_ns; /* boot clock: the last of its addresses */
	__u64 row;	  /* what the policy says of the name: its generation in the upper half, the row */
	__u64 exec_ns;	  /* who asked last */
	struct rf_exe_key exe;
	__u32 tgid;	  /* 0: nobody, if it does not expire: it is in the hosts file */
	__u32 uid;
	__u32 name_length;
	__u32 unused;
	struct rf_name_text name;
};

struct rf_name_key {
	__u64 netns; /* cookie */
	__u8 address[16];
};

/* The names that an address was learned for; those that expired are there until their place is needed. */
struct rf_names {
	struct {
		__u64 domain;
		__u64 expires_ns; /* boot clock; 0: no name */
	} live[RF_DNS_NAMES];
};

enum rf_dns_event_flag {
	RF_DNS_EVENT_TRUSTED = 1,
	RF_DNS_EVENT_FORGED = 2,  /* over loopback, from a resolver that a socket of the fence had sent as */
	RF_DNS_EVENT_DENIED = 4,  /* the policy let the query not leave */
	RF_DNS_EVENT_WOULD_DENY = 8, /* and would not, if audited rules were enforced */
};

/* A query and its answer; or one that the policy denies. */
struct rf_dns_event {
	__u32 kind; /* enum rf_event_kind */
	__u32 event_flags; /* enum rf_dns_event_flag */
	__u64 time_ns; /* boot clock */
	struct rf_dns_query query;
	__u32 flags; /* of the answer: enum rf_dns_flag */
	__u32 found;   /* addresses of the name in the answer */
	__u32 learned; /* those that count from now */
	__u32 ignored; /* those that no name may have: loopback, link-local, unspecified */
	__s32 bit;	  /* of the rule that denies, where one does */
	__u32 generation; /* of its policy */
	__u8 addresses[RF_DNS_SHOWN][16]; /* the first of those found */
};

enum rf_dns_counter {
	RF_DNS_QUERIES = 0,
	RF_DNS_ANSWERS = 1,	/* to a query that was seen */
	RF_DNS_MALFORMED = 2,	/* messages from or to port 53 that are no DNS */
	RF_DNS_UNASKED = 3,	/* answers to no query that is known */
	RF_DNS_UNTRUSTED = 4,	/* answers with addresses that were not learned: not a trusted resolver's */
	RF_DNS_IGNORED = 5,	/* addresses that no name may have */
	RF_DNS_FORGED = 6,	/* packets that a socket of the fence sent as a trusted resolver, and its binds and listens so */
	RF_DNS_REORDERED = 7,	/* TCP segments dropped because an earlier one was missing: their sender repeats them */
	RF_DNS_COUNTERS = 8,
};
