// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// For an agent: each exec, with what ran before and what its standard streams are, and each exit.
#pragma once

#include "address.h"
#include "watch.h"

#define SOCKFS_MAGIC 0x534F434B
#define FAMILY_INET 2
#define FAMILY_INET6 10

/* By reading alone: of another task than the current one the table may go meanwhile, and then nothing is found. */
static __always_inline struct file *file_at(struct task_struct *task, __u32 number)
{
	struct fdtable *table = BPF_CORE_READ(task, files, fdt);
	struct file **place;
	struct file *file = NULL;

	if (!table || number >= BPF_CORE_READ(table, max_fds))
		return NULL;
	place = BPF_CORE_READ(table, fd);
	bpf_probe_read_kernel(&file, sizeof(file), place + number);
	return file;
}

static __noinline int read_stream(struct task_struct *task, __u32 number, struct rf_stream *stream)
{
	struct file *file = file_at(task, number);
	struct rf_address address = {};
	struct socket *socket;
	struct sock *sk;
	__u16 family;

	if (!file || BPF_CORE_READ(file, f_inode, i_sb, s_magic) != SOCKFS_MAGIC)
		return 0;
	socket = BPF_CORE_READ(file, private_data);
	sk = BPF_CORE_READ(socket, sk);
	family = BPF_CORE_READ(sk, __sk_common.skc_family);
	if (family != FAMILY_INET && family != FAMILY_INET6)
		return 0;
	stream->family = family;
	stream->protocol = BPF_CORE_READ(sk, sk_protocol);
	stream->port = bpf_ntohs(BPF_CORE_READ(sk, __sk_common.skc_dport));
	if (family == FAMILY_INET)
		set_mapped(&address, BPF_CORE_READ(sk, __sk_common.skc_daddr));
	else
		BPF_CORE_READ_INTO(&address, sk, __sk_common.skc_v6_daddr);
	__builtin_memcpy(stream->address, &address, sizeof(stream->address));
	return 0;
}

/* `record` is the process's, of the image that begins. */
static __always_inline void tell_exec(struct task_struct *task, struct rf_process *record)
{
	struct rf_exec_event *event;
	struct task_struct *parent;

	if (!is_watched())
		return;
	event = bpf_ringbuf_reserve(&events, sizeof(*event), 0);
	if (!event) {
		count_loss(RF_LOSS_EVENTS);
		return;
	}
	parent = BPF_CORE_READ(task, real_parent);
	__builtin_memset(event, 0, offsetof(struct rf_exec_event, line));
	event->kind = RF_EVENT_EXEC;
	event->tgid = record->tgid;
	event->time_ns = record->exec_ns;
	event->exec_ns = record->exec_ns;
	event->start_ns = record->start_ns;
	event->parent_exec_ns = record->parent_exec_ns;
	event->cgroup = BPF_CORE_READ(task, cgroups, dfl_cgrp, kn, id);
	event->exe = record->exe;
	event->parent_tgid = BPF_CORE_READ(parent, tgid);
	event->exe_flags = record->exe_flags;
	event->uid = BPF_CORE_READ(task, cred, euid.val);
	event->gid = BPF_CORE_READ(task, cred, egid.val);
	event->mnt_ns = record->mnt_ns;
	event->net_ns = BPF_CORE_READ(task, nsproxy, net_ns, ns.inum);
	event->line_count = record->line_count;
	event->line_cut = record->line_cut;
	event->args_len = record->args_len;
	BPF_CORE_READ_INTO(&event->comm, task, comm);
	BPF_CORE_READ_INTO(&event->parent_comm, parent, comm);
	bpf_probe_read_kernel(event->line, sizeof(event->line), record->line);
	bpf_probe_read_kernel(event->args, sizeof(event->args), record->args);
	for (__u32 number = 0; number < RF_STREAMS; number++)
		read_stream(task, number, &event->stream[number]);
	read_stream(parent, 0, &event->parent_stream);
	bpf_ringbuf_submit(event, wake_flags());
}

/* `record` is about to be deleted. False if nobody wants to know. */
static __always_inline bool describe_exit(struct task_struct *task, struct rf_process *record,
					  struct rf_exit_event *event)
{
	if (!is_watched())
		return false;
	event->kind = RF_EVENT_EXIT;
	event->tgid = record->tgid;
	event->time_ns = bpf_ktime_get_boot_ns();
	event->start_ns = record->start_ns;
	event->exec_ns = record->exec_ns;
	event->cgroup = BPF_CORE_READ(task, cgroups, dfl_cgrp, kn, id);
	event->exe = record->exe;
	event->exit_code = BPF_CORE_READ(task, exit_code);
	event->uid = BPF_CORE_READ(task, cred, euid.val);
	BPF_CORE_READ_INTO(&event->comm, task, comm);
	return true;
}
