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

/* Whom nobody believes any more over loopback: a resolver's address, or zeros for all, by network namespace. Its keys are
 * trusted resolvers, so that there are few. User space never writes it: what is marked stays so. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1024);
	__type(key, struct rf_name_key);
	__type(value, __u32);
} impostors SEC(".maps");

/* IPv6's unspecified address takes IPv4 too. */
static __noinline void mark_impostor(__u64 netns, const struct rf_address *address)
{
	struct rf_dns_settings *settings = the_dns_settings();
	struct rf_name_key key = { .netns = netns };
	__u32 marked = 1;

	/* On a host its resolvers are processes like any other: see may_be_forged(). */
	if (!settings || scope.everyone)
		return;
	if (!is_unspecified(address)) {
		if (!dns_find_resolver(netns, address))
			return;
		__builtin_memcpy(key.address, address, sizeof(key.address));
	} else if (settings->netns != netns) {
		return;
	}
	if (bpf_map_update_elem(&impostors, &key, &marked, BPF_ANY))
		count_loss(RF_LOSS_DNS_NAMES);
	count_dns(RF_DNS_FORGED, 1);
}

/* Could an answer that came over loopback, from a resolver that is trusted, be an impostor's? */
static __noinline bool may_be_impostor(__u64 netns, const __u8 *resolver)
{
	struct rf_name_key key = { .netns = netns };

	if (bpf_map_lookup_elem(&impostors, &key))
		return true;
	__builtin_memcpy(key.address, resolver, sizeof(key.address));
	return bpf_map_lookup_elem(&impostors, &key) != NULL;
}
