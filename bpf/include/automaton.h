// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// One deterministic automaton over the bytes of an executable's path decides all path patterns of the policy.
#pragma once

#include "loss.h"

struct automaton_run {
	struct rf_policy *policy;
	const __u8 *path;
	__u32 start;
	__u32 len;
	__u32 state;
};

static long automaton_step(__u32 index, struct automaton_run *run)
{
	__u32 position = run->start + index;
	__u32 slot;
	__u32 *next;

	if (index >= run->len)
		return 1;
	slot = run->policy->transitions_offset + run->state * run->policy->class_count +
	       run->policy->byte_class[run->path[position & (RF_PATH_LEN - 1)]];
	next = bpf_map_lookup_elem(&transitions, &slot);
	if (!next)
		return 1;
	run->state = *next;
	return 0;
}

static __always_inline struct rf_accept *run_automaton(struct rf_policy *policy, const __u8 *path, __u32 start,
						       __u32 len)
{
	struct automaton_run run = {
		.policy = policy,
		.path = path,
		.start = start,
		.len = len,
		.state = policy->start_state,
	};

	bpf_loop(RF_PATH_LEN, automaton_step, &run, 0);
	run.state += policy->accepts_offset;
	return bpf_map_lookup_elem(&accepts, &run.state);
}
