// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// The verdict: every rule is a bit; each dimension maps its value to a row of bits; the first bit that is set in
// all rows decides, because bits are ordered deny, allow, default deny, default allow.
#pragma once

#include "loss.h"


struct rf_peer {
	__u32 address_row;
	__u32 port_row;
};

struct rf_verdict {
	__s32 bit;
	__s32 shadow_bit;
	__u8 action;
	__u8 shadow_action;
	__u8 reason;
};

/* Who asks, for what, and the answer. */
struct rf_question {
	struct rf_subject subject;
	struct rf_peer peer;
	struct rf_verdict verdict;
};

struct match {
	struct rf_policy *policy;
	struct rf_question *question;
};

static __always_inline struct rf_block *block_of(struct rf_policy *policy, __u32 row, __u32 block)
{
	__u32 index = row * policy->block_count + block;

	return bpf_map_lookup_elem(&rows, &index);
}

/* A global function: the verifier checks it once and not at each call. */
__noinline __u32 first_bit(__u64 word)
{
	__u32 bit = 0;

	if (!(word & 0xffffffff)) {
		bit += 32;
		word >>= 32;
	}
	if (!(word & 0xffff)) {
		bit += 16;
		word >>= 16;
	}
	if (!(word & 0xff)) {
		bit += 8;
		word >>= 8;
	}
	if (!(word & 0xf)) {
		bit += 4;
		word >>= 4;
	}
	if (!(word & 0x3)) {
		bit += 2;
		word >>= 2;
	}
	return bit + !(word & 1);
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
	struct rf_ancestor_rows *entry;
	bool trusted;

	if (pattern >= run->policy->ancestor_count)
		return 1;
	if (!((run->all >> (pattern & 63)) & 1))
		return 0;
	entry = bpf_map_lookup_elem(&ancestor_rows, &pattern);
	if (!entry)
		return 1;
	trusted = (run->trusted >> (pattern & 63)) & 1;
	run->subject |= word_of(run->policy, trusted ? entry->subject_row : entry->subject_deny_row, run->block,
				run->word);
	run->rule |= word_of(run->policy, trusted ? entry->rule_row : entry->rule_deny_row, run->block, run->word);
	return 0;
}

/* A process has many ancestors, so this dimension is a union of rows. */
__noinline __u64 ancestor_word(__u64 all, __u64 trusted, __u32 block, __u32 word)
{
	struct rf_policy *policy = the_policy();
	struct ancestor_run run = { .policy = policy, .all = all, .trusted = trusted, .block = block, .word = word };

	if (!policy)
		return 0;
	run.subject = word_of(policy, policy->ancestor_subject_none_row, block, word);
	run.rule = word_of(policy, policy->ancestor_rule_none_row, block, word);
	bpf_loop(RF_ANCESTOR_PATTERNS, ancestor_step, &run, 0);
	return run.subject & run.rule;
}

/* Returns true when the enforced verdict is found. */
static __always_inline bool match_word(struct rf_verdict *verdict, __u64 bits, __u64 enforced, __u32 base)
{
	if (verdict->shadow_bit == RF_NO_BIT)
		verdict->shadow_bit = base + first_bit(bits);
	bits &= enforced;
	if (!bits)
		return false;
	verdict->bit = base + first_bit(bits);
	return true;
}

static long match_block(__u32 block, struct match *m)
{
	struct rf_policy *policy = m->policy;
	const struct rf_subject *subject = &m->question->subject;
	const struct rf_peer *peer = &m->question->peer;
	struct rf_block *address = block_of(policy, peer->address_row, block);
	struct rf_block *port = block_of(policy, peer->port_row, block);
	struct rf_block *exe = block_of(policy, subject->exe_row, block);
	struct rf_block *comm = block_of(policy, subject->comm_row, block);
	struct rf_block *uid = block_of(policy, subject->uid_row, block);
	struct rf_block *gid = block_of(policy, subject->gid_row, block);
	struct rf_block *cgroup = block_of(policy, subject->cgroup_row, block);
	struct rf_block *enforced = block_of(policy, policy->enforced_row, block);

	if (!address || !port || !exe || !comm || !uid || !gid || !cgroup || !enforced)
		return 1;
	for (__u32 i = 0; i < RF_BLOCK_WORDS; i++) {
		__u64 bits = address->word[i] & port->word[i] & exe->word[i] & comm->word[i] & uid->word[i] &
			     gid->word[i] & cgroup->word[i];

		if (bits && policy->ancestor_count)
			bits &= ancestor_word(subject->ancestor_bits, subject->trusted_ancestor_bits, block, i);
		if (bits && match_word(&m->question->verdict, bits, enforced->word[i],
				       (block * RF_BLOCK_WORDS + i) * 64))
			return 1;
	}
	return 0;
}

static __always_inline __u8 action_of(struct rf_policy *policy, __s32 bit)
{
	if (bit == RF_NO_BIT)
		return RF_ALLOW; /* out of every profile's scope */
	if ((__u32)bit < policy->deny_end)
		return RF_DENY;
	if ((__u32)bit < policy->allow_end)
		return RF_ALLOW;
	return (__u32)bit < policy->default_deny_end ? RF_DENY : RF_ALLOW;
}

/* Returns 0 and the verdict in the question, or 1 when there is no policy to ask. */
__noinline int decide(struct rf_question *question)
{
	struct match m = { .policy = the_policy(), .question = question };

	if (!m.policy || !question)
		return 1;
	question->verdict.bit = RF_NO_BIT;
	question->verdict.shadow_bit = RF_NO_BIT;
	bpf_loop(m.policy->block_count, match_block, &m, 0);
	question->verdict.action = action_of(m.policy, question->verdict.bit);
	question->verdict.shadow_action = action_of(m.policy, question->verdict.shadow_bit);
	question->verdict.reason = RF_REASON_POLICY;
	return 0;
}
