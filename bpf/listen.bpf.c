// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// Who may bind and listen: call hooks at the cgroup root, and a tracepoint where a socket begins to listen.
#include "include/accept.h"
#include <bpf/bpf_tracing.h>

SEC("cgroup/bind4")
int judge_bind4(struct bpf_sock_addr *ctx)
{
	struct rf_call call = { .hook = RF_HOOK_BIND };

	set_mapped(&call.address, ctx->user_ip4);
	return judge_bind(ctx, &call);
}

SEC("cgroup/bind6")
int judge_bind6(struct bpf_sock_addr *ctx)
{
	struct rf_call call = { .hook = RF_HOOK_BIND };

	read_v6(&call.address, ctx);
	return judge_bind(ctx, &call);
}

/* Runs in the caller's context where a socket begins to listen, before the first packet can come in, and where an SCTP
 * connection is accepted. */
SEC("tp_btf/inet_sock_set_state")
int BPF_PROG(label_listener, struct sock *sk, int old_state, int new_state)
{
	if ((new_state == BPF_TCP_LISTEN || new_state == BPF_TCP_ESTABLISHED) && !in_scope(sk))
		return 0;
	if (new_state == BPF_TCP_LISTEN) {
		mark_listener(sk);
		judge_listen(sk, false);
	} else if (new_state == BPF_TCP_ESTABLISHED) {
		judge_accept(sk);
	}
	return 0;
}
