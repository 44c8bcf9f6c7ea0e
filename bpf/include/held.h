// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// Connections that hold data which the policy denied.
#pragma once

#include "idle.h"

#define TCP_FIN_WAIT1 4
#define TCP_LAST_ACK 9
#define TCP_CLOSING 11

/* Data that the other side has not confirmed. An end of the connection alone, which counts for a byte, is none. */
static __always_inline bool has_data(struct sock_common *sk)
{
	struct tcp_sock *tcp = bpf_skc_to_tcp_sock(sk);
	__u32 left, state;

	if (!tcp)
		return false;
	left = BPF_CORE_READ(tcp, write_seq) - BPF_CORE_READ(tcp, snd_una);
	state = BPF_CORE_READ(sk, skc_state);
	return left > (state == TCP_FIN_WAIT1 || state == TCP_LAST_ACK || state == TCP_CLOSING);
}

/* True for a connection that a later policy denied; where queries are judged, for each to their port, too: what it has not
 * sent yet (a pace that its owner set, a window that is full) nobody has read. Nobody of the fence uses it any more. */
static __always_inline bool holds_denied(struct sock_common *sk)
{
	struct rf_socket *socket = bpf_sk_storage_get(&sockets, sk, 0, 0);
	struct rf_policy *policy = the_policy();

	if (!socket || !socket->tgid || !policy)
		return false;
	if (socket->flags & RF_SOCKET_REVOKED)
		return true;
	return policy->query_count && BPF_CORE_READ(sk, skc_dport) == bpf_htons(DNS_PORT);
}

/* Ends it where the kernel can do that (Linux 6.5), else counts it: it ends by itself when nobody answers. */
static __always_inline void end_held(struct sock_common *sk)
{
	struct rf_fence *state = the_fence();

	if (!state || !holds_denied(sk) || !has_data(sk))
		return;
	if (bpf_sock_destroy)
		bpf_sock_destroy(sk);
	else
		state->held_back++;
}
