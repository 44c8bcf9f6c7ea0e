// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// The compiled policy's tables, as user space writes them and programs read them.
#pragma once

#include <linux/types.h>

#define RF_COMM_LEN 16
#define RF_BLOCK_WORDS 32
#define RF_ANCESTOR_PATTERNS 64
#define RF_POLICY_SLOTS 2

/* What is asked: a dimension of the policy like any other. */
enum rf_direction {
	RF_EGRESS = 0,
	RF_INGRESS = 1,
	RF_LISTEN = 2,
	RF_UNATTRIBUTED = 3,
	RF_QUERY = 4, /* a name that a resolver is asked for */
	RF_DIRECTIONS = 5,
};

struct rf_table {
	__u32 offset;
	__u32 count;
};

/* Position of the first interval above each run of 2^shift values, so that a search begins near its end. */
struct rf_table_index {
	__u32 offset;
	__u32 shift; /* 32: no index */
};

/* Where the compiled policy's parts lie; rows are explained in packages/policy/src/compile. */
struct rf_policy {
	__u64 grace_ns; /* an address is good for its name for so long after its time to live */
	__u32 generation;
	__u32 slot;
	__u32 rows_offset; /* in blocks */
	__u32 summaries_offset;
	__u32 row_count;
	__u32 subject_limit; /* rows behind the policy's own, one for each subject that turned up */
	__u32 next_subject;
	__u32 transitions_offset;
	__u32 accepts_offset;
	__u32 block_count;
	__u32 bit_count;
	__u32 deny_end;         /* bits below: deny rules */
	__u32 allow_end;        /* then allow rules */
	__u32 default_deny_end; /* then default deny, then default allow */
	__u32 enforced_row;
	__u32 unattended_row; /* the same while no agent is heard of */
	__u32 exe_unknown_row;
	__u32 class_count; /* 0: no automaton */
	__u32 start_state;
	__u32 ancestor_count;
	__u32 ancestor_subject_none_row;
	__u32 ancestor_rule_none_row;
	__u32 comm_count;
	__u32 comm_other_row;
	__u32 cgroup_count;
	__u32 cgroup_other_row;
	__u32 cgroup_new_row; /* below none that is listed, of a new cgroup */
	__u32 icmp_row;
	__u32 other_row;
	__u32 enforcing; /* at least one profile enforces */
	__u32 anywhere_row; /* the bits that ask for no destination: a query's, before its name's are added */
	__u32 query_count;  /* 0: queries are not judged */
	__u32 name_depth;   /* labels of the longest name with a wildcard below it */
	__u32 direction_rows[RF_DIRECTIONS];
	struct rf_table_index v4_index;
	struct rf_table uid;
	struct rf_table gid;
	struct rf_table v4;
	struct rf_table v6;
	struct rf_table tcp;
	struct rf_table udp;
	struct rf_table sctp;
	__u8 byte_class[256];
};

/* The most that the policies of one fence need: written before loading, and then constant, so that the verifier does
 * not walk what no policy uses. */
struct rf_scope {
	__u32 search_steps; /* halvings of the longest table */
	__u32 search_steps6;
	__u32 cgroups;   /* 0: no policy names any */
	__u32 ancestors; /* 0: no policy has a pattern for them */
	__u32 names;     /* 0: no policy lists any */
	__u32 everyone;  /* an agent's fence: each process is inside, and the policy's subjects choose */
	__u32 limited;   /* of an agent's fence: only sockets that were made in its cgroup, which is not the root */
};

/* The agent's sign of life, and what its sudden end would lose. */
struct rf_attendance {
	__u64 heard_ns; /* boot clock */
	__u64 limit_ns; /* 0: nobody waits for it */
	__u64 untold;   /* repeats that it has taken and not told yet: nothing here reads them, the next agent does */
	__u64 lost;	/* those of all agents before it */
};

struct rf_interval {
	__u32 start;
	__u32 row;
};

struct rf_interval6 {
	__u64 high;
	__u64 low;
	__u32 row;
	__u32 unused;
};

struct rf_block {
	__u64 word[RF_BLOCK_WORDS];
};

/* One bit for each block of a row that has any. */
struct rf_summary {
	__u64 blocks;
};

struct rf_accept {
	__u64 ancestor_bits;
	__u32 trusted_row;
	__u32 untrusted_row;
};

struct rf_ancestor_rows {
	__u32 subject_row;
	__u32 subject_deny_row;
	__u32 rule_row;
	__u32 rule_deny_row;
};

struct rf_comm {
	__u8 name[RF_COMM_LEN];
	__u32 slot;
};

/* A name that the policy lists: itself, or as a wildcard what is below it. */
struct rf_listed_name {
	__u64 hash;
	__u32 slot;
	__u32 wildcard;
};

struct rf_cgroup {
	__u64 id;
	__u32 slot;
	__u32 unused;
};

#define RF_EXPECTED_PATH_LEN 256
#define RF_EXPECTED_CGROUPS 4096 /* of each policy */

/* A cgroup by its path in version 2, which may exist or not; zeros behind the path. */
struct rf_cgroup_path {
	__u8 path[RF_EXPECTED_PATH_LEN];
	__u32 slot;
};

struct rf_cgroup_rows {
	__u32 row;
	__u32 new_row; /* for a process whose own cgroup is new: nobody knows whose it is */
	__u32 foreseen; /* 1: by its path alone, and no agent has listed it yet */
};
