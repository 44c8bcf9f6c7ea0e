// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// Who calls: the record of the process, and what may change between two calls, read at the call.
#pragma once

#include "caller.h"
#include "classify.h"
#include "image.h"
#include "intervals.h"
#include <bpf/bpf_core_read.h>

#define RF_CGROUP_DEPTH 1024

struct cgroup_walk {
	struct cgroup *cgroup;
	__u64 wanted; /* stop at this id, or at the first that the policy lists when 0 */
	__u32 slot;
	__u64 found; /* id, or 0 */
};

static long cgroup_step(__u32 depth, struct cgroup_walk *walk)
{
	struct cgroup *cgroup = walk->cgroup;
	struct rf_cgroup key = { .slot = walk->slot };

	if (!cgroup)
		return 1;
	key.id = BPF_CORE_READ(cgroup, kn, id);
	if (walk->wanted ? key.id == walk->wanted : bpf_map_lookup_elem(&cgroups, &key) != NULL)
		walk->found = key.id;
	/* `self` is a cgroup's first member, so the parent's state is the parent. */
	walk->cgroup = (struct cgroup *)BPF_CORE_READ(cgroup, self.parent);
	return walk->found != 0;
}

/* Whose cgroup makes a difference: some are listed, or new ones are not like the others. */
static __always_inline bool names_cgroups(const struct rf_policy *policy)
{
	return scope.cgroups && (policy->cgroup_count || policy->cgroup_new_row != policy->cgroup_other_row);
}

static __always_inline __u64 walk_cgroups(struct task_struct *task, __u64 wanted, __u32 slot)
{
	struct cgroup_walk walk = { .cgroup = task->cgroups->dfl_cgrp, .wanted = wanted, .slot = slot };

	bpf_loop(RF_CGROUP_DEPTH, cgroup_step, &walk, 0);
	return walk.found;
}

/* The deepest cgroup at or above the caller's that the policy lists, or with an id wanted that one; 0 if there is none. */
__noinline __u64 find_cgroup(__u64 wanted, __u32 slot)
{
	return walk_cgroups(current_task(), wanted, slot);
}

static __always_inline bool inside_cgroup(__u64 id)
{
	return find_cgroup(id, 0) != 0;
}

static __always_inline __u64 cgroup_of(struct task_struct *task)
{
	return task->cgroups->dfl_cgrp->kn->id;
}

/* Made since the agent began, and nobody knows yet whose it is. */
static __always_inline bool is_new_cgroup(const __u64 *id)
{
	return scope.everyone && bpf_map_lookup_elem(&new_cgroups, id);
}

/* The row of a cgroup by what the policy says of the deepest that it lists there; NULL for none. */
static __always_inline __u32 row_by(struct rf_policy *policy, const struct rf_cgroup_rows *rows, bool is_new)
{
	if (is_new)
		return rows ? rows->new_row : policy->cgroup_new_row;
	return rows ? rows->row : policy->cgroup_other_row;
}

/* A frame of its own: whoever asks has no room for the key. */
static __noinline __u32 cgroup_row(struct rf_policy *policy, __u64 own, __u64 listed)
{
	struct rf_cgroup key = { .id = own, .slot = policy->slot };
	bool is_new = is_new_cgroup(&key.id);

	key.id = listed;
	return row_by(policy, listed ? bpf_map_lookup_elem(&cgroups, &key) : NULL, is_new);
}

/* The name's slot is the policy's. */
static __always_inline __u32 comm_row(struct rf_policy *policy, struct rf_comm *comm)
{
	__u32 *row;

	if (!policy->comm_count)
		return policy->comm_other_row;
	comm->slot = policy->slot;
	row = bpf_map_lookup_elem(&comms, comm);
	return row ? *row : policy->comm_other_row;
}

/* The row of a cgroup by its id alone: user space lists those below the ones that the policy names, too. One that was
 * made later, or is gone, has the row of the deepest above it that was listed when somebody was there. */
static __always_inline __u32 listed_cgroup_row(struct rf_policy *policy, __u64 id, __u64 listed)
{
	struct rf_cgroup key = { .id = id, .slot = policy->slot };
	struct rf_cgroup_rows *rows;
	bool is_new;

	if (!names_cgroups(policy))
		return policy->cgroup_other_row;
	is_new = is_new_cgroup(&key.id);
	rows = bpf_map_lookup_elem(&cgroups, &key);
	if (!rows && listed) {
		key.id = listed;
		rows = bpf_map_lookup_elem(&cgroups, &key);
	}
	return row_by(policy, rows, is_new);
}

static __always_inline bool same_comm(const __u8 *a, const __u8 *b)
{
	const __u64 *left = (const __u64 *)a, *right = (const __u64 *)b;

	return left[0] == right[0] && left[1] == right[1];
}

/* The dimensions of a subject but its cgroup, which calls and packets find each in their way. */
static __always_inline void ask_ids(struct rf_policy *policy, __u32 direction, __u32 uid, __u32 gid,
				    struct rf_comm *comm, const struct rf_image *image, struct rf_subject *subject)
{
	subject->ancestor_bits = image->ancestor_bits;
	subject->trusted_ancestor_bits = image->trusted_ancestor_bits;
	subject->exe_row = image->exe_row;
	subject->comm_row = comm_row(policy, comm);
	subject->uid_row = interval_row(&policy->uid, uid);
	subject->gid_row = interval_row(&policy->gid, gid);
	subject->direction_row = policy->direction_rows[direction < RF_DIRECTIONS ? direction : 0];
	subject->generation = policy->generation;
	subject->unused = 0;
}

static __always_inline void keep_row(struct rf_policy *policy, const struct rf_caller *caller, __u64 cgroup,
				     __u64 listed_cgroup, __u32 row)
{
	struct rf_known_subject *known = &caller->record->known;
	__u32 before;

	/* moved while it was classified: nobody knows which of the two the row is of */
	if (cgroup_of(caller->task) != cgroup || !begin_write(caller->record, &before))
		return;
	known->cgroup = cgroup;
	known->listed_cgroup = listed_cgroup;
	known->uid = caller->uid;
	known->gid = caller->gid;
	known->generation = policy->generation;
	known->row = row;
	read_comm(caller->task, known->comm);
	end_write(caller->record);
}

/* Fills in the question's subject for whoever calls now, from the beginning, and returns the listed cgroup. Its row is
 * another function's task: the stacks of both are too deep for one chain of calls. Global: verified once a program. */
__noinline __u64 classify_caller(__u32 slot, __u32 direction, struct rf_subject *subject)
{
	struct rf_process *record = process_of(bpf_get_current_pid_tgid() >> 32);
	struct task_struct *task = current_task();
	struct rf_policy *policy = policy_in(slot);
	struct rf_image image = {};
	__u64 listed_cgroup = 0;
	struct rf_comm comm;

	if (!policy || !subject)
		return 0;
	if (record)
		image_of(policy, record, &image, true);
	else
		unknown_image(policy, &image);
	read_comm(task, comm.name);
	ask_ids(policy, direction, task->cred->euid.val, task->cred->egid.val, &comm, &image, subject);
	if (names_cgroups(policy))
		listed_cgroup = find_cgroup(0, slot);
	subject->cgroup_row = names_cgroups(policy) ? cgroup_row(policy, cgroup_of(task), listed_cgroup) :
						      policy->cgroup_other_row;
	return listed_cgroup;
}

/* The row that the caller's last call was judged by, if nothing about the caller has changed. */
static __always_inline bool recall_row(struct rf_policy *policy, const struct rf_caller *caller, __u32 *row)
{
	struct rf_process *record = caller->record;
	struct rf_known_subject *known;
	__u8 comm[RF_COMM_LEN];
	__u32 before;
	bool same;

	if (!record)
		return false;
	known = &record->known;
	before = *(volatile __u32 *)&record->sequence;
	same = known->generation == policy->generation && known->uid == caller->uid && known->gid == caller->gid &&
	       known->cgroup == cgroup_of(caller->task);
	*row = known->row;
	if (same && policy->comm_count) {
		read_comm(caller->task, comm);
		same = same_comm(known->comm, comm);
	}
	return same && unwritten(record, before);
}

/* Who asks, in the direction of calls that go out. */
static __always_inline void ask_caller(struct rf_policy *policy, const struct rf_caller *caller,
				       struct rf_question *question)
{
	__u64 cgroup = cgroup_of(caller->task), listed_cgroup;

	question->slot = policy->slot;
	if (recall_row(policy, caller, &question->subject_row))
		return;
	listed_cgroup = classify_caller(policy->slot, RF_EGRESS, &question->subject);
	question->subject_row = subject_row(policy, &question->subject);
	if (caller->record && question->subject_row != RF_NO_ROW)
		keep_row(policy, caller, cgroup, listed_cgroup, question->subject_row);
}

/* The deepest cgroup at or above the caller's that the policy lists, for the socket's stamp; 0 if there is none. */
static __always_inline __u64 listed_cgroup_of(struct rf_policy *policy, const struct rf_caller *caller)
{
	struct rf_process *record = caller->record;
	__u64 listed_cgroup;
	__u32 before;

	if (!names_cgroups(policy))
		return 0;
	if (record) {
		before = *(volatile __u32 *)&record->sequence;
		listed_cgroup = record->known.listed_cgroup;
		if (record->known.generation == policy->generation &&
		    record->known.cgroup == cgroup_of(caller->task) && unwritten(record, before))
			return listed_cgroup;
	}
	return find_cgroup(0, policy->slot);
}
