// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// What is known of names: addresses with their names, names with their text, and what the policy says of a name.
#pragma once

#include "dns_hash.h"
#include "loss.h"

#define DNS_PORT 53
#define NAME_LABELS (RF_DNS_NAME_BYTES / 2)
#define NAME_WORDS (RF_DNS_NAME_ROOM / 4)

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, RF_DOMAINS + RF_HOSTS);
	__type(key, __u64);
	__type(value, struct rf_domain);
} domains SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, RF_NAMED_ADDRESSES + RF_HOSTS);
	__type(key, struct rf_name_key);
	__type(value, struct rf_names);
} addresses SEC(".maps");

/* Names that policies list, with the bits of those rules. A name without an entry of its own has that of the nearest
 * wildcard above it, whose row knows those above that. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1);
	__type(key, struct rf_listed_name);
	__type(value, __u32);
} listed_names SEC(".maps");

/* What expired after this still counts: the policy gives names some time more. */
static __always_inline __u64 alive_since(const struct rf_policy *policy, __u64 now)
{
	return now > policy->grace_ns ? now - policy->grace_ns : 0;
}

static __always_inline __u32 word_at(const struct rf_name_text *text, __u32 at)
{
	return *(volatile const __u32 *)(text->bytes + (at & (RF_DNS_NAME_ROOM - 1)));
}

struct suffix_walk {
	const struct rf_name_text *text;
	__u64 hash;
	__u64 secret;
	__u32 from;
	__u32 end;
};

static long hash_word(__u32 index, struct suffix_walk *walk)
{
	__u32 left = walk->end - walk->from, word;

	if (left - 1 >= RF_DNS_NAME_ROOM)
		return 1;
	walk->end -= 4;
	/* what is shorter than a word is filled up with zeros before it */
	word = left < 4 ? word_at(walk->text, walk->from) << 8 * (4 - left) : word_at(walk->text, walk->end);
	walk->hash = dns_hash_step(walk->hash, walk->secret, word);
	return left < 4;
}

/* The hash of a name's end, from a label on. */
static __always_inline __u64 hash_of_suffix(const struct rf_name_text *text, __u32 from, __u32 end)
{
	struct suffix_walk walk = { .text = text, .from = from, .end = end };
	struct rf_dns_settings *settings = the_dns_settings();

	if (!settings)
		return 0;
	walk.secret = settings->secret;
	bpf_loop(NAME_WORDS, hash_word, &walk, 0);
	return walk.hash;
}

struct label_walk {
	const struct rf_name_text *text;
	__u32 length;
	__u32 at;     /* where the label at hand begins */
	__u32 labels; /* from there on */
	__u32 slot;
	__u32 depth;
	__u32 row;
};

static __always_inline __u32 label_length(const struct label_walk *walk)
{
	return walk->at < walk->length ? walk->text->bytes[walk->at & (RF_DNS_NAME_ROOM - 1)] : 0;
}

static long count_label(__u32 index, struct label_walk *walk)
{
	__u32 length = label_length(walk);

	if (!length)
		return 1;
	walk->labels++;
	walk->at += length + 1;
	return 0;
}

/* Leaves one label behind, and looks for a wildcard above the rest. */
static long leave_label(__u32 index, struct label_walk *walk)
{
	struct rf_listed_name wanted = { .slot = walk->slot, .wildcard = 1 };
	__u32 length = label_length(walk);
	__u32 *row;

	if (!length || walk->labels <= 1)
		return 1;
	walk->at += length + 1;
	walk->labels--;
	if (walk->labels > walk->depth)
		return 0;
	wanted.hash = hash_of_suffix(walk->text, walk->at, walk->length);
	row = bpf_map_lookup_elem(&listed_names, &wanted);
	if (!row)
		return 0;
	walk->row = *row;
	return 1;
}

/* The row of the nearest wildcard above a name. */
static __always_inline __u32 row_of_wildcard(const struct rf_policy *policy, __u32 slot,
					     const struct rf_name_text *text, __u32 length)
{
	struct label_walk walk = { .text = text, .length = length, .slot = slot, .row = RF_EMPTY_ROW };

	if (!policy->name_depth)
		return RF_EMPTY_ROW;
	walk.depth = policy->name_depth;
	/* Zero, which the verifier must not know: Linux 6.1 walks a loop's step once, takes what it counts to for the result, and
	 * removes the code that this would never reach. */
	walk.labels = policy->slot ^ slot;
	bpf_loop(NAME_LABELS, count_label, &walk, 0);
	walk.at = 0;
	bpf_loop(NAME_LABELS, leave_label, &walk, 0);
	return walk.row;
}

/* The row of a name that the policy lists itself, or RF_NO_ROW. */
static __always_inline __u32 listed_row(__u64 hash, __u32 slot)
{
	struct rf_listed_name wanted = { .hash = hash, .slot = slot };
	__u32 *row = bpf_map_lookup_elem(&listed_names, &wanted);

	return row ? *row : RF_NO_ROW;
}

/* The row of a name by its hash and text. A name that was learned keeps it for as long as the policy is in force. */
static __always_inline __u32 row_of_name(const struct rf_policy *policy, __u32 slot, struct rf_domain *domain, __u64 hash,
					 const struct rf_name_text *text, __u32 length)
{
	__u64 known = domain ? *(volatile __u64 *)&domain->row : 0;
	__u32 row;

	if (known >> 32 == policy->generation)
		return known;
	row = listed_row(hash, slot);
	if (row == RF_NO_ROW)
		row = row_of_wildcard(policy, slot, text, length);
	if (domain)
		*(volatile __u64 *)&domain->row = (__u64)policy->generation << 32 | row;
	return row;
}

/* The row of a name that an address has; by its hash alone where its text was forgotten. Global: verified once. */
__noinline __u32 row_of_domain(__u64 hash, __u32 slot)
{
	struct rf_domain *domain = bpf_map_lookup_elem(&domains, &hash);
	struct rf_policy *policy = policy_in(slot);
	__u32 row;

	if (!policy)
		return RF_EMPTY_ROW;
	if (domain)
		return row_of_name(policy, slot, domain, hash, &domain->name, domain->name_length);
	row = listed_row(hash, slot);
	return row == RF_NO_ROW ? RF_EMPTY_ROW : row;
}
