// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// Whatever is dropped, cut or refused for want of room is counted here and shown in every report.
#pragma once

#include "maps.h"

static __always_inline void count_loss(enum rf_loss kind)
{
	__u32 index = kind;
	__u64 *counter = bpf_map_lookup_elem(&losses, &index);

	if (counter)
		*counter += 1;
}

static __always_inline struct rf_fence *the_fence(void)
{
	__u32 zero = 0;

	return bpf_map_lookup_elem(&fence, &zero);
}

static __always_inline struct rf_policy *policy_in(__u32 slot)
{
	return bpf_map_lookup_elem(&policy, &slot);
}

/* The policy in force. Ask once for a verdict: a second look may find the next one. */
static __always_inline struct rf_policy *the_policy(void)
{
	__u32 zero = 0;
	__u32 *slot = bpf_map_lookup_elem(&active, &zero);

	return slot ? policy_in(*(volatile __u32 *)slot) : NULL;
}
