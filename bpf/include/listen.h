// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// Who may bind and listen where. A bind is refused at the call; a TCP socket that listens on a port which no bind was
// judged for gets a label here, by which ingress.h drops what wants to connect.
#pragma once

#include "call.h"
#include "dns_impostor.h"
#include "scope.h"

#define SOCK_FAMILY_INET 2

static __always_inline bool has_listen_rules(__u32 protocol)
{
	__u8 rule = rule_protocol(protocol);

	return rule == IPPROTO_TCP || rule == IPPROTO_UDP;
}

static __always_inline int ask_listen(struct rf_policy *policy, struct rf_call *call)
{
	call->direction = RF_LISTEN;
	call->question.slot = policy->slot;
	classify_caller(policy->slot, RF_LISTEN, &call->question.subject);
	call->question.subject_row = subject_row(policy, &call->question.subject);
	return ask(call);
}

static __always_inline void keep_listen_verdict(struct rf_policy *policy, struct rf_listener *listener,
						const struct rf_call *call)
{
	const struct rf_verdict *verdict = &call->question.verdict;

	listener->bit = verdict->bit;
	listener->shadow_bit = verdict->shadow_bit;
	listener->action = verdict->action;
	listener->shadow_action = verdict->shadow_action;
	listener->owner.port = call->port;
	listener->listen_generation = policy->generation;
}

/* The calls that come here hold the socket's lock; packets do not, and take nothing that is half written. */
static __always_inline void own_listener(struct rf_policy *policy, struct rf_listener *listener,
					 const struct rf_caller *caller, const struct rf_call *call)
{
	__sync_fetch_and_add(&listener->owner.sequence, 1);
	stamp(&listener->owner, caller, listed_cgroup_of(policy, caller));
	listener->owner.protocol = call->protocol;
	listener->owner.flags = RF_SOCKET_OWNED;
	listener->connection = 0;
	listener->listen_generation = 0;
	if (call->direction == RF_LISTEN)
		keep_listen_verdict(policy, listener, call);
	__sync_fetch_and_add(&listener->owner.sequence, 1);
}

/* Nobody inside answers for it any more. */
static __always_inline void disown_listener(struct rf_listener *listener)
{
	if (listener)
		listener->owner.flags = 0;
}

static __always_inline int judge_bind(struct bpf_sock_addr *ctx, struct rf_call *call)
{
	struct rf_policy *policy = the_policy();
	struct rf_listener *listener;
	struct rf_caller caller = {};

	if (!find_caller(&caller)) {
		disown_listener(bpf_sk_storage_get(&listeners, ctx->sk, 0, 0));
		return RF_PASS;
	}
	if (!policy)
		return RF_REFUSE;
	call->protocol = ctx->protocol & 0xff;
	call->port = bpf_ntohs(ctx->user_port);
	if (!has_listen_rules(call->protocol))
		return RF_PASS;
	/* Port 0 is a wish for any: a TCP socket is judged by what it got, once it listens. */
	if (call->port) {
		if (ask_listen(policy, call))
			return RF_REFUSE;
		record_verdict(call, &caller);
		if (call->question.verdict.action == RF_DENY)
			return RF_REFUSE;
	}
	if (call->port == DNS_PORT)
		mark_impostor(bpf_get_netns_cookie(ctx), &call->address);
	listener = bpf_sk_storage_get(&listeners, ctx->sk, 0, BPF_SK_STORAGE_GET_F_CREATE);
	if (!listener) {
		count_loss(RF_LOSS_SOCKETS);
		return policy->enforcing ? RF_REFUSE : RF_PASS;
	}
	own_listener(policy, listener, &caller, call);
	return RF_PASS;
}

static __always_inline void read_own_address(struct sock_common *sk, struct rf_address *address)
{
	if (BPF_CORE_READ(sk, skc_family) == SOCK_FAMILY_INET)
		set_mapped(address, BPF_CORE_READ(sk, skc_rcv_saddr));
	else
		BPF_CORE_READ_INTO(address, sk, skc_v6_rcv_saddr);
}

/* The bind of this very port, by this very image with these ids, was let through a moment ago. */
static __always_inline bool is_bound_by(const struct rf_policy *policy, const struct rf_listener *listener,
					const struct rf_caller *caller, const struct rf_call *call)
{
	const struct rf_socket *owner = &listener->owner;

	return (owner->flags & RF_SOCKET_OWNED) && listener->listen_generation == policy->generation &&
	       owner->port == call->port && owner->tgid == caller->tgid && owner->uid == caller->uid &&
	       owner->gid == caller->gid && owner->cgroup == cgroup_of(caller->task) && caller->record &&
	       owner->exec_ns == caller->record->exec_ns;
}

/* The current process puts a socket to listening that was bound to the port for DNS, maybe outside. Apart from what follows,
 * whose stack is full. */
static __noinline void mark_listener(struct sock *sk)
{
	struct rf_caller caller = {};
	struct rf_address address;

	if (sk->__sk_common.skc_num != DNS_PORT || !find_caller(&caller))
		return;
	read_own_address(&sk->__sk_common, &address);
	mark_impostor(sk->__sk_common.skc_net.net->net_cookie, &address);
}

/*
 * The current process puts a TCP socket to listening, whoever made and bound it: from here on the socket is its own.
 * Returns RF_REFUSE if `listen` denies that, for a hook that can refuse. A socket that was never bound has no port
 * yet: such a hook judges it as port 0, any other waits for the first packet.
 */
static __noinline int judge_listen(struct sock *sk, bool can_refuse)
{
	struct rf_policy *policy = the_policy();
	struct rf_call call = { .hook = RF_HOOK_LISTEN, .protocol = IPPROTO_TCP };
	struct rf_listener *listener;
	struct rf_caller caller = {};
	struct rf_socket *socket;

	if (sk->sk_protocol != IPPROTO_TCP)
		return RF_PASS;
	socket = bpf_sk_storage_get(&sockets, sk, 0, 0);
	if (!find_caller(&caller)) {
		/* one that was made inside keeps a word that nobody there listens: see lost_listener() */
		disown_listener(bpf_sk_storage_get(&listeners, sk, 0, socket ? BPF_SK_STORAGE_GET_F_CREATE : 0));
		return RF_PASS;
	}
	listener = bpf_sk_storage_get(&listeners, sk, 0, BPF_SK_STORAGE_GET_F_CREATE);
	if (!listener)
		count_loss(RF_LOSS_SOCKETS);
	if (!listener || !policy)
		return RF_REFUSE;
	if (socket)
		socket->flags &= ~RF_SOCKET_JUDGED; /* what it accepts is no flow that it once opened */
	call.port = sk->__sk_common.skc_num;
	if (is_bound_by(policy, listener, &caller, &call))
		return RF_PASS;
	read_own_address(&sk->__sk_common, &call.address);
	if (call.port || can_refuse) {
		if (ask_listen(policy, &call))
			return RF_REFUSE;
		record_verdict(&call, &caller);
	}
	own_listener(policy, listener, &caller, &call);
	return to_return(&call.question.verdict);
}
