// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// What only a security module hook can refuse: families of sockets that no other hook judges, and sockets that were
// connected outside. io_uring, write() and whatever else ends in the socket layer pass here too.
#pragma once

#include "borrowed.h"

#define RF_PERMIT 0
#define RF_EPERM (-1)
#define SOCK_RAW 3

static __always_inline int answer_to(const struct rf_caller *caller, struct rf_call *call)
{
	record_verdict(call, caller);
	return call->question.verdict.action == RF_DENY ? RF_EPERM : RF_PERMIT;
}

static __always_inline int refuse_use(struct rf_policy *policy, const struct rf_caller *caller, struct rf_call *call,
				      enum rf_reason reason)
{
	refuse_for(reason, policy, &call->question);
	return answer_to(caller, call);
}

/* A policy under audit refuses nothing: one line for a socket is enough then. */
static __always_inline void admit(struct sock *sk)
{
	struct rf_socket *socket = bpf_sk_storage_get(&sockets, sk, 0, BPF_SK_STORAGE_GET_F_CREATE);

	if (socket)
		socket->flags |= RF_SOCKET_ADMITTED;
	else
		count_loss(RF_LOSS_SOCKETS);
}

static __always_inline int judge_family(__u32 family, enum rf_hook hook)
{
	struct rf_call call = { .protocol = family & 0xff, .hook = hook };
	struct rf_policy *policy = the_policy();
	struct rf_caller caller = {};

	if (!find_caller(&caller))
		return RF_PERMIT;
	if (!policy)
		return RF_EPERM;
	return can_deny(policy) ? refuse_use(policy, &caller, &call, RF_REASON_FAMILY) : RF_PERMIT;
}

/* A new socket. The kernel's own are none of ours: MPTCP makes some while a fenced process waits. */
static __always_inline int judge_new_socket(__u32 family, bool kernel)
{
	struct rf_fence *state = the_fence();

	if (state && !state->guarded)
		state->guarded = 1;
	return kernel || is_ip(family) || is_local(family) ? RF_PERMIT : judge_family(family, RF_HOOK_SOCKET_CREATE);
}

/* A datagram with a destination of its own is judged by the call hook. A name without a family is none to IPv6. */
static __always_inline bool meets_call_hook(struct sock *sk, void *name)
{
	__u16 family = 0;

	if (!name || sk->sk_protocol != IPPROTO_UDP || sk->sk_type == SOCK_RAW)
		return false;
	bpf_probe_read_kernel(&family, sizeof(family), name);
	return is_ip(family);
}

/* A socket in use, by whoever sends or receives through it. */
static __always_inline int judge_use(struct sock *sk, void *name, enum rf_hook hook)
{
	struct rf_call call = { .hook = hook };
	struct rf_policy *policy = the_policy();
	struct rf_caller caller = {};
	__u32 family;
	int answer;

	if (!sk)
		return RF_PERMIT;
	family = sk->__sk_common.skc_family;
	if (is_local(family))
		return RF_PERMIT;
	if (!is_ip(family))
		return judge_family(family, hook);
	if (!find_caller(&caller) || meets_call_hook(sk, name))
		return RF_PERMIT;
	if (!policy)
		return RF_EPERM;
	/* A raw, ping or other socket without a call hook has no need to be connected. */
	if (!read_peer(sk, &call) && has_call_hook(sk->sk_type, sk->sk_protocol))
		return RF_PERMIT;
	if (!can_deny(policy) || is_admitted(bpf_sk_storage_get(&sockets, sk, 0, 0), &call))
		return RF_PERMIT;
	answer = refuse_use(policy, &caller, &call, RF_REASON_BORROWED);
	if (answer == RF_PERMIT)
		admit(sk);
	return answer;
}

/* Accepted inside, whoever made the listening socket: the connection came in. */
static __always_inline void on_accept(struct sock *sk)
{
	struct rf_caller caller = {};

	if (sk && is_ip(sk->__sk_common.skc_family) && find_caller(&caller))
		admit(sk);
}
