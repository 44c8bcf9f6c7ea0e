// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// Run after a change of policy, once in each network namespace of the tree: sockets that send nothing are asked about
// too, and those in violation are reset where the kernel can do that (Linux 6.5).
#include "include/idle.h"

SEC("iter/tcp")
int rejudge_tcp(struct bpf_iter__tcp *ctx)
{
	struct sock_common *sk = ctx->sk_common;

	if (sk)
		rejudge_idle(sk, true);
	return 0;
}

SEC("iter/udp")
int rejudge_udp(struct bpf_iter__udp *ctx)
{
	struct udp_sock *sk = ctx->udp_sk;

	if (sk)
		rejudge_idle((struct sock_common *)sk, false);
	return 0;
}
