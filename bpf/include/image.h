// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// What a policy says of an image and of its line. The answer is kept in the process record; after a change of policy
// the paths are asked again, by whoever comes first.
#pragma once

#include "process.h"

/* A record's image and known subject are written by one thread at a time; who comes second does not wait. */
static __always_inline bool begin_write(struct rf_process *record, __u32 *before)
{
	*before = *(volatile __u32 *)&record->sequence;
	return !(*before & 1) && __sync_val_compare_and_swap(&record->sequence, *before, *before + 1) == *before;
}

static __always_inline void end_write(struct rf_process *record)
{
	__sync_fetch_and_add(&record->sequence, 1);
}

/* True if what was read since the sequence was `before` is whole; the addition of nothing is the barrier. */
static __always_inline bool unwritten(struct rf_process *record, __u32 before)
{
	return !(before & 1) && __sync_fetch_and_add(&record->sequence, 0) == before;
}

static __always_inline void unknown_image(struct rf_policy *policy, struct rf_image *image)
{
	image->own_bits = ~0ULL;
	image->ancestor_bits = ~0ULL;
	image->trusted_ancestor_bits = 0;
	image->exe_row = policy->exe_unknown_row;
	image->generation = policy->generation;
}

struct line_run {
	struct rf_policy *policy;
	struct rf_process *record;
	struct rf_image found;
	__u64 all;
	__u64 trusted;
};

/* True if the path of this image is in the table, and then what the policy says of it. */
static __always_inline bool ask_path(struct rf_policy *policy, const struct rf_exe_key *key, struct rf_image *image,
				     __u32 *flags)
{
	struct rf_executable *executable = bpf_map_lookup_elem(&executables, key);

	if (!executable)
		return false;
	*flags = executable->flags;
	ask_automaton(policy, executable->flags, executable->path, 0, executable->path_len, image);
	return true;
}

static long line_step(__u32 index, struct line_run *run)
{
	__u32 flags = 0;

	if (index >= RF_LINE_LENGTH || index >= run->record->line_count)
		return 1;
	if (!ask_path(run->policy, &run->record->line[index], &run->found, &flags)) {
		run->all = ~0ULL;
		return 1;
	}
	run->all |= run->found.own_bits;
	if (is_trusted(flags))
		run->trusted |= run->found.own_bits;
	return 0;
}

static __always_inline void ask_again(struct rf_policy *policy, struct rf_process *record, struct rf_image *image)
{
	struct line_run run = { .policy = policy, .record = record };
	__u32 flags;

	if ((record->exe_flags & RF_EXE_UNKEPT) || !ask_path(policy, &record->exe, image, &flags))
		unknown_image(policy, image);
	if (scope.ancestors && policy->ancestor_count)
		bpf_loop(RF_LINE_LENGTH, line_step, &run, 0);
	image->ancestor_bits = record->line_cut ? ~0ULL : run.all;
	image->trusted_ancestor_bits = run.trusted;
	image->generation = policy->generation;
}

/*
 * What the policy says of a process's image and line. Only the process itself keeps the answer, with `keep`: it cannot
 * execute another program meanwhile, nor end. A packet's answer might come to stand in the record of the next program,
 * or of the next process. Not a global function, whose memory Linux 6.1 takes no keys from.
 */
static __noinline int image_of(struct rf_policy *policy, struct rf_process *record, struct rf_image *image, bool keep)
{
	__u32 before;

	before = *(volatile __u32 *)&record->sequence;
	*image = record->image;
	if (unwritten(record, before) && image->generation == policy->generation)
		return 0;
	ask_again(policy, record, image);
	if (!keep || !begin_write(record, &before))
		return 0;
	record->image = *image;
	end_write(record);
	return 0;
}
