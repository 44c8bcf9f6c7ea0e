// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// Rows of bits, and the one row that stands for a subject: the AND of its dimensions, put together when the subject
// first turns up and found by its key from then on.
#pragma once

#include "loss.h"

static __always_inline struct rf_block *block_of(struct rf_policy *policy, __u32 row, __u32 block)
{
	__u32 index = policy->rows_offset + row * policy->block_count + block;

	return bpf_map_lookup_elem(&rows, &index);
}

static __always_inline struct rf_summary *summary_of(struct rf_policy *policy, __u32 row)
{
	__u32 index = policy->summaries_offset + row;

	return bpf_map_lookup_elem(&summaries, &index);
}

/* Who must match a list of ancestors: the profile's subject and the rule each may have one. */
enum ancestor_side {
	ANCESTOR_OF_SUBJECT,
	ANCESTOR_OF_RULE,
};

struct ancestor_run {
	struct rf_policy *policy;
	__u64 all;
	__u64 trusted;
	struct rf_block found; /* one block of the union of rows */
	__u32 block;
	__u32 side;
};

static __always_inline void unite(struct rf_block *with, const struct rf_block *block)
{
	if (!block)
		return;
	for (__u32 i = 0; i < RF_BLOCK_WORDS; i++)
		with->word[i] |= block->word[i];
}

/* A dimension without a row holds no bit. */
static __always_inline void intersect(struct rf_block *with, const struct rf_block *block)
{
	for (__u32 i = 0; i < RF_BLOCK_WORDS; i++)
		with->word[i] &= block ? block->word[i] : 0;
}

static long ancestor_step(__u32 pattern, struct ancestor_run *run)
{
	__u32 index = run->policy->slot * RF_ANCESTOR_PATTERNS + pattern;
	struct rf_ancestor_rows *entry;
	bool trusted;
	__u32 row;

	if (pattern >= run->policy->ancestor_count)
		return 1;
	if (!((run->all >> (pattern & 63)) & 1))
		return 0;
	entry = bpf_map_lookup_elem(&ancestor_rows, &index);
	if (!entry)
		return 1;
	trusted = (run->trusted >> (pattern & 63)) & 1;
	if (run->side == ANCESTOR_OF_SUBJECT)
		row = trusted ? entry->subject_row : entry->subject_deny_row;
	else
		row = trusted ? entry->rule_row : entry->rule_deny_row;
	unite(&run->found, block_of(run->policy, row, run->block));
	return 0;
}

/* A process has many ancestors, so this dimension is a union of rows. */
__noinline int ancestor_block(const struct rf_subject *subject, __u32 slot, __u32 block, __u32 side,
			      struct rf_block *out)
{
	struct ancestor_run run = { .policy = policy_in(slot), .block = block, .side = side };

	if (!run.policy || !out || !subject)
		return 1;
	run.all = subject->ancestor_bits;
	run.trusted = subject->trusted_ancestor_bits;
	unite(&run.found, block_of(run.policy,
				   side == ANCESTOR_OF_SUBJECT ? run.policy->ancestor_subject_none_row
							       : run.policy->ancestor_rule_none_row,
				   block));
	bpf_loop(RF_ANCESTOR_PATTERNS, ancestor_step, &run, 0);
	intersect(out, &run.found);
	return 0;
}

/* One block of the AND of a subject's dimensions. */
static __always_inline void subject_block(struct rf_policy *policy, const struct rf_subject *subject, __u32 block,
					  struct rf_block *out)
{
	for (__u32 i = 0; i < RF_BLOCK_WORDS; i++)
		out->word[i] = ~0ULL;
	intersect(out, block_of(policy, subject->exe_row, block));
	intersect(out, block_of(policy, subject->comm_row, block));
	intersect(out, block_of(policy, subject->uid_row, block));
	intersect(out, block_of(policy, subject->gid_row, block));
	intersect(out, block_of(policy, subject->cgroup_row, block));
	intersect(out, block_of(policy, subject->direction_row, block));
	if (policy->ancestor_count && (ancestor_block(subject, policy->slot, block, ANCESTOR_OF_SUBJECT, out) ||
				       ancestor_block(subject, policy->slot, block, ANCESTOR_OF_RULE, out)))
		intersect(out, NULL);
}

struct row_build {
	struct rf_policy *policy;
	const struct rf_subject *subject;
	struct rf_summary summary;
	__u32 row;
};

static long build_step(__u32 block, struct row_build *build)
{
	struct rf_block *target = block_of(build->policy, build->row, block);
	__u64 any = 0;

	if (!target)
		return 1;
	subject_block(build->policy, build->subject, block, target); /* nobody knows this row yet */
	for (__u32 i = 0; i < RF_BLOCK_WORDS; i++)
		any |= target->word[i];
	if (any)
		build->summary.word[(block >> 6) & 1] |= 1ULL << (block & 63);
	return 0;
}

/* A free row behind the policy's own, or RF_NO_ROW. Rows are never given back while the policy is in force. */
static __always_inline __u32 free_row(struct rf_policy *policy)
{
	__u32 taken;

	if (*(volatile __u32 *)&policy->next_subject >= policy->subject_limit)
		return RF_NO_ROW;
	taken = __sync_fetch_and_add(&policy->next_subject, 1);
	return taken < policy->subject_limit ? policy->row_count + taken : RF_NO_ROW;
}

/*
 * The row of a subject by the policy in this slot. RF_NO_ROW when all rows are taken: the subject is then judged from
 * its dimensions, which is slower and gives the same.
 */
__noinline __u32 subject_row(__u32 slot, const struct rf_subject *subject)
{
	struct row_build build = { .policy = policy_in(slot), .subject = subject };
	struct rf_summary *summary;
	__u32 *known;

	if (!build.policy || !subject)
		return RF_NO_ROW;
	known = bpf_map_lookup_elem(&subject_index, subject);
	if (known)
		return *known;
	build.row = free_row(build.policy);
	if (build.row == RF_NO_ROW) {
		count_loss(RF_LOSS_SUBJECTS);
		return RF_NO_ROW;
	}
	bpf_loop(build.policy->block_count, build_step, &build, 0);
	summary = summary_of(build.policy, build.row);
	if (!summary)
		return RF_NO_ROW;
	*summary = build.summary;
	/* Another CPU may have been first, and memory may be short: this row holds the same, and serves this verdict. */
	bpf_map_update_elem(&subject_index, subject, &build.row, BPF_NOEXIST);
	return build.row;
}
