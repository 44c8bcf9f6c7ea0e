// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// Which sockets an agent is about: all, or those that were made in one cgroup or below.
#pragma once

#include "subject.h"

static __always_inline __u64 the_scope_cgroup(void)
{
	struct rf_fence *state = the_fence();

	return state ? state->cgroup : 0;
}

/* False for a socket that was made outside the cgroup to which an agent is limited: hooks of the whole system see it. */
static __noinline bool in_scope(struct sock *sk)
{
	struct cgroup_walk walk = { .wanted = the_scope_cgroup() };

	if (!scope.limited)
		return true;
	walk.cgroup = BPF_CORE_READ(sk, sk_cgrp_data.cgroup);
	bpf_loop(RF_CGROUP_DEPTH, cgroup_step, &walk, 0);
	return walk.found != 0;
}
