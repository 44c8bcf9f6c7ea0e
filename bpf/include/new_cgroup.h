// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// New cgroups. Until user space knows whose one is, the policy holds in it as for a container of which nothing is known.
#pragma once

#include "loss.h"
#include "rows.h"
#include <bpf/bpf_core_read.h>

#define RF_CGROUP_NAME_LEN 256
/* Containers of systemd are scopes with an id of 64 digits in their name: docker-ID.scope. */
#define RF_CONTAINER_SCOPE_LEN (64 + 6)

static __always_inline bool ends_in(const char *name, __u32 length, const char *suffix, __u32 suffix_length)
{
	if (length <= suffix_length)
		return false;
	for (__u32 i = 0; i < suffix_length; i++) {
		if (name[(length - suffix_length + i) & (RF_CGROUP_NAME_LEN - 1)] != suffix[i])
			return false;
	}
	return true;
}

static __always_inline bool begins_with(const char *name, const char *prefix, __u32 length)
{
	for (__u32 i = 0; i < length; i++) {
		if (name[i] != prefix[i])
			return false;
	}
	return true;
}

/* True for what systemd calls a service, a slice or a mount, and for a scope that is no container's. */
static __always_inline bool is_plainly_unit(const char *name, __u32 length)
{
	if (ends_in(name, length, ".service", 8) || ends_in(name, length, ".slice", 6) ||
	    ends_in(name, length, ".socket", 7) || ends_in(name, length, ".mount", 6) ||
	    ends_in(name, length, ".swap", 5))
		return true;
	return ends_in(name, length, ".scope", 6) && length < RF_CONTAINER_SCOPE_LEN &&
	       !begins_with(name, "machine-", 8);
}

static __noinline bool is_new(struct cgroup *cgroup)
{
	struct cgroup *parent = (struct cgroup *)BPF_CORE_READ(cgroup, self.parent);
	__u64 parent_id = parent ? BPF_CORE_READ(parent, kn, id) : 0;
	char name[RF_CGROUP_NAME_LEN] = {};
	long size = bpf_probe_read_kernel_str(name, sizeof(name), BPF_CORE_READ(cgroup, kn, name));

	/* whoever may make cgroups in a new one chooses their names */
	if (size <= 1 || bpf_map_lookup_elem(&new_cgroups, &parent_id))
		return true;
	return !is_plainly_unit(name, size - 1);
}

static __always_inline void tell_cgroup(__u64 id, const char *path, bool made)
{
	struct rf_cgroup_event *event = bpf_ringbuf_reserve(&events, sizeof(*event), 0);
	long size;

	if (!event) {
		count_loss(RF_LOSS_EVENTS);
		return;
	}
	event->kind = RF_EVENT_CGROUP;
	event->made = made;
	event->time_ns = bpf_ktime_get_boot_ns();
	event->id = id;
	event->unused = 0;
	size = bpf_probe_read_kernel_str(event->path, sizeof(event->path), path);
	event->path_length = size > 1 && size < RF_CGROUP_PATH_LEN ? size - 1 : 0;
	bpf_ringbuf_submit(event, BPF_RB_FORCE_WAKEUP); /* a container waits for its classification */
}

/* Version 1 has the same tracepoints; version 2 is hierarchy 0. */
static __always_inline bool is_version_2(struct cgroup *cgroup)
{
	return BPF_CORE_READ(cgroup, root, hierarchy_id) == 0;
}

/* Lists it in the policy of a slot, if that one knows the path: nobody was judged in it yet. A slot that no program reads knows
 * paths from when its table of cgroups is being written. */
static __always_inline void list_expected(__u64 id, struct rf_cgroup_path *expected, __u32 slot)
{
	struct rf_cgroup key = { .id = id, .slot = slot };
	struct rf_cgroup_rows *rows;

	expected->slot = slot;
	rows = bpf_map_lookup_elem(&expected_cgroups, expected);
	if (rows && bpf_map_update_elem(&cgroups, &key, rows, BPF_ANY))
		count_loss(RF_LOSS_CGROUPS);
}

static __noinline int expect_cgroup(__u64 id, const char *path)
{
	__u32 first = 0;
	struct rf_cgroup_path *expected = bpf_map_lookup_elem(&expected_key, &first);
	long size;

	if (!expected)
		return 0;
	__builtin_memset(expected, 0, sizeof(*expected));
	size = bpf_probe_read_kernel_str(expected->path, sizeof(expected->path), path);
	if (size <= 1 || size == sizeof(expected->path))
		return 0; /* none, or cut off */
	list_expected(id, expected, 0);
	list_expected(id, expected, 1);
	return 0;
}

/* An agent takes out in its time what it listed: what was sent from there is on its way. */
static __always_inline void forget_in(__u64 id, __u32 slot)
{
	struct rf_cgroup key = { .id = id, .slot = slot };
	struct rf_cgroup_rows *rows = bpf_map_lookup_elem(&cgroups, &key);

	if (rows && (rows->foreseen || is_unattended()))
		bpf_map_delete_elem(&cgroups, &key);
}

static __always_inline void on_cgroup_made(struct cgroup *cgroup, const char *path)
{
	__u64 id = BPF_CORE_READ(cgroup, kn, id), now = bpf_ktime_get_boot_ns();

	if (!is_version_2(cgroup))
		return;
	if (is_new(cgroup) && bpf_map_update_elem(&new_cgroups, &id, &now, BPF_ANY))
		count_loss(RF_LOSS_CGROUPS);
	expect_cgroup(id, path);
	tell_cgroup(id, path, true);
}

static __always_inline void on_cgroup_removed(struct cgroup *cgroup, const char *path)
{
	__u64 id = BPF_CORE_READ(cgroup, kn, id);

	if (!is_version_2(cgroup))
		return;
	bpf_map_delete_elem(&new_cgroups, &id);
	forget_in(id, 0);
	forget_in(id, 1);
	tell_cgroup(id, path, false);
}
