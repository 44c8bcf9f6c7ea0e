// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// Devices that carry packets past every socket: whoever has one open writes frames, and no other hook sees them.
#pragma once

#include "call.h"

#define RF_MISC_MAJOR 10

static __always_inline __u32 device_of(const struct bpf_cgroup_dev_ctx *ctx)
{
	__u32 access = ctx->access_type >> 16;
	__u32 major = ctx->major;
	__u32 minor = ctx->minor;

	/* A question whether the file exists is none of ours. */
	if (!access || (ctx->access_type & 0xffff) != BPF_DEVCG_DEV_CHAR)
		return 0;
	if (major == RF_MISC_MAJOR)
		return minor < RF_MISC_MINORS ? devices.misc[minor] : 0;
	return major < RF_MAJORS ? devices.major[major] : 0;
}

/* Asked when a device is opened, by whatever name, and when a file for it is made. */
static __always_inline int judge_device_use(const struct bpf_cgroup_dev_ctx *ctx)
{
	struct rf_call call = { .protocol = device_of(ctx), .hook = RF_HOOK_DEVICE };
	struct rf_policy *policy = the_policy();
	struct rf_caller caller = {};

	if (!call.protocol || !find_caller(&caller))
		return RF_PASS;
	if (!policy)
		return RF_REFUSE;
	ask_caller(policy, &caller, &call.question);
	if (!refuse_held(RF_REASON_DEVICE, policy, &call.question))
		return RF_PASS;
	record_verdict(&call, &caller);
	return to_return(&call.question.verdict);
}
