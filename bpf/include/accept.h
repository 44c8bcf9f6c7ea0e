// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// SCTP connections that are accepted. Each becomes a socket of its own that no hook sees made, and without what the
// listening socket's storage holds (until Linux 6.19).
#pragma once

#include "connection.h"

#define SOCK_TYPE_STREAM 1

/* By accept(), in the context of who calls it: an accepted socket belongs to no file yet, a connecting one does. */
static __always_inline bool is_accepted_sctp(struct sock *sk)
{
	return sk->sk_protocol == IPPROTO_SCTP && sk->sk_type == SOCK_TYPE_STREAM && !sk->sk_socket;
}

static __always_inline void read_other_end(struct sock *sk, struct rf_address *address)
{
	if (sk->__sk_common.skc_family == SOCK_FAMILY_INET)
		set_mapped(address, sk->__sk_common.skc_daddr);
	else
		bpf_probe_read_kernel(address, sizeof(*address), &sk->__sk_common.skc_v6_daddr);
}

/* The row that counts what comes in from the peer, to `socket`; 0 if it may not. */
static __noinline __u32 row_of_accepted(struct rf_policy *policy, struct sock *sk, struct rf_socket *socket)
{
	struct rf_call call = { .hook = RF_HOOK_PACKET, .protocol = IPPROTO_SCTP };

	call.port = sk->__sk_common.skc_num;
	read_other_end(sk, &call.address);
	if (ask_ingress(policy, socket, &call) || call.question.verdict.action == RF_DENY)
		return 0;
	return row_of_packet(&call, socket);
}

/* The peer spoke first, to the listening socket: it may be answered. */
static __noinline int hear_accepted(struct rf_policy *policy, struct sock *sk, __u32 flow)
{
	struct rf_peer_state state = { .heard_flow = flow, .heard_generation = policy->generation };
	struct rf_peer_key key = { .cookie = bpf_get_socket_cookie(sk) };
	struct rf_address address;

	state.heard_ns = bpf_ktime_get_boot_ns();
	key.port = bpf_ntohs(sk->__sk_common.skc_dport);
	read_other_end(sk, &address);
	__builtin_memcpy(key.address, &address, sizeof(key.address));
	keep_peer(&key, &state, state.heard_ns);
	return 0;
}

/* The connection belongs to who accepts it. Without a stamp, for which there may be no memory, its packets are refused. */
static __noinline struct rf_socket *own_accepted(struct rf_policy *policy, struct sock *sk)
{
	struct rf_caller caller = {};
	struct rf_socket *socket;

	if (!find_caller(&caller))
		return NULL;
	socket = bpf_sk_storage_get(&sockets, sk, 0, BPF_SK_STORAGE_GET_F_CREATE);
	if (!socket) {
		count_loss(RF_LOSS_SOCKETS);
		return NULL;
	}
	stamp(socket, &caller, listed_cgroup_of(policy, &caller));
	socket->protocol = IPPROTO_SCTP;
	socket->generation = 0; /* its subject is asked for at the first packet */
	socket->flags = RF_SOCKET_OWN | RF_SOCKET_PER_PACKET;
	return socket;
}

static __always_inline void judge_accept(struct sock *sk)
{
	struct rf_policy *policy = the_policy();
	struct rf_socket *socket;
	__u32 flow;

	if (!policy || !is_accepted_sctp(sk))
		return;
	socket = own_accepted(policy, sk);
	if (!socket)
		return;
	flow = row_of_accepted(policy, sk, socket);
	if (flow)
		hear_accepted(policy, sk, flow);
}
