// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// Sockets found by an iterator, and not by a packet.
#pragma once

#include "rejudge.h"

extern int bpf_sock_destroy(struct sock_common *sk) __ksym __weak;

static __always_inline bool is_connected_socket(struct sock_common *sk)
{
	return BPF_CORE_READ(sk, skc_dport) != 0;
}

/* An unconnected socket is judged whenever it sends; only a connected one can be in violation while it rests. */
static __always_inline void rejudge_idle(struct sock_common *sk)
{
	struct rf_socket *socket = bpf_sk_storage_get(&sockets, sk, 0, 0);
	struct rf_call call = {};

	if (!socket || !(socket->flags & RF_SOCKET_JUDGED) || !is_connected_socket(sk))
		return;
	if (!still_allowed(socket, &call) && bpf_sock_destroy)
		bpf_sock_destroy(sk);
}
