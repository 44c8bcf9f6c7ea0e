// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// The verdict: every rule is a bit; each dimension maps its value to a row of bits; the first bit that is set in
// all rows decides, because bits are ordered deny, allow, default deny, default allow. A summary says which blocks
// of a row have any bit, so that the others are never looked at.
#pragma once

#include "rows.h"

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

/* Who asks, for what, and the answer: all by the policy in one slot. */
struct rf_question {
	struct rf_subject subject; /* needed only without a row for it */
	__u32 subject_row;         /* or RF_NO_ROW */
	__u32 slot;
	struct rf_peer peer;
	struct rf_verdict verdict;
};

struct match {
	struct rf_policy *policy;
	struct rf_question *question;
	__u64 left[RF_SUMMARY_WORDS]; /* blocks that may hold a match */
};

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

/* Takes the next block out of those that are left; false when none is. */
static __always_inline bool next_block(struct match *m, __u32 *block)
{
	if (m->left[0]) {
		*block = first_bit(m->left[0]);
		m->left[0] &= m->left[0] - 1;
		return true;
	}
	if (m->left[1]) {
		*block = 64 + first_bit(m->left[1]);
		m->left[1] &= m->left[1] - 1;
		return true;
	}
	return false;
}

/* Returns true when the enforced verdict is found in this block. */
static __always_inline bool match_row(struct match *m, __u32 block, struct rf_block *address, struct rf_block *port,
				      struct rf_block *enforced)
{
	struct rf_block *subject = block_of(m->policy, m->question->subject_row, block);

	if (!subject)
		return true;
	for (__u32 i = 0; i < RF_BLOCK_WORDS; i++) {
		__u64 bits = subject->word[i] & address->word[i] & port->word[i];

		if (bits && match_word(&m->question->verdict, bits, enforced->word[i], (block * RF_BLOCK_WORDS + i) * 64))
			return true;
	}
	return false;
}

/* The same for a subject without a row. */
static __always_inline bool match_dimensions(struct match *m, __u32 block, struct rf_block *address,
					     struct rf_block *port, struct rf_block *enforced)
{
	struct subject_blocks blocks;

	if (!find_blocks(m->policy, &m->question->subject, block, &blocks))
		return true;
	for (__u32 i = 0; i < RF_BLOCK_WORDS; i++) {
		__u64 bits = address->word[i] & port->word[i];

		if (bits)
			bits &= subject_word(m->policy, &m->question->subject, &blocks, block, i);
		if (bits && match_word(&m->question->verdict, bits, enforced->word[i], (block * RF_BLOCK_WORDS + i) * 64))
			return true;
	}
	return false;
}

static long match_block(__u32 step, struct match *m)
{
	struct rf_block *address, *port, *enforced;
	__u32 block;

	if (!next_block(m, &block))
		return 1;
	address = block_of(m->policy, m->question->peer.address_row, block);
	port = block_of(m->policy, m->question->peer.port_row, block);
	enforced = block_of(m->policy, m->policy->enforced_row, block);
	if (!address || !port || !enforced)
		return 1;
	if (m->question->subject_row != RF_NO_ROW)
		return match_row(m, block, address, port, enforced);
	return match_dimensions(m, block, address, port, enforced);
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

/* Keeps the blocks that the row's summary names. */
static __always_inline void narrow(struct match *m, __u32 row)
{
	struct rf_summary *summary = summary_of(m->policy, row);

	m->left[0] &= summary ? summary->word[0] : 0;
	m->left[1] &= summary ? summary->word[1] : 0;
}

/* Returns 0 and the verdict in the question, or 1 when there is no policy to ask. */
__noinline int decide(struct rf_question *question)
{
	struct match m = { .question = question, .left = { ~0ULL, ~0ULL } };

	if (!question)
		return 1;
	m.policy = policy_in(question->slot);
	if (!m.policy)
		return 1;
	question->verdict.bit = RF_NO_BIT;
	question->verdict.shadow_bit = RF_NO_BIT;
	narrow(&m, question->peer.address_row);
	narrow(&m, question->peer.port_row);
	if (question->subject_row != RF_NO_ROW)
		narrow(&m, question->subject_row);
	/* most verdicts fall in the first block: spare them the loop, whose every step is a call */
	if (!match_block(0, &m) && (m.left[0] | m.left[1]))
		bpf_loop(m.policy->block_count, match_block, &m, 0);
	question->verdict.action = action_of(m.policy, question->verdict.bit);
	question->verdict.shadow_action = action_of(m.policy, question->verdict.shadow_bit);
	question->verdict.reason = RF_REASON_POLICY;
	return 0;
}
