// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// Which names and addresses give way where there are too many. What is learned has a place in a ring; a new entry looks at the
// next few, and takes the one that has expired longest, or else expires first. A walk through the whole table would know that
// exactly, and stop the processor for milliseconds. What user space wrote has no place, and stays.
#pragma once

#include "dns_name.h"
#include "names.h"

#define DNS_PLACES_SEEN 8
#define DNS_NOWHERE (~0U)

enum dns_place_state {
	DNS_PLACE_FREE = 0,
	DNS_PLACE_HELD = 1, /* a program writes it */
	DNS_PLACE_TAKEN = 2,
};

struct dns_domain_place {
	__u64 domain;
	__u32 state; /* enum dns_place_state */
	__u32 unused;
};

struct dns_address_place {
	struct rf_name_key key;
	__u32 state;
	__u32 unused;
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, RF_DOMAINS);
	__type(key, __u32);
	__type(value, struct dns_domain_place);
} domain_places SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, RF_NAMED_ADDRESSES);
	__type(key, __u32);
	__type(value, struct dns_address_place);
} address_places SEC(".maps");

/* Where the next entry begins to look. */
struct dns_hands {
	__u32 domain;
	__u32 address;
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct dns_hands);
} dns_hands SEC(".maps");

static __always_inline struct dns_hands *the_hands(void)
{
	__u32 zero = 0;

	return bpf_map_lookup_elem(&dns_hands, &zero);
}

/* True if the place was in that state, and is the caller's alone now. */
static __always_inline bool hold_place(__u32 *state, __u32 before)
{
	return before != DNS_PLACE_HELD && __sync_val_compare_and_swap(state, before, DNS_PLACE_HELD) == before;
}

static __always_inline __u64 expiry_of_address(const struct rf_name_key *key)
{
	struct rf_names *names = bpf_map_lookup_elem(&addresses, key);
	__u64 expires = 0;

	for (int i = 0; names && i < RF_DNS_NAMES; i++)
		expires = names->live[i].expires_ns > expires ? names->live[i].expires_ns : expires;
	return expires;
}

/* A place for an address, held, and nobody's any more; DNS_NOWHERE if another processor was there first. Global, as the
 * next one: verified once. */
__noinline __u32 dns_take_address_place(__u64 alive)
{
	__u64 first = ~0ULL;
	struct dns_hands *hands = the_hands();
	struct dns_address_place *place;
	__u32 hand, best = 0, state;

	if (!hands)
		return DNS_NOWHERE;
	hand = __sync_fetch_and_add(&hands->address, 1);
	for (__u32 i = 0; i < DNS_PLACES_SEEN && first; i++) {
		__u32 index = (hand + i) & (RF_NAMED_ADDRESSES - 1);
		__u64 expires;

		place = bpf_map_lookup_elem(&address_places, &index);
		if (!place || place->state == DNS_PLACE_HELD)
			continue;
		expires = place->state == DNS_PLACE_TAKEN ? expiry_of_address(&place->key) : 0;
		if (expires < first) {
			first = expires;
			best = index;
		}
		forget(best); /* which step it is from, or the verifier goes on with each apart */
		forget(first);
	}
	place = bpf_map_lookup_elem(&address_places, &best);
	if (!place)
		return DNS_NOWHERE;
	state = place->state;
	if (first == ~0ULL || !hold_place(&place->state, state))
		return DNS_NOWHERE;
	if (state == DNS_PLACE_TAKEN && !bpf_map_delete_elem(&addresses, &place->key) && first > alive)
		count_loss(RF_LOSS_DNS_ADDRESSES);
	return best;
}

/* Writes an address that has no entry yet into a place that is held. False if it has one by now, or there is no memory. */
static __always_inline bool fill_address_place(__u32 index, const struct rf_name_key *key, const struct rf_names *names)
{
	struct dns_address_place *place = bpf_map_lookup_elem(&address_places, &index);
	bool done;

	if (!place)
		return false;
	place->key = *key;
	done = !bpf_map_update_elem(&addresses, key, names, BPF_NOEXIST);
	__sync_lock_test_and_set(&place->state, done ? DNS_PLACE_TAKEN : DNS_PLACE_FREE);
	return done;
}

/* The same for a name. */
__noinline __u32 dns_take_domain_place(__u64 alive)
{
	__u64 first = ~0ULL;
	struct dns_hands *hands = the_hands();
	struct dns_domain_place *place;
	__u32 hand, best = 0, state;

	if (!hands)
		return DNS_NOWHERE;
	hand = __sync_fetch_and_add(&hands->domain, 1);
	for (__u32 i = 0; i < DNS_PLACES_SEEN && first; i++) {
		__u32 index = (hand + i) & (RF_DOMAINS - 1);
		struct rf_domain *domain;
		__u64 expires;

		place = bpf_map_lookup_elem(&domain_places, &index);
		if (!place || place->state == DNS_PLACE_HELD)
			continue;
		domain = bpf_map_lookup_elem(&domains, &place->domain);
		expires = domain && place->state == DNS_PLACE_TAKEN ? domain->expires_ns : 0;
		if (expires < first) {
			first = expires;
			best = index;
		}
		forget(best);
		forget(first);
	}
	place = bpf_map_lookup_elem(&domain_places, &best);
	if (!place)
		return DNS_NOWHERE;
	state = place->state;
	if (first == ~0ULL || !hold_place(&place->state, state))
		return DNS_NOWHERE;
	if (state == DNS_PLACE_TAKEN && !bpf_map_delete_elem(&domains, &place->domain) && first > alive)
		count_loss(RF_LOSS_DNS_NAMES);
	return best;
}

static __always_inline bool fill_domain_place(__u32 index, __u64 hash, const struct rf_domain *domain)
{
	struct dns_domain_place *place = bpf_map_lookup_elem(&domain_places, &index);
	bool done;

	if (!place)
		return false;
	place->domain = hash;
	done = !bpf_map_update_elem(&domains, &hash, domain, BPF_NOEXIST);
	__sync_lock_test_and_set(&place->state, done ? DNS_PLACE_TAKEN : DNS_PLACE_FREE);
	return done;
}
