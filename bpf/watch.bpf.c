// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// What an agent is told besides verdicts. Loaded for an agent only.
#include "include/connection_end.h"
#include "include/neighbour.h"
#include "include/stray.h"
#include <bpf/bpf_tracing.h>

SEC("?tp_btf/inet_sock_set_state")
int BPF_PROG(watch_connections, struct sock *sk, int old_state, int new_state)
{
	follow_state(sk, old_state, new_state);
	return 0;
}

SEC("?tp_btf/kfree_skb")
int BPF_PROG(watch_strays, struct sk_buff *skb, void *location, __u32 reason)
{
	look_at_dropped(skb, reason);
	return 0;
}

SEC("?tp_btf/neigh_update")
int BPF_PROG(watch_neighbours, struct neighbour *entry, const __u8 *hardware, __u8 next, __u32 flags, __u32 by)
{
	follow_neighbour(entry, hardware, next);
	return 0;
}
