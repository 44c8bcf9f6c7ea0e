// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// For an agent: processes that an alert has cut off from the network, whatever the policy says, and addresses from which
// nothing comes in. Both until a given time; children share their parent's fate.
#pragma once

#include "loss.h"

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, 1); /* an agent raises it */
	__type(key, __u32);
	__type(value, struct rf_quarantine);
} quarantined SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, 1); /* an agent raises it */
	__type(key, struct rf_banned_key);
	__type(value, __u64);
} banned SEC(".maps");

/* How many there are of both, so that nobody looks while there is none. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct rf_shut_out);
} shut_out SEC(".maps");

static __always_inline struct rf_shut_out *the_shut_out(void)
{
	__u32 zero = 0;

	return bpf_map_lookup_elem(&shut_out, &zero);
}

static __noinline bool find_quarantine(__u32 tgid, __u64 start_ns)
{
	struct rf_quarantine *found = bpf_map_lookup_elem(&quarantined, &tgid);

	return found && found->start_ns == start_ns && bpf_ktime_get_boot_ns() < found->until_ns;
}

/* `start_ns`: when the process began, so that nobody inherits by its number. */
static __always_inline bool is_quarantined(__u32 tgid, __u64 start_ns)
{
	struct rf_shut_out *count = scope.everyone ? the_shut_out() : NULL;

	return count && count->processes && find_quarantine(tgid, start_ns);
}

static __noinline bool find_ban(const struct rf_address *source)
{
	struct rf_banned_key key = {};
	__u64 *until;

	__builtin_memcpy(key.address, source, sizeof(key.address));
	until = bpf_map_lookup_elem(&banned, &key);
	return until && bpf_ktime_get_boot_ns() < *until;
}

static __always_inline bool is_banned(const struct rf_address *source)
{
	struct rf_shut_out *count = scope.everyone ? the_shut_out() : NULL;

	return count && count->addresses && find_ban(source);
}

/* A child of somebody quarantined, before it runs. */
static __noinline int inherit_quarantine(__u32 parent_tgid, __u64 parent_start_ns, __u32 tgid, __u64 start_ns)
{
	struct rf_quarantine *found = bpf_map_lookup_elem(&quarantined, &parent_tgid);
	struct rf_quarantine copy = { .start_ns = start_ns };

	if (!found || found->start_ns != parent_start_ns)
		return 0;
	copy.until_ns = found->until_ns;
	if (bpf_map_update_elem(&quarantined, &tgid, &copy, BPF_ANY))
		count_loss(RF_LOSS_PROCESSES);
	return 0;
}
