// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// Connections that came in: who answers for them, and the verdict that holds for all their packets, both ways.
#pragma once

#include "listen.h"
#include "packet.h"
#include "rejudge.h"

#define RF_DROP 0

/* A datagram socket may be connected to port 0: its state tells. */
static __always_inline bool has_peer(struct bpf_sock *sk)
{
	return sk->dst_port || sk->state == BPF_TCP_ESTABLISHED;
}

/*
 * True for a connected socket, with the destination it is connected to in `call`: its sends meet no hook. The packet
 * may show another one, where the host's own address translation came before us. An unconnected socket was judged at
 * this very send.
 */
static __always_inline bool is_connected(struct bpf_sock *sk, struct rf_call *call)
{
	if (!has_peer(sk))
		return false;
	call->port = bpf_ntohs(sk->dst_port);
	if (sk->family == 2 /* AF_INET */) {
		set_v4(&call->address, sk->dst_ip4);
		return true;
	}
	call->address.word[0] = sk->dst_ip6[0];
	call->address.word[1] = sk->dst_ip6[1];
	call->address.word[2] = sk->dst_ip6[2];
	call->address.word[3] = sk->dst_ip6[3];
	normalize(&call->address);
	return true;
}

/* Puts whoever answers for the socket into the question; false while another process takes it over. */
static __always_inline bool ask_owner(struct rf_policy *policy, struct rf_socket *owner, __u32 direction,
				      struct rf_call *call)
{
	__u32 before = *(volatile __u32 *)&owner->sequence;

	call->direction = direction;
	call->question.slot = policy->slot;
	call->question.netns = direction == RF_EGRESS ? owner->netns : 0;
	call->question.domain = 0;
	classify_stamp(policy->slot, owner, direction, &call->question.subject);
	call->question.subject_row = subject_row(policy, &call->question.subject);
	if (!(owner->flags & RF_SOCKET_OWNED))
		return true;
	/* the addition of nothing is the barrier */
	return !(before & 1) && __sync_fetch_and_add(&owner->sequence, 0) == before;
}

/* May `call`, with this machine's port, come in to whoever owns the socket? */
static __always_inline int ask_ingress(struct rf_policy *policy, struct rf_socket *owner, struct rf_call *call)
{
	if (!ask_owner(policy, owner, RF_INGRESS, call))
		return 1;
	return ask(call);
}

/* The same for a connection: a denied listener takes none, whatever ingress says. */
static __always_inline int ask_connection(struct rf_policy *policy, struct rf_listener *listener, struct rf_call *call)
{
	struct rf_verdict *verdict = &call->question.verdict;

	if (ask_ingress(policy, &listener->owner, call))
		return 1;
	if (listener->listen_generation != policy->generation)
		return 0; /* a connection that outlived its listener's policy */
	if (listener->action == RF_DENY) {
		verdict->action = RF_DENY;
		verdict->bit = listener->bit;
	}
	if (listener->shadow_action == RF_DENY) {
		verdict->shadow_action = RF_DENY;
		verdict->shadow_bit = listener->shadow_bit;
	}
	return 0;
}

/* One word, so that no packet finds half of what one policy said beside half of what the next one did: two CPUs may
 * judge a connection at once, by different policies. */
static __always_inline void keep_connection(struct rf_listener *listener, __u32 flow, __u32 generation, __u32 action)
{
	*(volatile __u64 *)&listener->connection = (__u64)flow << 32 | generation << 1 | (action & 1);
}

static __always_inline __u32 accepted_flow(const struct rf_listener *listener)
{
	return *(volatile __u64 *)&listener->connection >> 32;
}

/* No process, so no condition on one: its bits are its direction's. A policy that says nothing leaves no trace. */
static __always_inline int judge_unattributed(struct rf_policy *policy, struct rf_call *call)
{
	struct rf_question *question = &call->question;

	call->direction = RF_UNATTRIBUTED;
	question->slot = policy->slot;
	question->subject_row = policy->direction_rows[RF_UNATTRIBUTED];
	if (ask_policy(question, NULL, 0, 0))
		return RF_DROP;
	if (question->verdict.bit != RF_NO_BIT || question->verdict.shadow_bit != RF_NO_BIT)
		record_packet(call, NULL);
	return to_return(&question->verdict);
}

/* The verdict on a connection that was accepted, whose ends are in `call`: asked when it is new to us or the policy is,
 * and counted in the row of what was said of it. */
static __noinline int settle_accepted(struct rf_policy *policy, struct rf_listener *listener, struct rf_call *call)
{
	call->hook = RF_HOOK_PACKET;
	call->protocol = IPPROTO_TCP;
	if (ask_connection(policy, listener, call))
		return RF_DROP;
	keep_connection(listener, row_of_packet(call, &listener->owner), policy->generation,
			call->question.verdict.action);
	return call->question.verdict.action == RF_DENY ? RF_DROP : RF_PASS;
}

/* The same for a packet on it; `call` is room to ask in. */
static __always_inline int judge_accepted(struct bpf_sock *sk, struct rf_listener *listener, struct rf_call *call)
{
	__u64 said = *(volatile __u64 *)&listener->connection;
	struct rf_policy *policy = the_policy();

	if (!policy)
		return RF_DROP;
	if ((__u32)said >> 1 == policy->generation && !is_retired(said >> 32))
		return (said & 1) == RF_DENY ? RF_DROP : RF_PASS;
	if (!is_connected(sk, call))
		return RF_DROP;
	call->port = sk->src_port;
	return settle_accepted(policy, listener, call);
}
