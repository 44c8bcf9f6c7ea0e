// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// The least that any program costs: the hooks a judged call passes, each with a program that agrees at once.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

#define PASS 1

SEC("cgroup/connect4")
int empty_connect4(struct bpf_sock_addr *ctx)
{
	return PASS;
}

SEC("cgroup/sendmsg4")
int empty_sendmsg4(struct bpf_sock_addr *ctx)
{
	return PASS;
}

SEC("cgroup/sock_create")
int empty_sock_create(struct bpf_sock *ctx)
{
	return PASS;
}

SEC("cgroup_skb/egress")
int empty_packet_out(struct __sk_buff *skb)
{
	return PASS;
}

SEC("cgroup_skb/ingress")
int empty_packet_in(struct __sk_buff *skb)
{
	return PASS;
}

char license_text[] SEC("license") = "Dual BSD/GPL";
