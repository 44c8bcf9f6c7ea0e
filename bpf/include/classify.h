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
	__u64 left; /* blocks that may hold a match */
};

/* Number of the lowest set bit, by a de Bruijn sequence (Leiserson, Prokop, Randall: Using de Bruijn Sequences to Index
 * a 1 in a Computer Word, 1998): no branch for the verifier to split at. */
static const __u8 bit_numbers[64] = {
	0,  1,	48, 2,	57, 49, 28, 3,	61, 58, 50, 42, 38, 29, 17, 4,	62, 55, 59, 36, 53, 51,
	43, 22, 45, 39, 33, 30, 24, 18, 12, 5,	63, 47, 56, 27, 60, 41, 37, 16, 54, 35, 52, 21,
	44, 32, 23, 11, 46, 26, 40, 15, 34, 20, 31, 10, 25, 14, 19, 9,	13, 8,	7,  6,
};

static __always_inline __u32 first_bit(__u64 word)
{
	return bit_numbers[((word & -word) * 0x03f79d71b4cb0a89ULL) >> 58];
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

#define GROUP_WORDS 4

struct word_walk {
	struct rf_question *question;
	struct rf_block *subject, *address, *port, *enforced;
	__u32 base; /* number of the block's first bit */
	__u32 first; /* word to begin with */
	__u32 done;
};

static long word_step(__u32 word, struct word_walk *walk)
{
	__u32 i = (walk->first + word) & (RF_BLOCK_WORDS - 1);
	__u64 bits = walk->subject->word[i] & walk->address->word[i] & walk->port->word[i];

	if (!bits || !match_word(&walk->question->verdict, bits, walk->enforced->word[i], walk->base + i * 64))
		return 0;
	walk->done = 1;
	return 1;
}

/* One bit for each group of words that holds any bit of all three rows. Without a branch: the verifier walks it once. */
static __always_inline __u64 matching_groups(const struct rf_block *subject, const struct rf_block *address,
					     const struct rf_block *port)
{
	__u64 groups = 0;

#pragma unroll
	for (__u32 group = 0; group < RF_BLOCK_WORDS / GROUP_WORDS; group++) {
		__u64 any = 0;

#pragma unroll
		for (__u32 i = group * GROUP_WORDS; i < (group + 1) * GROUP_WORDS; i++) {
			any |= subject->word[i] & address->word[i] & port->word[i];
			asm volatile("" : "+r"(any) : : "memory"); /* one word after the other, in registers */
		}
		any |= -any; /* the highest bit is set unless it was 0 */
		asm volatile("" : "+r"(any));
		groups |= any >> 63 << group;
	}
	return groups;
}

/* Returns 1 when the enforced verdict is found in this block. Most blocks hold no match at all: one look at all words
 * together passes those by, and tells where to begin in the others. */
static __always_inline long match_row(struct match *m, __u32 block, struct rf_block *address, struct rf_block *port)
{
	struct rf_block *subject = block_of(m->policy, m->question->subject_row, block);
	struct word_walk walk = { .question = m->question, .address = address, .port = port };
	__u64 groups;

	if (!subject)
		return 1;
	groups = matching_groups(subject, address, port);
	if (!groups)
		return 0;
	walk.enforced = block_of(m->policy, m->policy->enforced_row, block);
	if (!walk.enforced)
		return 1;
	walk.subject = subject;
	walk.base = block * RF_BLOCK_WORDS * 64;
	walk.first = first_bit(groups) * GROUP_WORDS;
	bpf_loop(RF_BLOCK_WORDS - walk.first, word_step, &walk, 0);
	return walk.done != 0;
}

/* The same for one word of all, for a subject without a row. */
static long match_dimensions(__u32 index, struct match *m)
{
	__u32 block = index / RF_BLOCK_WORDS, word = index % RF_BLOCK_WORDS;
	struct rf_question *question = m->question;
	__u64 bits;

	if (!((m->left >> (block & 63)) & 1))
		return 0;
	bits = word_of(m->policy, question->peer.address_row, block, word) &
	       word_of(m->policy, question->peer.port_row, block, word);
	if (bits)
		bits &= subject_word(m->policy, &question->subject, block, word);
	return bits && match_word(&question->verdict, bits, word_of(m->policy, m->policy->enforced_row, block, word),
				  index * 64);
}

static long match_block(__u32 step, struct match *m)
{
	struct rf_block *address, *port;
	__u32 block;

	if (!m->left)
		return 1;
	block = first_bit(m->left);
	m->left &= m->left - 1;
	address = block_of(m->policy, m->question->peer.address_row, block);
	port = block_of(m->policy, m->question->peer.port_row, block);
	return address && port ? match_row(m, block, address, port) : 1;
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

	m->left &= summary ? summary->blocks : 0;
}

/* Puts the verdict into a question whose rows are known. */
static __always_inline void decide(struct rf_policy *policy, struct rf_question *question)
{
	struct match m = { .policy = policy, .question = question, .left = ~0ULL };

	question->verdict.bit = RF_NO_BIT;
	question->verdict.shadow_bit = RF_NO_BIT;
	narrow(&m, question->peer.address_row);
	narrow(&m, question->peer.port_row);
	if (question->subject_row == RF_NO_ROW) {
		bpf_loop(policy->block_count * RF_BLOCK_WORDS, match_dimensions, &m, 0);
	} else {
		narrow(&m, question->subject_row);
		/* most verdicts fall in the first block: spare them the loop, whose every step is a call */
		if (!match_block(0, &m) && m.left)
			bpf_loop(policy->block_count, match_block, &m, 0);
	}
	question->verdict.action = action_of(policy, question->verdict.bit);
	question->verdict.shadow_action = action_of(policy, question->verdict.shadow_bit);
	question->verdict.reason = RF_REASON_POLICY;
}
