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

/* True once the agent was not heard of for so long that it must be dead. */
static __always_inline bool is_unattended(void)
{
	__u32 zero = 0;
	struct rf_attendance *attended = bpf_map_lookup_elem(&attendance, &zero);
	__u64 now = bpf_ktime_get_boot_ns();

	return attended && attended->limit_ns && now > attended->heard_ns &&
	       now - attended->heard_ns > attended->limit_ns;
}

/* The bits that count for the enforced verdict. Only a policy with profiles that open without an agent asks for it. */
static __always_inline __u32 enforced_row(const struct rf_policy *policy)
{
	if (scope.everyone && policy->unattended_row != policy->enforced_row && is_unattended())
		return policy->unattended_row;
	return policy->enforced_row;
}

struct ancestor_run {
	struct rf_policy *policy;
	__u64 all;
	__u64 trusted;
	__u64 subject; /* one word of the union of rows, for what the profile's subject asks of ancestors */
	__u64 rule;    /* and for what the rule asks */
	__u32 block;
	__u32 word;
};

static __always_inline __u64 word_of(struct rf_policy *policy, __u32 row, __u32 block, __u32 word)
{
	struct rf_block *found = block_of(policy, row, block);

	return found ? found->word[word & (RF_BLOCK_WORDS - 1)] : 0;
}

static long ancestor_step(__u32 pattern, struct ancestor_run *run)
{
	__u32 index = run->policy->slot * RF_ANCESTOR_PATTERNS + pattern;
	struct rf_ancestor_rows *entry;
	bool trusted;

	if (!((run->all >> (pattern & 63)) & 1))
		return 0;
	entry = bpf_map_lookup_elem(&ancestor_rows, &index);
	if (!entry)
		return 1;
	trusted = (run->trusted >> (pattern & 63)) & 1;
	run->subject |= word_of(run->policy, trusted ? entry->subject_row : entry->subject_deny_row, run->block,
				run->word);
	run->rule |= word_of(run->policy, trusted ? entry->rule_row : entry->rule_deny_row, run->block, run->word);
	return 0;
}

/* A process has many ancestors, so this dimension is a union of rows. */
__noinline __u64 ancestor_word(const struct rf_subject *subject, __u32 slot, __u32 block, __u32 word)
{
	struct ancestor_run run = { .policy = policy_in(slot), .block = block, .word = word };

	if (!run.policy || !subject)
		return 0;
	run.all = subject->ancestor_bits;
	run.trusted = subject->trusted_ancestor_bits;
	run.subject = word_of(run.policy, run.policy->ancestor_subject_none_row, block, word);
	run.rule = word_of(run.policy, run.policy->ancestor_rule_none_row, block, word);
	bpf_loop(run.policy->ancestor_count, ancestor_step, &run, 0);
	return run.subject & run.rule;
}

/* One word of the AND of a subject's dimensions. */
static __always_inline __u64 subject_word(struct rf_policy *policy, const struct rf_subject *subject, __u32 block,
					  __u32 word)
{
	__u64 bits = word_of(policy, subject->exe_row, block, word) & word_of(policy, subject->comm_row, block, word) &
		     word_of(policy, subject->uid_row, block, word) & word_of(policy, subject->gid_row, block, word) &
		     word_of(policy, subject->cgroup_row, block, word) &
		     word_of(policy, subject->direction_row, block, word);

	if (bits && scope.ancestors && policy->ancestor_count)
		bits &= ancestor_word(subject, policy->slot, block, word);
	return bits;
}

struct row_build {
	const struct rf_subject *subject;
	struct rf_policy *policy;
	__u64 blocks; /* those that hold a bit */
	__u32 row;
};

static long build_step(__u32 index, struct row_build *build)
{
	__u32 block = index / RF_BLOCK_WORDS, word = index % RF_BLOCK_WORDS;
	struct rf_block *target = block_of(build->policy, build->row, block);
	__u64 bits;

	if (!target)
		return 1;
	bits = subject_word(build->policy, build->subject, block, word);
	target->word[word] = bits;
	if (bits)
		build->blocks |= 1ULL << (block & 63);
	return 0;
}

/* Fills in a subject's row that nobody knows yet; returns its summary. Word by word, as once for a subject is seldom
 * and a step that does more is walked for long. Global: verified once a program. */
__noinline __u64 build_row(const struct rf_subject *subject, __u32 slot, __u32 row)
{
	struct row_build build = { .subject = subject, .policy = policy_in(slot), .row = row };

	if (!subject || !build.policy)
		return 0;
	bpf_loop(build.policy->block_count * RF_BLOCK_WORDS, build_step, &build, 0);
	return build.blocks;
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
 * The row of a subject. Not a global function: Linux 6.1 takes no key from the memory that such a one is given. RF_NO_ROW when all rows are taken: the subject is then judged from
 * its dimensions, which is slower and gives the same.
 */
static __noinline __u32 subject_row(struct rf_policy *policy, const struct rf_subject *subject)
{
	struct rf_summary *summary;
	__u32 *known;
	__u32 row;

	known = bpf_map_lookup_elem(&subject_index, subject);
	if (known)
		return *known;
	row = free_row(policy);
	summary = row == RF_NO_ROW ? NULL : summary_of(policy, row);
	if (!summary) {
		count_loss(RF_LOSS_SUBJECTS);
		return RF_NO_ROW;
	}
	summary->blocks = build_row(subject, policy->slot, row);
	/* Another CPU may have been first, and memory may be short: this row holds the same, and serves this verdict. */
	bpf_map_update_elem(&subject_index, subject, &row, BPF_NOEXIST);
	return row;
}
