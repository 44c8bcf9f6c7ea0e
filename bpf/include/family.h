// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// Sockets of families that no other hook judges, made by a process that an agent's policy holds.
#pragma once

#include "guard.h"
#include "scope.h"

/* The hook is the whole system's. */
static __always_inline bool is_elsewhere(void)
{
	return scope.limited && !inside_cgroup(the_scope_cgroup());
}

static __always_inline int judge_host_family(__u32 family, bool kernel)
{
	struct rf_call call = { .protocol = family & 0xff, .hook = RF_HOOK_SOCKET_CREATE };
	struct rf_policy *policy = the_policy();
	struct rf_caller caller = {};

	if (kernel || is_ip(family) || is_local(family) || is_elsewhere() || !find_caller(&caller))
		return RF_PERMIT;
	if (!policy)
		return RF_EPERM;
	ask_caller(policy, &caller, &call.question);
	return refuse_held(RF_REASON_FAMILY, policy, &call.question) ? answer_to(&caller, &call) : RF_PERMIT;
}
