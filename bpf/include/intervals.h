// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// Address, port and id dimensions are sorted arrays of interval starts; a value belongs to the last start that is
// not above it. The search has no branch on what it compares, so that the verifier walks each step once; a bpf_loop
// costs a call for each step, which is dear where every return is made safe (SRSO, retpolines).
#pragma once

#include "loss.h"

/* Row of the value among the intervals low..high-1; row 1, which holds no bit, where the table is broken, or longer
 * than the scope: closed.
 * Global functions are verified once. */
__noinline __u32 search_intervals(__u32 offset, __u32 low, __u32 high, __u32 value)
{
	__u32 base = offset + low, count = high - low;
	struct rf_interval *entry;
	__u32 index;

	for (__u32 step = 0; step < scope.search_steps && count > 1; step++) {
		__u32 half = count >> 1;
		__u64 below;

		index = base + half;
		entry = bpf_map_lookup_elem(&intervals, &index);
		if (!entry)
			return 1;
		below = ((__u64)entry->start - (__u64)value - 1) >> 63;
		asm volatile("" : "+r"(below)); /* or the compiler makes a branch of it */
		/* negated: of that the verifier knows nothing, so that all steps look alike to it */
		base += half & -below;
		count -= half;
	}
	if (count > 1)
		return 1;
	index = base;
	entry = bpf_map_lookup_elem(&intervals, &index);
	return entry ? entry->row : 1;
}

/* 1 where a - b - borrow is below zero; the difference has room for its sign. */
static __always_inline __u64 borrow_of(__u32 a, __u32 b, __u64 borrow)
{
	borrow = ((__u64)a - (__u64)b - borrow) >> 63;
	asm volatile("" : "+r"(borrow));
	return borrow;
}

/* 1 where `start` is not above the value: all bits of start - value - 1, from the lowest word up. */
static __always_inline __u64 is_reached(const struct rf_interval6 *start, __u64 high, __u64 low)
{
	const __u32 *highs = (const __u32 *)&start->high, *lows = (const __u32 *)&start->low;
	__u64 borrow = borrow_of(lows[0], low, 1);

	borrow = borrow_of(lows[1], low >> 32, borrow);
	borrow = borrow_of(highs[0], high, borrow);
	return borrow_of(highs[1], high >> 32, borrow);
}

__noinline __u32 search_intervals6(__u32 offset, __u32 count, __u64 high, __u64 low)
{
	struct rf_interval6 *entry;
	__u32 base = offset, index;

	for (__u32 step = 0; step < scope.search_steps6 && count > 1; step++) {
		__u32 half = count >> 1;
		__u64 below;

		index = base + half;
		entry = bpf_map_lookup_elem(&intervals6, &index);
		if (!entry)
			return 1;
		below = is_reached(entry, high, low);
		base += half & -below;
		count -= half;
	}
	if (count > 1)
		return 1;
	index = base;
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
