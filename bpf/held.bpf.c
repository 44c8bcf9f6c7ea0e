// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// Run before the fence goes: what a policy denied on a connection waits in its queue, and would leave as soon as nobody
// drops it any more.
#include "include/held.h"

SEC("iter/tcp")
int end_held_tcp(struct bpf_iter__tcp *ctx)
{
	struct sock_common *sk = ctx->sk_common;

	if (sk)
		end_held(sk);
	return 0;
}
