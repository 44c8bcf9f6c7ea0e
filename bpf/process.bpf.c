// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// Who runs what: one record per process, kept by fork, exec and exit; the iterator adds what already ran.
#include "include/lifecycle.h"
#include <bpf/bpf_tracing.h>

SEC("tp_btf/sched_process_fork")
int BPF_PROG(process_fork, struct task_struct *parent, struct task_struct *child)
{
	on_fork(parent, child);
	return 0;
}

SEC("tp_btf/sched_process_exec")
int BPF_PROG(process_exec, struct task_struct *task)
{
	on_exec(task);
	return 0;
}

SEC("tp_btf/sched_process_exit")
int BPF_PROG(process_exit, struct task_struct *task)
{
	on_exit(task);
	return 0;
}

/* Run once after the three above are attached; never overwrites what they wrote. */
SEC("iter/task")
int process_scan(struct bpf_iter__task *ctx)
{
	struct task_struct *task = ctx->task;

	if (task)
		scan_task(task);
	return 0;
}

/* Run again until the fence's `changed` stays 0: ancestors pass from parent to child, whatever the pid order. */
SEC("iter/task")
int lineage_scan(struct bpf_iter__task *ctx)
{
	struct task_struct *task = ctx->task;

	if (task)
		scan_lineage(task);
	return 0;
}

/* Run by the launcher on itself, so that no process id crosses a pid namespace. */
SEC("syscall")
int fence_enter(void *ctx)
{
	return enter_fence();
}
