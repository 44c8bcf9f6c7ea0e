// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// Queries that wait for an answer, and room for names where their tables are full.
#pragma once

#include "address.h"
#include "dns_name.h"
#include "names.h"

#define DNS_SWEEP_NS 100000000ULL /* a full table is looked through once in so long */
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
		__u64 differs = (resolver->netns ^ netns) | (known[0] ^ wanted[0]) | (known[1] ^ wanted[1]);

		differs = (differs | -differs) >> 63; /* 1 unless it is 0 */
		asm volatile("" : "+r"(differs));
		found |= differs ^ 1;
	}
	return found;
}

enum dns_table {
	DNS_TABLE_DOMAINS = 0,
	DNS_TABLE_ADDRESSES = 1,
	DNS_TABLES = 2,
};

/* A walk through a full table: what expired goes, and if nothing had, what expires first. In a map, as what a loop counts
 * on the stack is one more state to the verifier with each step. */
struct dns_sweep {
	__u64 now; /* when the last walk began: nobody begins another one while it lasts */
	__u64 first; /* when the entry below expires */
	__u64 removed;
	union {
		struct rf_name_key address;
		__u64 domain;
	} key;
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, DNS_TABLES);
	__type(key, __u32);
	__type(value, struct dns_sweep);
} dns_sweeps SEC(".maps");

static __always_inline void count_dns(enum rf_dns_counter kind, __u64 count)
{
	__u32 index = kind;
	__u64 *counter = bpf_map_lookup_elem(&dns_counters, &index);

	if (counter)
		*counter += count;
}

struct dns_walk {
	struct dns_sweep *sweep;
};

/* True if the entry is to be kept as the one that expires first so far. */
static __always_inline bool is_first(struct dns_sweep *sweep, __u64 expires)
{
	if (expires >= sweep->first)
		return false;
	sweep->first = expires;
	return true;
}

static long sweep_domain(struct bpf_map *map, __u64 *key, struct rf_domain *domain, struct dns_walk *walk)
{
	struct dns_sweep *sweep = walk->sweep;

	if (domain->expires_ns <= sweep->now)
		sweep->removed += !bpf_map_delete_elem(map, key);
	else if (is_first(sweep, domain->expires_ns))
		sweep->key.domain = *key;
	return 0;
}

static long sweep_address(struct bpf_map *map, struct rf_name_key *key, struct rf_names *names, struct dns_walk *walk)
{
	struct dns_sweep *sweep = walk->sweep;
	__u64 expires = names->live[0].expires_ns;

	for (int i = 1; i < RF_DNS_NAMES; i++)
		expires = names->live[i].expires_ns > expires ? names->live[i].expires_ns : expires;
	if (expires <= sweep->now)
		sweep->removed += !bpf_map_delete_elem(map, key);
	else if (is_first(sweep, expires))
		sweep->key.address = *key;
	return 0;
}

/* NULL where the table was looked through a moment ago. */
static __always_inline struct dns_sweep *begin_sweep(enum dns_table table)
{
	__u32 index = table;
	struct dns_sweep *sweep = bpf_map_lookup_elem(&dns_sweeps, &index);
	__u64 now = bpf_ktime_get_boot_ns(), last;

	if (!sweep)
		return NULL;
	last = *(volatile __u64 *)&sweep->now;
	if (now - last < DNS_SWEEP_NS || __sync_val_compare_and_swap(&sweep->now, last, now) != last)
		return NULL;
	sweep->first = RF_DNS_FOREVER_NS; /* what does not expire stays */
	sweep->removed = 0;
	return sweep;
}

/* Nothing had expired, and the entry in the key is the one that does first. */
static __always_inline bool gives_place(const struct dns_sweep *sweep)
{
	return !sweep->removed && sweep->first < RF_DNS_FOREVER_NS;
}

/* Global, as the next one: verified once. Called when an insertion found its table full. */
__noinline int dns_sweep_domains(void)
{
	struct dns_walk walk = { .sweep = begin_sweep(DNS_TABLE_DOMAINS) };

	if (!walk.sweep)
		return 0;
	bpf_for_each_map_elem(&domains, sweep_domain, &walk, 0);
	if (gives_place(walk.sweep) && !bpf_map_delete_elem(&domains, &walk.sweep->key.domain))
		count_loss(RF_LOSS_DNS_NAMES);
	return 0;
}

__noinline int dns_sweep_addresses(void)
{
	struct dns_walk walk = { .sweep = begin_sweep(DNS_TABLE_ADDRESSES) };

	if (!walk.sweep)
		return 0;
	bpf_for_each_map_elem(&addresses, sweep_address, &walk, 0);
	if (gives_place(walk.sweep) && !bpf_map_delete_elem(&addresses, &walk.sweep->key.address))
		count_loss(RF_LOSS_DNS_ADDRESSES);
	return 0;
}
