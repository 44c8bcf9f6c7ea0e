// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// Whoever in the fence sends, or could send, as a trusted resolver: what comes over loopback may be theirs from then on, and
// counts no more.
#pragma once

#include "address.h"
#include "dns_tables.h"

static __always_inline bool is_unspecified(const struct rf_address *address)
{
	return !address->word[0] && !address->word[1] && !address->word[3] &&
	       (!address->word[2] || address->word[2] == bpf_htonl(0xffff));
}

/* Marks the resolvers with that address, or all where it stands for every one, in a network namespace. IPv6's
 * unspecified address takes IPv4 too. */
static __noinline void mark_impostor(__u64 netns, const struct rf_address *address)
{
	struct rf_dns_settings *settings = the_dns_settings();
	bool everywhere = is_unspecified(address);
	__u32 marked = 0;

	for (__u32 i = 0; settings && i < RF_DNS_RESOLVERS; i++) {
		struct rf_resolver *resolver = &settings->resolvers[i];

		if (i >= settings->resolver_count)
			break;
		if (resolver->netns != netns ||
		    (!everywhere && !same_address((const struct rf_address *)resolver->address, address)))
			continue;
		resolver->forged = 1;
		marked = 1;
	}
	count_dns(RF_DNS_FORGED, marked);
}
