// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// Sockets found by an iterator, and not by a packet.
#pragma once

#include "connection.h"

extern int bpf_sock_destroy(struct sock_common *sk) __ksym __weak;

static __always_inline bool is_connected_socket(struct sock_common *sk)
{
	/* a datagram socket may be connected to port 0 */
	return BPF_CORE_READ(sk, skc_dport) || BPF_CORE_READ(sk, skc_state) == BPF_TCP_ESTABLISHED;
}

/* May a connection that was accepted go on? */
static __always_inline bool still_accepted(struct sock_common *sk, struct rf_call *call)
{
	struct rf_listener *listener = bpf_sk_storage_get(&listeners, sk, 0, 0);
	struct rf_policy *policy = the_policy();

	if (!listener || !(listener->owner.flags & RF_SOCKET_OWNED))
		return true;
	if (!policy)
		return false;
	if (BPF_CORE_READ(sk, skc_family) == SOCK_FAMILY_INET)
		set_mapped(&call->address, BPF_CORE_READ(sk, skc_daddr));
	else
		BPF_CORE_READ_INTO(&call->address, sk, skc_v6_daddr);
	call->port = BPF_CORE_READ(sk, skc_num);
	return settle_accepted(policy, listener, call) == RF_PASS;
}

/* An unconnected socket is judged whenever it sends; only a connected one can be in violation while it rests. */
static __always_inline void rejudge_idle(struct sock_common *sk, bool is_stream)
{
	struct rf_socket *socket = bpf_sk_storage_get(&sockets, sk, 0, 0);
	struct rf_call call = {};
	bool allowed;

	if (!socket || !is_connected_socket(sk))
		return;
	if (socket->flags & RF_SOCKET_JUDGED)
		allowed = still_allowed(socket, &call);
	else
		allowed = !is_stream || still_accepted(sk, &call);
	if (!allowed && bpf_sock_destroy)
		bpf_sock_destroy(sk);
}
