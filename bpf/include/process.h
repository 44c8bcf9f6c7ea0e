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

struct path_comparison {
	const __u8 *known;
	const __u8 *path;
	__u32 start;
	__u32 len;
	__u32 differ;
};

static long compare_step(__u32 index, struct path_comparison *run)
{
	if (index >= run->len)
		return 1;
	run->differ = run->known[index & (RF_PATH_LEN - 1)] != run->path[(run->start + index) & (RF_PATH_LEN - 1)];
	return run->differ;
}

/* Hashes can be made to collide, and a later policy asks the path that is kept: it must be this one. */
static __always_inline bool is_path(const struct rf_executable *known, struct process_scratch *s, __u32 start,
				    __u32 len)
{
	struct path_comparison run = { .known = known->path, .path = s->path, .start = start, .len = len };

	if (known->path_len != len || known->flags != s->executable.flags)
		return false;
	bpf_loop(RF_PATH_LEN, compare_step, &run, 0);
	return !run.differ;
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
	if (known) {
		if (!is_path(known, s, start, len))
			s->record.exe_flags |= RF_EXE_UNKEPT;
		return;
	}
	s->executable.path_len = len;
	bpf_probe_read_kernel(s->executable.path, RF_PATH_LEN, &s->path[start & (RF_PATH_LEN - 1)]);
	if (bpf_map_update_elem(&executables, &run.key, &s->executable, BPF_ANY)) {
		s->record.exe_flags |= RF_EXE_UNKEPT;
		count_loss(RF_LOSS_EXECUTABLES);
	}
}

static __always_inline bool is_trusted(__u32 flags)
{
	return (flags & (RF_EXE_TRUSTED | RF_EXE_DELETED)) == RF_EXE_TRUSTED;
}

/* What the policy says of one path. What cannot be named counts as anything for a deny and as nothing for an allow: as
 * an ancestor too, where only trusted bits serve an allow. */
static __always_inline void ask_automaton(struct rf_policy *policy, __u32 flags, const __u8 *path, __u32 start,
					  __u32 len, struct rf_image *image)
{
	struct rf_accept *accept = NULL;

	image->exe_row = 0;
	image->own_bits = 0;
	if (!policy->class_count)
		return;
	if (!(flags & (RF_EXE_UNKNOWN | RF_EXE_TRUNCATED)))
		accept = run_automaton(policy, path, start, len);
	if (!accept) {
		image->exe_row = policy->exe_unknown_row;
		image->own_bits = ~0ULL;
		return;
	}
	image->own_bits = accept->ancestor_bits;
	image->exe_row = is_trusted(flags) ? accept->trusted_row : accept->untrusted_row;
}

/* Fills s->record with the image that `task` runs now. */
static __always_inline void describe_image(struct task_struct *task, struct process_scratch *s)
{
	struct rf_policy *policy = the_policy();
	struct file *file = BPF_CORE_READ(task, mm, exe_file);
	struct rf_process *record = &s->record;
	__u32 len = 0;
	__u32 flags;

	record->mnt_ns = BPF_CORE_READ(task, nsproxy, mnt_ns, ns.inum);
	BPF_CORE_READ_INTO(&record->comm, task, comm);
	s->executable.inode = 0;
	s->executable.device = 0;
	/* Collected in memory: of a number in a register the verifier would follow every value on its own. */
	record->exe_flags = 0;
	if (file) {
		len = resolve_path(file, s->path, &record->exe_flags);
		s->executable.inode = BPF_CORE_READ(file, f_inode, i_ino);
		s->executable.device = BPF_CORE_READ(file, f_inode, i_sb, s_dev);
	}
	flags = *(volatile __u32 *)&record->exe_flags;
	if (!len)
		flags |= RF_EXE_UNKNOWN;
	if (record->fenced && (flags & RF_EXE_UNKNOWN))
		count_loss(RF_LOSS_PATH_UNKNOWN);
	if (record->fenced && (flags & RF_EXE_TRUNCATED))
		count_loss(RF_LOSS_PATH_LONG);
	if (flags & (RF_EXE_UNKNOWN | RF_EXE_TRUNCATED))
		flags &= ~RF_EXE_TRUSTED;
	record->exe_flags = flags;
	s->executable.flags = flags;
	s->executable.mnt_ns = record->mnt_ns;
	store_executable(s, RF_PATH_LEN - 1 - len, len);
	record->known.generation = 0;
	if (!policy)
		return;
	/* What an older policy said of the line says nothing now: both are asked again when they matter. */
	if (record->image.generation != policy->generation) {
		record->image.generation = 0;
		return;
	}
	ask_automaton(policy, flags, s->path, RF_PATH_LEN - 1 - len, len, &record->image);
}

/* The kernel gives a record's memory to the next process at once. Whoever still reads it then sees another number. */
static __always_inline __u32 fresh_sequence(void)
{
	return bpf_get_prandom_u32() & ~1U;
}

/* The record of a process that has none: all but its image. */
static __always_inline void begin_record(struct task_struct *task, struct process_scratch *s)
{
	struct rf_policy *policy = the_policy();

	__builtin_memset(&s->record, 0, offsetof(struct rf_process, args));
	s->record.tgid = BPF_CORE_READ(task, tgid);
	s->record.parent_tgid = BPF_CORE_READ(task, real_parent, tgid);
	s->record.start_ns = BPF_CORE_READ(task, group_leader, start_boottime);
	s->record.exec_ns = s->record.start_ns;
	s->record.image.generation = policy ? policy->generation : 0;
	s->record.sequence = fresh_sequence();
	s->record.fenced = scope.everyone;
	s->record.exec_id = BPF_CORE_READ(task, self_exec_id);
}

static __always_inline void describe_task(struct task_struct *task, struct process_scratch *s)
{
	begin_record(task, s);
	describe_image(task, s);
}

struct line_search {
	struct rf_process *record;
	const struct rf_exe_key *key;
	__u32 found;
};

static long search_line(__u32 index, struct line_search *search)
{
	struct rf_exe_key *key;

	if (index >= RF_LINE_LENGTH || index >= search->record->line_count)
		return 1;
	key = &search->record->line[index];
	search->found = key->hash[0] == search->key->hash[0] && key->hash[1] == search->key->hash[1];
	return search->found;
}

/* Each distinct image is kept once. Returns false when it was there; one too many is a line of which a later policy
 * knows too little. */
static __always_inline bool lengthen_line(struct rf_process *record, const struct rf_exe_key *key, __u32 flags)
{
	struct line_search search = { .record = record, .key = key };
	__u32 count = record->line_count;

	bpf_loop(RF_LINE_LENGTH, search_line, &search, 0);
	if (search.found || record->line_cut)
		return false;
	if (count >= RF_LINE_LENGTH || (flags & RF_EXE_UNKEPT)) {
		record->line_cut = 1;
		return true;
	}
	record->line[count] = *key;
	record->line_count = count + 1;
	return true;
}

/* The image that runs now becomes an ancestor of whatever comes next in this line. */
static __always_inline void become_ancestor(struct rf_process *record)
{
	if (record->exe_flags & RF_EXE_OURS)
		return;
	record->image.ancestor_bits |= record->image.own_bits;
	if (is_trusted(record->exe_flags))
		record->image.trusted_ancestor_bits |= record->image.own_bits;
	lengthen_line(record, &record->exe, record->exe_flags);
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
