// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// Who makes the call at hand, if it is somebody inside the fence.
#pragma once

#include "process.h"

struct rf_caller {
	struct task_struct *task;
	struct rf_process *record;
	__u32 tgid;
	__u32 tid;
	__u32 uid;
	__u32 gid;
};

extern void *bpf_rdonly_cast(const void *pointer, __u32 type) __ksym __weak;

/*
 * A task that is only read. Since Linux 6.2 the verifier looks through the names of all the kernel's types, up to four
 * times, whenever it follows a pointer of a structure that it trusts: that was 40 % of all time for loading. What is
 * cast to be read it trusts no more. The cast is no instruction.
 */
static __always_inline struct task_struct *for_reading(struct task_struct *task)
{
	return bpf_rdonly_cast ? bpf_rdonly_cast(task, bpf_core_type_id_kernel(struct task_struct)) : task;
}

static __always_inline struct task_struct *current_task(void)
{
	return for_reading((struct task_struct *)bpf_get_current_task_btf());
}

/* The kernel pads a name with zeros. Two loads through a typed pointer; a probe read costs ten times as much. */
static __always_inline void read_comm(struct task_struct *task, __u8 *name)
{
	const __u64 *from = (const __u64 *)task->comm;
	__u64 *to = (__u64 *)name;

	to[0] = from[0];
	to[1] = from[1];
}

/* False for everybody outside the fence, which is where every other process of the host leaves us. */
static __always_inline bool find_caller(struct rf_caller *caller)
{
	struct rf_fence *state;
	struct task_struct *task;
	__u64 ids = bpf_get_current_pid_tgid();

	caller->tgid = ids >> 32;
	caller->tid = ids;
	caller->record = process_of(caller->tgid);
	if (caller->record) {
		if (!caller->record->fenced)
			return false;
	} else {
		/* Every process has a record, unless memory ran out while a fenced one forked: then it may be its child. */
		state = the_fence();
		if (!scope.everyone && (!state || !state->orphans))
			return false;
	}
	task = current_task();
	caller->task = task;
	caller->uid = task->cred->euid.val; /* loads through a typed pointer cost a tenth of a probe read */
	caller->gid = task->cred->egid.val;
	return true;
}
