// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// Where a program works on a DNS message. A send may be interrupted by a packet that arrives, and, where the kernel is
// preemptible, by another send: so each takes a room of its own for as long as it works.
#pragma once

#include "dns_parse.h"
#include "dns_tables.h"
#include "ingress.h"

#define DNS_ROOMS 16
#define DNS_ROOM_TRIES 8
#define DNS_STREAM_ROOMS 32 /* behind those, for messages that come in parts */

/* What one answer brings. */
struct dns_learning {
	__u64 netns; /* cookie */
	__u64 now;
	__u64 alive; /* names that ran out after this still count */
	__u64 floor_ns;
	__u64 expires; /* the last of the addresses */
	__u32 learned;
	__u32 ignored;
};

/* Where in a packet a message is, and between whom. */
struct dns_packet {
	struct rf_address source;
	struct rf_address destination;
	__u16 source_port;
	__u16 destination_port;
	__u32 protocol;
	__u32 transport; /* offset of its header */
	__u32 payload;
	__u32 sequence; /* of TCP: the number of the first byte of the payload */
	__u32 acknowledged;
	bool urgent; /* a byte of it is taken out of the stream where it arrives */
	bool opens;  /* the first segment of a connection, or the answer to it */
};

struct dns_room {
	struct dns_packet packet;
	__u64 socket; /* the kernel's address of the socket, to read from */
	__u64 asker; /* cookie of the socket that asked here last */
	__u64 asker_netns;
	struct rf_address asker_resolver;
	__u32 asker_trusted;
	__u32 asker_version; /* of the list of resolvers */
	__u64 owner; /* cookie of the socket whose message is under way here; 0: none */
	__u64 used_ns; /* when a part of it came last */
	__u32 place; /* of a query: what a loop finds goes through here, and the verifier walks what follows once */
	__u32 told; /* events, from this room */
	__u32 unasked; /* answers in this packet that match no query */
	__u32 unused;
	struct dns_learning learning;
	struct rf_dns_query_key key;
	struct rf_call call; /* what the policy is asked, and the row that counts its answer */
	struct rf_flow_key flow;
	struct rf_actor actor;
	struct rf_domain domain;
	struct rf_names names;
	struct dns_message message;
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, DNS_ROOMS + DNS_STREAM_ROOMS);
	__type(key, __u32);
	__type(value, struct dns_room);
} dns_rooms SEC(".maps");

/* NULL, counted, while all are in use. */
static __always_inline struct dns_room *take_room(void)
{
	__u32 first = bpf_get_smp_processor_id() * 2;

	for (__u32 i = 0; i < DNS_ROOM_TRIES; i++) {
		__u32 index = (first + i) & (DNS_ROOMS - 1);
		struct dns_room *room = bpf_map_lookup_elem(&dns_rooms, &index);

		if (room && !__sync_val_compare_and_swap(&room->message.busy, 0, 1))
			return room;
	}
	count_loss(RF_LOSS_DNS_MESSAGES);
	return NULL;
}

static __always_inline void leave_room(struct dns_room *room)
{
	__sync_lock_test_and_set(&room->message.busy, 0);
}
