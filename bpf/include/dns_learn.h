// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// From a packet to the messages in it.
#pragma once

#include "dns_stream.h"
#include "stray.h"

/* A room with what the packet says of itself; NULL, and the verdict on the packet, for one that is no DNS, or where none
 * is free. On a stack of its own: asking the policy takes what there is. */
static __noinline struct dns_room *room_of_outgoing(struct __sk_buff *skb, struct bpf_sock *sk, __u32 *verdict)
{
	struct dns_packet p = {};
	struct dns_room *room;

	*verdict = RF_PASS;
	if (!locate(skb, &p) || (p.destination_port != DNS_PORT && p.source_port != DNS_PORT))
		return NULL;
	room = take_room();
	if (room)
		room->packet = p;
	else if (judged_asker(sk, &p))
		*verdict = RF_DROP;
	return room;
}

static __always_inline __u32 see_datagrams(struct __sk_buff *skb, struct bpf_sock *sk, struct dns_room *room)
{
	struct dns_datagrams d = { .skb = skb, .sk = sk, .room = room, .packet = &room->packet };

	d.at = room->packet.payload;
	d.size = datagram_size(skb, &room->packet);
	bpf_loop(skb->gso_size ? DNS_DATAGRAMS : 1, query_step, &d, 0);
	return d.denied ? RF_DROP : RF_PASS;
}

/* The packet hooks count what leaves, before or after these programs: this one does not. */
static __noinline void take_back_sent(struct __sk_buff *skb, struct bpf_sock *sk, struct dns_room *room)
{
	struct rf_socket *socket = bpf_sk_storage_get(&sockets, sk, 0, 0);
	struct rf_call *call = &room->call;
	struct rf_flow *flow;

	/* what is judged by packet has a row for each packet's verdict */
	if (!socket || (socket->flags & (RF_SOCKET_JUDGED | RF_SOCKET_PER_PACKET)) != RF_SOCKET_JUDGED)
		return;
	call->address = room->packet.destination;
	call->port = room->packet.destination_port;
	flow = flow_at(is_peer(socket, call) ? socket->flow : flow_of_peer(skb, socket, call));
	if (flow)
		__sync_fetch_and_sub(&flow->sent_bytes, skb->len);
}

static __always_inline int learn_from_outgoing(struct __sk_buff *skb, struct bpf_sock *sk)
{
	struct dns_room *room;
	__u32 verdict;

	room = room_of_outgoing(skb, sk, &verdict);
	if (!room)
		return verdict & 1;
	if (room->packet.source_port == DNS_PORT)
		mark_impostor(netns_of(room, sk), &room->packet.source);
	if (room->packet.destination_port == DNS_PORT)
		verdict = room->packet.protocol == IPPROTO_TCP ? follow_outgoing(skb, sk, room, &room->packet) :
								 see_datagrams(skb, sk, room);
	if (verdict == RF_DROP)
		take_back_sent(skb, sk, room);
	leave_room(room);
	return verdict & 1; /* no more than that is allowed, says the verifier */
}

/* For an agent: an answer that matches no query, as whoever guesses sends many. */
static __noinline int tell_unasked(const struct dns_packet *p)
{
	struct rf_stray_event *stray = begin_stray();

	if (!stray)
		return 0;
	__builtin_memcpy(stray->source, &p->source, sizeof(stray->source));
	stray->source_port = DNS_PORT;
	stray->port = p->destination_port;
	stray->protocol = p->protocol;
	bpf_ringbuf_submit(stray, wake_flags());
	return 0;
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
	d.room->unasked = 0;
	d.at = p.payload;
	d.size = datagram_size(skb, &p);
	bpf_loop(skb->gso_size ? DNS_DATAGRAMS : 1, answer_step, &d, 0);
	if (scope.everyone && d.room->unasked)
		tell_unasked(&p);
	leave_room(d.room);
	return RF_PASS;
}

/* A connection says where it sends to. Datagrams go wherever their sender says, from a connected socket, too. */
static __always_inline bool may_leave_for_port(struct bpf_sock *sk)
{
	__u16 port = sk->dst_port;

	return sk->type != SOCK_TYPE_STREAM || !port || port == bpf_htons(DNS_PORT) || sk->src_port == DNS_PORT;
}

/* Where a connected socket's packets come from is known. */
static __always_inline bool may_come_from_port(struct bpf_sock *sk)
{
	__u16 port = sk->dst_port;

	return !port || port == bpf_htons(DNS_PORT);
}
