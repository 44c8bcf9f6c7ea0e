// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// The hash by which names are compared: as packages/policy/src/dns/name-hash.ts.
#pragma once

#include "maps.h"

#define DNS_HASH_PRIME ((1ULL << 61) - 1)

/* The secret point at which names are hashed, and how long names hold. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct rf_dns_settings);
} dns_settings SEC(".maps");

static __always_inline struct rf_dns_settings *the_dns_settings(void)
{
	__u32 zero = 0;

	return bpf_map_lookup_elem(&dns_settings, &zero);
}

/* hash * secret + word, modulo 2^61 - 1. All three are below 2^61, so no sum here is beyond 64 bits. */
static __always_inline __u64 dns_hash_step(__u64 hash, __u64 secret, __u32 word)
{
	__u64 low = (hash & 0xffffffff) * (secret & 0xffffffff);
	__u64 middle = (hash >> 32) * (secret & 0xffffffff) + (hash & 0xffffffff) * (secret >> 32);
	__u64 high = (hash >> 32) * (secret >> 32);
	__u64 below;
	/* 2^61 is 1: 2^64 is 8, and 2^32 times the middle's bits from 29 on is those bits */
	__u64 sum = (high << 3) + (middle >> 29) + ((middle & 0x1fffffff) << 32) + (low >> 61) +
		    (low & DNS_HASH_PRIME) + word;

	sum = (sum >> 61) + (sum & DNS_HASH_PRIME); /* below twice the prime */
	below = (sum - DNS_HASH_PRIME) >> 63;
	asm volatile("" : "+r"(below)); /* or the compiler makes a branch of it, at which the verifier splits */
	return sum - (DNS_HASH_PRIME & (below - 1));
}
