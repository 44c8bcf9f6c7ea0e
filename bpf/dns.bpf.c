// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// What the DNS says, read from the packets of the run's own cgroup. These programs learn and judge nothing; they drop only
// a TCP segment that comes before one that is missing.
#include "include/dns_learn.h"

SEC("cgroup_skb/egress")
int dns_out(struct __sk_buff *skb)
{
	struct bpf_sock *sk = skb->sk ? bpf_sk_fullsock(skb->sk) : NULL;

	return sk && may_leave_for_port(sk) ? learn_from_outgoing(skb, sk) : RF_PASS;
}

SEC("cgroup_skb/ingress")
int dns_in(struct __sk_buff *skb)
{
	struct bpf_sock *sk = skb->sk;

	return sk && may_come_from_port(sk) ? learn_from_incoming(skb, sk) : RF_PASS;
}
