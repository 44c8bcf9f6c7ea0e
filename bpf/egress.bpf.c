// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// Call hooks, attached at the cgroup root: the verdict, as EPERM to whoever calls from inside the fence.
#include "include/connection_end.h"
#include "include/device.h"
#include "include/options.h"

SEC("cgroup/connect4")
int judge_connect4(struct bpf_sock_addr *ctx)
{
	struct rf_call call = { .hook = RF_HOOK_CONNECT };

	set_v4(&call.address, ctx->user_ip4);
	return judge_call(ctx, &call);
}

SEC("cgroup/connect6")
int judge_connect6(struct bpf_sock_addr *ctx)
{
	struct rf_call call = { .hook = RF_HOOK_CONNECT };

	read_v6(&call.address, ctx);
	return judge_call(ctx, &call);
}

SEC("cgroup/sendmsg4")
int judge_sendmsg4(struct bpf_sock_addr *ctx)
{
	struct rf_call call = { .hook = RF_HOOK_SENDMSG };

	set_v4(&call.address, ctx->user_ip4);
	return judge_call(ctx, &call);
}

SEC("cgroup/sendmsg6")
int judge_sendmsg6(struct bpf_sock_addr *ctx)
{
	struct rf_call call = { .hook = RF_HOOK_SENDMSG };

	read_v6(&call.address, ctx);
	return judge_call(ctx, &call);
}

SEC("cgroup/sock_create")
int judge_sock_create(struct bpf_sock *ctx)
{
	return judge_socket(ctx);
}

SEC("cgroup/sock_release")
int note_sock_release(struct bpf_sock *ctx)
{
	if (scope.everyone)
		tell_released(ctx);
	close_peers(ctx);
	return RF_PASS;
}

SEC("cgroup/setsockopt")
int judge_setsockopt(struct bpf_sockopt *ctx)
{
	return judge_option(ctx);
}

SEC("cgroup/dev")
int judge_device(struct bpf_cgroup_dev_ctx *ctx)
{
	return judge_device_use(ctx);
}
