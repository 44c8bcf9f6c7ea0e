// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// The verdict on a query: may whoever asks know the addresses of that name?
#pragma once

#include "classify.h"
#include "names.h"

/* Puts the verdict into a question whose subject asks for a name; its hash is known. Global: verified once. */
__noinline int ask_query(struct rf_question *question, const struct rf_name_text *text, __u32 length, __u64 hash)
{
	struct rf_domain *domain = bpf_map_lookup_elem(&domains, &hash);
	struct rf_policy *policy;

	if (!question || !text)
		return 1;
	policy = policy_in(question->slot);
	if (!policy)
		return 1;
	question->peer.address_row = policy->anywhere_row;
	question->peer.name_row = row_of_name(policy, question->slot, domain, hash, text, length);
	question->peer.port_row = 0;
	return decide(question);
}
