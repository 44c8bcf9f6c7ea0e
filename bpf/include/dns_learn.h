// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// From a packet to the messages in it.
#pragma once

#include "dns_stream.h"

static __always_inline int learn_from_outgoing(struct __sk_buff *skb, struct bpf_sock *sk)
{
	struct dns_packet p = {};
	struct dns_room *room;

	if (!locate(skb, &p) || (p.destination_port != DNS_PORT && p.source_port != DNS_PORT))
		return RF_PASS;
	room = take_room();
	if (!room)
		return RF_PASS;
	if (p.source_port == DNS_PORT) {
		mark_impostor(netns_of(room, sk), &p.source);
	} else if (p.protocol == IPPROTO_TCP) {
		follow_outgoing(skb, sk, room, &p);
	} else {
		struct dns_datagrams d = { .skb = skb, .sk = sk, .room = room, .packet = &p, .at = p.payload };

		d.size = datagram_size(skb, &p);
		bpf_loop(skb->gso_size ? DNS_DATAGRAMS : 1, query_step, &d, 0);
	}
	leave_room(room);
	return RF_PASS;
}

static __always_inline int learn_from_incoming(struct __sk_buff *skb, struct bpf_sock *sk)
{
	struct dns_packet p = {};
	struct dns_datagrams d = { .skb = skb, .packet = &p };

	if (!locate(skb, &p) || p.source_port != DNS_PORT)
		return RF_PASS;
	if (p.protocol == IPPROTO_TCP)
		return follow_incoming(skb, sk, &p);
	d.room = take_room();
	if (!d.room)
		return RF_PASS;
	d.at = p.payload;
	d.size = datagram_size(skb, &p);
	bpf_loop(skb->gso_size ? DNS_DATAGRAMS : 1, answer_step, &d, 0);
	leave_room(d.room);
	return RF_PASS;
}

/* A connected socket says where it sends to. A raw one sends whatever its owner writes. */
static __always_inline bool may_leave_for_port(struct bpf_sock *sk)
{
	__u16 port = sk->dst_port;

	return !port || port == bpf_htons(DNS_PORT) || sk->src_port == DNS_PORT || sk->type == SOCK_TYPE_RAW;
}

/* Where a connected socket's packets come from is known. */
static __always_inline bool may_come_from_port(struct bpf_sock *sk)
{
	__u16 port = sk->dst_port;

	return !port || port == bpf_htons(DNS_PORT);
}
