// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// Who calls: the record of the process, and what may change between two calls, read at the call.
#pragma once

#include "intervals.h"
#include "process.h"
#include <bpf/bpf_core_read.h>

#define RF_CGROUP_DEPTH 1024

struct cgroup_walk {
	struct cgroup *cgroup;
	__u64 wanted; /* stop at this id, or at the first that the policy names when 0 */
	__u32 row;
	__u32 found;
};

static long cgroup_step(__u32 depth, struct cgroup_walk *walk)
{
	struct cgroup *cgroup = walk->cgroup;
	__u64 id;
	__u32 *row;

	if (!cgroup)
		return 1;
	id = BPF_CORE_READ(cgroup, kn, id);
	if (walk->wanted) {
		walk->found = id == walk->wanted;
	} else {
		row = bpf_map_lookup_elem(&cgroups, &id);
		if (row) {
			walk->row = *row;
			walk->found = 1;
		}
	}
	/* `self` is a cgroup's first member, so the parent's state is the parent. */
	walk->cgroup = (struct cgroup *)BPF_CORE_READ(cgroup, self.parent);
	return walk->found != 0;
}

/* Walks up from the caller's cgroup. With an id wanted: 1 if that is the caller's or above it. Without: the row of the
 * deepest one that the policy names, or `other_row`. */
__noinline __u32 walk_cgroups(__u64 wanted, __u32 other_row)
{
	struct task_struct *task = (struct task_struct *)bpf_get_current_task_btf();
	struct cgroup_walk walk = { .cgroup = task->cgroups->dfl_cgrp, .wanted = wanted, .row = other_row };

	bpf_loop(RF_CGROUP_DEPTH, cgroup_step, &walk, 0);
	return wanted ? walk.found : walk.row;
}

static __always_inline __u32 cgroup_row(struct rf_policy *policy)
{
	return policy->cgroup_count ? walk_cgroups(0, policy->cgroup_other_row) : policy->cgroup_other_row;
}

static __always_inline bool inside_cgroup(__u64 id)
{
	return walk_cgroups(id, 0);
}

static __always_inline __u32 comm_row(struct rf_policy *policy, const struct rf_comm *comm)
{
	__u32 *row;

	if (!policy->comm_count)
		return policy->comm_other_row;
	row = bpf_map_lookup_elem(&comms, comm);
	return row ? *row : policy->comm_other_row;
}

static __always_inline void classify_subject(struct rf_policy *policy, struct rf_process *record,
					     struct task_struct *task, __u32 uid, __u32 gid,
					     struct rf_subject *subject)
{
	struct rf_comm comm = {};

	bpf_probe_read_kernel_str(comm.name, sizeof(comm.name), task->comm);
	subject->ancestor_bits = record ? record->ancestor_bits : 0;
	subject->trusted_ancestor_bits = record ? record->trusted_ancestor_bits : 0;
	subject->exe_row = record ? record->exe_row : policy->exe_unknown_row;
	subject->comm_row = comm_row(policy, &comm);
	subject->uid_row = interval_row(&policy->uid, uid);
	subject->gid_row = interval_row(&policy->gid, gid);
	subject->cgroup_row = cgroup_row(policy);
	subject->generation = policy->generation;
}

static __always_inline bool same_subject(const struct rf_subject *a, const struct rf_subject *b)
{
	return a->exe_row == b->exe_row && a->comm_row == b->comm_row && a->uid_row == b->uid_row &&
	       a->gid_row == b->gid_row && a->cgroup_row == b->cgroup_row && a->generation == b->generation &&
	       a->ancestor_bits == b->ancestor_bits && a->trusted_ancestor_bits == b->trusted_ancestor_bits;
}
