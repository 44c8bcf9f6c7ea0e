// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// Run once, in this order, after an agent's hooks are attached: who owns what was there before.
#include "include/adopt.h"

SEC("?iter/task_file")
int adopt_listeners(struct bpf_iter__task_file *ctx)
{
	struct task_struct *task = ctx->task;
	struct file *file = ctx->file;

	if (task && file)
		look_for_listener(task, file);
	return 0;
}

SEC("?iter/task_file")
int adopt_sockets(struct bpf_iter__task_file *ctx)
{
	struct task_struct *task = ctx->task;
	struct file *file = ctx->file;

	if (task && file)
		look_for_socket(task, file);
	return 0;
}
