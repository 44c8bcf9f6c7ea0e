// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// The record of a process: which image runs in it, what ran before it in its line, whether it is inside.
#pragma once

#include "automaton.h"
#include "loss.h"
#include "path.h"
#include <bpf/bpf_core_read.h>

#define PF_KTHREAD 0x00200000

struct process_scratch {
	struct rf_process record;
	struct rf_executable executable;
	/* Twice the path: a copy of RF_PATH_LEN bytes from any start stays inside. */
	__u8 path[2 * RF_PATH_LEN];
};

/* Tracepoints run with preemption off and share one slot per CPU; the iterator and the entry program do not. */
enum scratch_user {
	SCRATCH_TRACEPOINT = 0,
	SCRATCH_ITERATOR = 1,
	SCRATCH_ENTER = 2,
	SCRATCH_USERS = 3,
};

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, SCRATCH_USERS);
	__type(key, __u32);
	__type(value, struct process_scratch);
} scratch SEC(".maps");

static __always_inline struct process_scratch *the_scratch(enum scratch_user user)
{
	__u32 index = user;

	return bpf_map_lookup_elem(&scratch, &index);
}

static __always_inline struct rf_process *process_of(__u32 tgid)
{
	return bpf_map_lookup_elem(&processes, &tgid);
}

struct key_run {
	const __u8 *path;
	__u32 start;
	struct rf_exe_key key;
};

/* Two multiplicative hashes over the path's 8-byte words: an identity for tables, never a verdict. */
static long key_step(__u32 index, struct key_run *run)
{
	__u32 position = run->start + index * 8;
	__u64 word = 0;

	if (position >= RF_PATH_LEN)
		return 1;
	bpf_probe_read_kernel(&word, sizeof(word), &run->path[position & (RF_PATH_LEN - 1)]);
	run->key.hash[0] = (run->key.hash[0] ^ word) * 0x9e3779b97f4a7c15ULL;
	run->key.hash[0] ^= run->key.hash[0] >> 29;
	run->key.hash[1] = (run->key.hash[1] + word) * 0xc2b2ae3d27d4eb4fULL;
	run->key.hash[1] ^= run->key.hash[1] >> 31;
	return 0;
}

static __always_inline void store_executable(struct process_scratch *s, __u32 start, __u32 len)
{
	struct rf_executable *known;
	struct key_run run = {
		.path = s->path,
		.start = start,
		.key = {{ s->executable.inode + 1, ((__u64)s->executable.device << 32) + s->executable.flags }},
	};

	bpf_loop(RF_PATH_LEN / 8, key_step, &run, 0);
	s->record.exe = run.key;
	known = bpf_map_lookup_elem(&executables, &run.key);
	if (known)
		return;
	s->executable.path_len = len;
	bpf_probe_read_kernel(s->executable.path, RF_PATH_LEN, &s->path[start & (RF_PATH_LEN - 1)]);
	if (bpf_map_update_elem(&executables, &run.key, &s->executable, BPF_ANY))
		count_loss(RF_LOSS_EXECUTABLES);
}

/* What cannot be named counts as anything for a deny and as nothing for an allow: as an ancestor too, where only
 * trusted bits serve an allow. */
static __always_inline void classify_unknown(struct rf_policy *policy, struct rf_process *record)
{
	record->exe_row = policy->exe_unknown_row;
	record->own_bits = ~0ULL;
	record->exe_flags &= ~RF_EXE_TRUSTED;
}

static __always_inline void classify_image(struct rf_policy *policy, struct process_scratch *s, __u32 start,
					   __u32 len)
{
	struct rf_process *record = &s->record;
	struct rf_accept *accept;

	record->exe_row = 0;
	record->own_bits = 0;
	if (!policy->class_count)
		return;
	if (record->exe_flags & (RF_EXE_UNKNOWN | RF_EXE_TRUNCATED)) {
		classify_unknown(policy, record);
		return;
	}
	accept = run_automaton(policy, s->path, start, len);
	if (!accept) {
		classify_unknown(policy, record);
		return;
	}
	record->own_bits = accept->ancestor_bits;
	record->exe_row = (record->exe_flags & (RF_EXE_TRUSTED | RF_EXE_DELETED)) == RF_EXE_TRUSTED
				  ? accept->trusted_row
				  : accept->untrusted_row;
}

/* Fills s->record with the image that `task` runs now. */
static __always_inline void describe_image(struct task_struct *task, struct process_scratch *s)
{
	struct rf_policy *policy = the_policy();
	struct file *file = BPF_CORE_READ(task, mm, exe_file);
	struct rf_process *record = &s->record;
	__u32 flags = 0, len = 0;

	record->mnt_ns = BPF_CORE_READ(task, nsproxy, mnt_ns, ns.inum);
	BPF_CORE_READ_INTO(&record->comm, task, comm);
	s->executable.inode = 0;
	s->executable.device = 0;
	if (file) {
		len = resolve_path(file, s->path, &flags);
		s->executable.inode = BPF_CORE_READ(file, f_inode, i_ino);
		s->executable.device = BPF_CORE_READ(file, f_inode, i_sb, s_dev);
	}
	if (!len)
		flags |= RF_EXE_UNKNOWN;
	if (record->fenced && (flags & RF_EXE_UNKNOWN))
		count_loss(RF_LOSS_PATH_UNKNOWN);
	if (record->fenced && (flags & RF_EXE_TRUNCATED))
		count_loss(RF_LOSS_PATH_LONG);
	record->exe_flags = flags;
	s->executable.flags = flags;
	s->executable.mnt_ns = record->mnt_ns;
	store_executable(s, RF_PATH_LEN - 1 - len, len);
	if (policy)
		classify_image(policy, s, RF_PATH_LEN - 1 - len, len);
}

static __always_inline void describe_task(struct task_struct *task, struct process_scratch *s)
{
	__builtin_memset(&s->record, 0, offsetof(struct rf_process, args));
	s->record.tgid = BPF_CORE_READ(task, tgid);
	s->record.parent_tgid = BPF_CORE_READ(task, real_parent, tgid);
	s->record.start_ns = BPF_CORE_READ(task, group_leader, start_boottime);
	s->record.exec_ns = s->record.start_ns;
	describe_image(task, s);
}

/* The image that runs now becomes an ancestor of whatever comes next in this line. */
static __always_inline void become_ancestor(struct rf_process *record)
{
	record->ancestor_bits |= record->own_bits;
	if ((record->exe_flags & (RF_EXE_TRUSTED | RF_EXE_DELETED)) == RF_EXE_TRUSTED)
		record->trusted_ancestor_bits |= record->own_bits;
}

static __always_inline void read_args(struct task_struct *task, struct rf_process *record)
{
	unsigned long start = BPF_CORE_READ(task, mm, arg_start);
	unsigned long end = BPF_CORE_READ(task, mm, arg_end);
	__u32 len = end > start ? end - start : 0;

	record->args_len = len;
	if (len > RF_ARGS_LEN) {
		len = RF_ARGS_LEN;
		if (record->fenced)
			count_loss(RF_LOSS_ARGS_LONG);
	}
	asm volatile("" : "+r"(len)); /* keep the mask, which the verifier wants and the compiler finds needless */
	if (bpf_probe_read_user(record->args, len & (2 * RF_ARGS_LEN - 1), (void *)start))
		record->args_len = 0;
}
