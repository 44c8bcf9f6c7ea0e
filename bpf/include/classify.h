// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// The verdict: every rule is a bit; each dimension maps its value to a row of bits; the first bit that is set in
// all rows decides, because bits are ordered deny, allow, default deny, default allow. A summary says which blocks
// of a row have any bit, so that the others are never looked at.
#pragma once

#include "rows.h"

struct rf_peer {
	__u32 address_row;
	__u32 name_row; /* what its name adds to that; row 1 adds nothing */
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
	__u64 netns;  /* cookie: where names of the other end's address count; 0: nowhere */
	__u64 domain; /* name that an old flow was let out by, and then the one that decided; 0: none */
	__u32 subject_row;         /* or RF_NO_ROW */
	__u32 slot;
	struct rf_peer peer;
	struct rf_verdict verdict;
};

struct match {
	struct rf_policy *policy;
	struct rf_question *question;
	__u32 enforced_row;
	__u64 left;   /* blocks that may hold a match */
	__u32 block;  /* the one at hand */
	__u32 groups; /* of its words, those that hold one and were not looked at yet */
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

/* One block of each row that must hold a bit for it to match. */
struct match_rows {
	struct rf_block *subject, *address, *named, *port;
};

/* The bits of a destination: those of its address and those of the name at hand. */
static __always_inline __u64 peer_word(const struct match_rows *rows, __u32 word)
{
	return scope.names ? rows->address->word[word] | rows->named->word[word] : rows->address->word[word];
}

static __always_inline __u64 matching_word(const struct match_rows *rows, __u32 word)
{
	return rows->subject->word[word] & peer_word(rows, word) & rows->port->word[word];
}

/* One bit for each group of words that holds any bit of all rows. Without a branch: the verifier walks it once. */
static __always_inline __u32 matching_groups(const struct match_rows *rows)
{
	__u64 groups = 0;

#pragma unroll
	for (__u32 group = 0; group < RF_BLOCK_WORDS / GROUP_WORDS; group++) {
		__u64 any = 0;

#pragma unroll
		for (__u32 i = group * GROUP_WORDS; i < (group + 1) * GROUP_WORDS; i++) {
			any |= matching_word(rows, i);
			asm volatile("" : "+r"(any) : : "memory"); /* one word after the other, in registers */
		}
		any |= -any; /* the highest bit is set unless it was 0 */
		asm volatile("" : "+r"(any));
		groups |= any >> 63 << group;
	}
	return groups;
}

static __always_inline bool load_rows(const struct match *m, struct match_rows *rows)
{
	const struct rf_question *question = m->question;

	rows->subject = block_of(m->policy, question->subject_row, m->block);
	rows->address = block_of(m->policy, question->peer.address_row, m->block);
	rows->named = scope.names ? block_of(m->policy, question->peer.name_row, m->block) : rows->address;
	rows->port = block_of(m->policy, question->peer.port_row, m->block);
	return rows->subject && rows->address && rows->named && rows->port;
}

/* Looks at the next group of words, of the next block where the one at hand has no more. Most blocks hold no match at
 * all: one look at all words together passes those by. Returns 1 when the enforced verdict is found, or nothing is left. */
static long match_step(__u32 step, struct match *m)
{
	struct rf_block *enforced;
	struct match_rows rows;
	__u32 first;

	if (!m->groups) {
		if (!m->left)
			return 1;
		m->block = first_bit(m->left);
		m->left &= m->left - 1;
	}
	if (!load_rows(m, &rows))
		return 1;
	if (!m->groups)
		m->groups = matching_groups(&rows);
	if (!m->groups)
		return 0;
	enforced = block_of(m->policy, m->enforced_row, m->block);
	if (!enforced)
		return 1;
	first = first_bit(m->groups) * GROUP_WORDS;
	m->groups &= m->groups - 1;
#pragma unroll
	for (__u32 i = 0; i < GROUP_WORDS; i++) {
		__u32 word = (first + i) & (RF_BLOCK_WORDS - 1);
		__u64 bits = matching_word(&rows, word);

		if (bits && match_word(&m->question->verdict, bits, enforced->word[word],
				       (m->block * RF_BLOCK_WORDS + word) * 64))
			return 1;
	}
	return 0;
}

/* The same for one word of all, for a subject without a row. */
static long match_dimensions(__u32 index, struct match *m)
{
	__u32 block = index / RF_BLOCK_WORDS, word = index % RF_BLOCK_WORDS;
	struct rf_question *question = m->question;
	__u64 bits;

	if (!((m->left >> (block & 63)) & 1))
		return 0;
	bits = word_of(m->policy, question->peer.address_row, block, word);
	if (scope.names)
		bits |= word_of(m->policy, question->peer.name_row, block, word);
	bits &= word_of(m->policy, question->peer.port_row, block, word);
	if (bits)
		bits &= subject_word(m->policy, &question->subject, block, word);
	return bits && match_word(&question->verdict, bits, word_of(m->policy, m->enforced_row, block, word),
				  index * 64);
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

/* The blocks of a row that hold any bit. */
static __always_inline __u64 blocks_of(struct rf_policy *policy, __u32 row)
{
	struct rf_summary *summary = summary_of(policy, row);

	return summary ? summary->blocks : 0;
}

static __always_inline __u64 peer_blocks(struct rf_policy *policy, const struct rf_peer *peer)
{
	__u64 blocks = blocks_of(policy, peer->address_row);

	if (scope.names)
		blocks |= blocks_of(policy, peer->name_row);
	return blocks & blocks_of(policy, peer->port_row);
}

/* Puts the verdict into a question whose rows are known. Global: verified once a program. */
__noinline int decide(struct rf_question *question)
{
	struct match m = { .question = question };

	if (!question)
		return 1;
	m.policy = policy_in(question->slot);
	if (!m.policy)
		return 1;
	m.enforced_row = enforced_row(m.policy);
	question->verdict.bit = RF_NO_BIT;
	question->verdict.shadow_bit = RF_NO_BIT;
	m.left = peer_blocks(m.policy, &question->peer);
	if (question->subject_row == RF_NO_ROW) {
		bpf_loop(m.policy->block_count * RF_BLOCK_WORDS, match_dimensions, &m, 0);
	} else {
		m.left &= blocks_of(m.policy, question->subject_row);
		/* most verdicts fall at the first look: spare them the loop, whose every step is a call */
		if (!match_step(0, &m))
			bpf_loop(m.policy->block_count * (RF_BLOCK_WORDS / GROUP_WORDS + 1), match_step, &m, 0);
	}
	question->verdict.action = action_of(m.policy, question->verdict.bit);
	question->verdict.shadow_action = action_of(m.policy, question->verdict.shadow_bit);
	question->verdict.reason = RF_REASON_POLICY;
	return 0;
}
