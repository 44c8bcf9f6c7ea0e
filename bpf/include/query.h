// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// The verdict on a query: may whoever asks know the addresses of that name?
#pragma once

#include "classify.h"
#include "names.h"

/* Puts the verdict into a question whose subject asks for a name; its hash is known. Global: verified once. */
__noinline int ask_query(struct rf_question *question, const struct rf_name_text *text, __u32 length, __u64 hash)
{
	struct rf_policy *policy;
	__u32 row;

	if (!question || !text)
		return 1;
	policy = policy_in(question->slot);
	if (!policy)
		return 1;
	row = listed_row(hash, policy->slot);
	if (row == RF_NO_ROW)
		row = row_of_wildcard(policy, text, length);
	question->peer.address_row = policy->anywhere_row;
	question->peer.name_row = row;
	question->peer.port_row = 0;
	return decide(question);
}
