// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// What an agent is told of cgroups, shared with user space.
#pragma once

#include <linux/types.h>

#define RF_NEW_CGROUPS 16384
#define RF_CGROUP_PATH_LEN 1024

struct rf_cgroup_event {
	__u32 kind;
	__u32 made; /* 0: it was removed */
	__u64 time_ns;
	__u64 id;
	__u32 path_length; /* 0: longer than there is room for */
	__u32 unused;
	__u8 path[RF_CGROUP_PATH_LEN];
};
