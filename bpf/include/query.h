// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// The verdict on a query: may whoever asks know the addresses of that name?
#pragma once

#include "classify.h"
#include "names.h"

/* The row of a name, which is kept with one that was learned for as long as the policy is in force. */
static __always_inline __u32 row_of_question(const struct rf_policy *policy, __u32 slot,
					     const struct rf_name_text *text, __u32 length, __u64 hash)
{
	struct rf_domain *domain = bpf_map_lookup_elem(&domains, &hash);
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

/* Puts the verdict into a question whose subject asks for a name; its hash is known. Global: verified once. */
__noinline int ask_query(struct rf_question *question, const struct rf_name_text *text, __u32 length, __u64 hash)
{
	struct rf_policy *policy;

	if (!question || !text)
		return 1;
	policy = policy_in(question->slot);
	if (!policy)
		return 1;
	question->peer.address_row = policy->anywhere_row;
	question->peer.name_row = row_of_question(policy, question->slot, text, length, hash);
	question->peer.port_row = 0;
	return decide(question);
}
