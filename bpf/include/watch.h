// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// For an agent: who is looked at. Everybody, or those at or below the cgroup to which it is limited.
#pragma once

#include "flow.h"
#include "scope.h"

/* The current process. */
static __always_inline bool is_watched(void)
{
	return !scope.limited || inside_cgroup(the_scope_cgroup());
}
