// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// Packet hooks, attached at the run's own cgroup, or where the call hooks are with `--packet-hooks all`.
#include "include/ingress.h"

SEC("cgroup_skb/egress")
int judge_packet_out(struct __sk_buff *skb)
{
	return judge_egress(skb);
}

SEC("cgroup_skb/ingress")
int judge_packet_in(struct __sk_buff *skb)
{
	return judge_ingress(skb);
}
