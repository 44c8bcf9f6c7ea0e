// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// Address, port and id dimensions are sorted arrays of interval starts; a value belongs to the last start that is
// not above it. The search runs in bpf_loop: as an unrolled loop it exceeds the verifier's limit (kernel-facts 16).
#pragma once

#include "loss.h"

#define RF_SEARCH_STEPS 21 /* 2^20 intervals */

struct search {
	__u32 offset;
	__u32 low;  /* start <= value */
	__u32 high; /* start > value, or the end */
	__u32 value;
	__u64 high64;
	__u64 low64;
};

static long search_step(__u32 step, struct search *search)
{
	struct rf_interval *entry;
	__u32 middle, index;

	if (search->high - search->low <= 1)
		return 1;
	middle = (search->low + search->high) / 2;
	index = search->offset + middle;
	entry = bpf_map_lookup_elem(&intervals, &index);
	if (!entry)
		return 1;
	if (entry->start <= search->value)
		search->low = middle;
	else
		search->high = middle;
	return 0;
}

static long search6_step(__u32 step, struct search *search)
{
	struct rf_interval6 *entry;
	__u32 middle, index;

	if (search->high - search->low <= 1)
		return 1;
	middle = (search->low + search->high) / 2;
	index = search->offset + middle;
	entry = bpf_map_lookup_elem(&intervals6, &index);
	if (!entry)
		return 1;
	if (entry->high < search->high64 || (entry->high == search->high64 && entry->low <= search->low64))
		search->low = middle;
	else
		search->high = middle;
	return 0;
}

/* Row of the value among the intervals low..high-1; row 1, which holds no bit, where the table is broken: closed.
 * Global functions are verified once. */
__noinline __u32 search_intervals(__u32 offset, __u32 low, __u32 high, __u32 value)
{
	struct search search = { .offset = offset, .low = low, .high = high, .value = value };
	struct rf_interval *entry;
	__u32 index;

	if (high - low > 1)
		bpf_loop(RF_SEARCH_STEPS, search_step, &search, 0);
	index = offset + search.low;
	entry = bpf_map_lookup_elem(&intervals, &index);
	return entry ? entry->row : 1;
}

__noinline __u32 search_intervals6(__u32 offset, __u32 count, __u64 high, __u64 low)
{
	struct search search = { .offset = offset, .high = count, .high64 = high, .low64 = low };
	struct rf_interval6 *entry;
	__u32 index;

	if (count > 1)
		bpf_loop(RF_SEARCH_STEPS, search6_step, &search, 0);
	index = offset + search.low;
	entry = bpf_map_lookup_elem(&intervals6, &index);
	return entry ? entry->row : 1;
}

static __always_inline __u32 interval_row(const struct rf_table *table, __u32 value)
{
	return search_intervals(table->offset, 0, table->count, value);
}

/* The same with a first level: the bucket of the value's high bits knows the interval at its start; so does the next
 * bucket, and the value's interval lies between. */
static __always_inline __u32 indexed_row(const struct rf_table *table, const struct rf_table_index *index, __u32 value)
{
	__u32 bucket = index->offset + (value >> (index->shift & 31));
	__u32 next = bucket + 1;
	__u32 *low, *high;

	if (index->shift > 31)
		return interval_row(table, value);
	low = bpf_map_lookup_elem(&interval_index, &bucket);
	high = bpf_map_lookup_elem(&interval_index, &next);
	if (!low || !high)
		return 1;
	return search_intervals(table->offset, *low, *high + 1, value);
}

static __always_inline __u32 interval6_row(const struct rf_table *table, __u64 high, __u64 low)
{
	return search_intervals6(table->offset, table->count, high, low);
}
