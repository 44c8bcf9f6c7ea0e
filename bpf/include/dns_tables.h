// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// Queries that wait for an answer, and what is counted.
#pragma once

#include "address.h"
#include "dns_name.h"
#include "names.h"

#define DNS_QUERY_SETS 1024
#define DNS_QUERY_NEAR_SETS 4
#define DNS_QUERY_WAYS 8

/* Queries that wait for an answer: a query lies in one of the places of its set, and takes that of the oldest there when
 * all are taken. A hash table costs four times as much, which each look-up would wait for. The first few sets are tried
 * before all others: mostly few queries wait, and those lie in memory that is in the CPU's cache. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, DNS_QUERY_SETS * DNS_QUERY_WAYS);
	__type(key, __u32);
	__type(value, struct rf_dns_query);
} queries SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, RF_DNS_COUNTERS);
	__type(key, __u32);
	__type(value, __u64);
} dns_counters SEC(".maps");

/* All bits if it is not 0. */
static __always_inline __u64 any_bit(__u64 value)
{
	return (__u64)((__s64)(value | -value) >> 63);
}

/* 1 for a resolver that is trusted in a network namespace, else 0. No branch but the loop's own: the verifier walks each
 * step once. Global: verified once. */
__noinline __u32 dns_find_resolver(__u64 netns, const struct rf_address *address)
{
	struct rf_dns_settings *settings = the_dns_settings();
	const __u64 *wanted = (const __u64 *)address;
	__u64 found = 0;

	if (!settings || !address || !netns)
		return 0;
	for (__u32 i = 0; i < RF_DNS_RESOLVERS; i++) {
		const struct rf_resolver *resolver = &settings->resolvers[i];
		const __u64 *known = (const __u64 *)resolver->address;
		__u64 differs = ((resolver->netns ^ netns) & any_bit(resolver->netns)) | (known[0] ^ wanted[0]) | (known[1] ^ wanted[1]);

		differs = (differs | -differs) >> 63; /* 1 unless it is 0 */
		asm volatile("" : "+r"(differs));
		found |= differs ^ 1;
	}
	return found;
}

static __always_inline void count_dns(enum rf_dns_counter kind, __u64 count)
{
	__u32 index = kind;
	__u64 *counter = bpf_map_lookup_elem(&dns_counters, &index);

	if (counter)
		*counter += count;
}
