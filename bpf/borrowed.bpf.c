// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// Run about once a second where no security module hook refuses them at the call: connected sockets in the fence that
// were made outside.
#include "include/borrowed.h"

SEC("?iter/task_file")
int find_borrowed(struct bpf_iter__task_file *ctx)
{
	struct task_struct *task = ctx->task;
	struct file *file = ctx->file;

	if (task && file)
		look_at_descriptor(task, file);
	return 0;
}

SEC("?iter/tcp")
int close_borrowed_tcp(struct bpf_iter__tcp *ctx)
{
	struct sock_common *sk = ctx->sk_common;

	if (sk)
		close_borrowed(sk);
	return 0;
}

SEC("?iter/udp")
int close_borrowed_udp(struct bpf_iter__udp *ctx)
{
	struct udp_sock *sk = ctx->udp_sk;

	if (sk)
		close_borrowed((struct sock_common *)sk);
	return 0;
}
