// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// Rows of the flow table. A run has as many as it needs, up to a limit; an agent's go on for ever, so that its rows are
// given to the next flow in turn, and what they had counted goes to user space.
#pragma once

#include "loss.h"

/* Waking the reader costs the caller more than the verdict. The reader looks by itself ten times a second; it is
 * woken when so much waits that the ring could run full before. */
#define RF_WAKE_BYTES (512 * 1024)

static __always_inline __u64 wake_flags(void)
{
	return bpf_ringbuf_query(&events, BPF_RB_AVAIL_DATA) > RF_WAKE_BYTES ? BPF_RB_FORCE_WAKEUP
									      : BPF_RB_NO_WAKEUP;
}

/* A full table still tells denied from allowed. */
static __always_inline __u32 overflow_row(const struct rf_flow_key *key)
{
	count_loss(RF_LOSS_FLOWS);
	return (key->action & 1) | (key->shadow_action & 1) << 1;
}

/* The row that a reference names; the overflow row of what was allowed once it is another flow's. */
static __always_inline struct rf_flow *flow_at(__u32 reference)
{
	__u32 index = reference & RF_FLOW_INDEX;
	struct rf_flow *flow = bpf_map_lookup_elem(&flows, &index);

	if (!scope.everyone || !flow || index < RF_OVERFLOW_ROWS || *(volatile __u32 *)&flow->reference == reference)
		return flow;
	count_loss(RF_LOSS_FLOWS);
	index = 0;
	return bpf_map_lookup_elem(&flows, &index);
}

/* True for a reference to a row that is another flow's by now: whoever holds it asks for a new one. */
static __always_inline bool is_retired(__u32 reference)
{
	__u32 index = reference & RF_FLOW_INDEX;
	struct rf_flow *flow;

	if (!scope.everyone || index < RF_OVERFLOW_ROWS)
		return false;
	flow = bpf_map_lookup_elem(&flows, &index);
	return !flow || *(volatile __u32 *)&flow->reference != reference;
}

static __always_inline void count_verdict(__u32 reference, __u64 now)
{
	struct rf_flow *flow = flow_at(reference);

	if (!flow)
		return;
	__sync_fetch_and_add(&flow->verdicts, 1);
	flow->last_ns = now;
}

static __always_inline void count_sent(__u32 reference, __u32 bytes)
{
	struct rf_flow *flow = flow_at(reference);

	if (flow)
		__sync_fetch_and_add(&flow->sent_bytes, bytes);
}

static __always_inline void count_received(__u32 reference, __u32 bytes)
{
	struct rf_flow *flow = flow_at(reference);

	if (flow)
		__sync_fetch_and_add(&flow->received_bytes, bytes);
}

static __always_inline __u64 take(__u64 *count)
{
	return __sync_lock_test_and_set(count, 0);
}

/* Nobody hears what the row had counted: the totals stay right. */
static __always_inline void keep_totals(struct rf_flow *flow)
{
	__u32 index = overflow_row(&flow->key);
	struct rf_flow *total = bpf_map_lookup_elem(&flows, &index);

	if (!total)
		return;
	__sync_fetch_and_add(&total->verdicts, take(&flow->verdicts));
	__sync_fetch_and_add(&total->sent_bytes, take(&flow->sent_bytes));
	__sync_fetch_and_add(&total->received_bytes, take(&flow->received_bytes));
}

/* Takes a row from its flow. Who counts in it at this very moment counts in the next flow: no count is lost. */
static __always_inline void retire(struct rf_flow *flow, __u32 reference)
{
	__u32 old = flow->reference, *known = bpf_map_lookup_elem(&flow_index, &flow->key);
	struct rf_flow_event *event;

	*(volatile __u32 *)&flow->reference = reference;
	if (!flow->first_ns)
		return; /* was nobody's */
	if (known && *known == old)
		bpf_map_delete_elem(&flow_index, &flow->key);
	event = bpf_ringbuf_reserve(&events, sizeof(*event), 0);
	if (!event) {
		count_loss(RF_LOSS_EVENTS);
		keep_totals(flow);
		return;
	}
	event->kind = RF_EVENT_FLOW;
	event->unused = 0;
	event->time_ns = bpf_ktime_get_boot_ns();
	event->flow = *flow;
	event->flow.reference = old;
	event->flow.verdicts = take(&flow->verdicts);
	event->flow.sent_bytes = take(&flow->sent_bytes);
	event->flow.received_bytes = take(&flow->received_bytes);
	bpf_ringbuf_submit(event, wake_flags());
}

/* A reference to the row whose turn it is, in `reference`; NULL where a run has none left. */
static __always_inline struct rf_flow *next_row(__u32 *reference)
{
	struct rf_fence *state = the_fence();
	__u32 turn, rows, index;
	struct rf_flow *flow;

	if (!state || (!scope.everyone && state->next_flow >= state->flow_limit))
		return NULL;
	turn = __sync_fetch_and_add(&state->next_flow, 1);
	if (!scope.everyone) {
		*reference = turn;
		return bpf_map_lookup_elem(&flows, &turn);
	}
	rows = state->flow_limit - RF_OVERFLOW_ROWS;
	if (!rows)
		return NULL;
	index = RF_OVERFLOW_ROWS + turn % rows;
	flow = bpf_map_lookup_elem(&flows, &index);
	if (!flow)
		return NULL;
	*reference = (turn / rows) << RF_FLOW_INDEX_BITS | index;
	retire(flow, *reference);
	return flow;
}

/* The row that counts this key; an overflow row when the table is full. */
static __always_inline __u32 flow_of(const struct rf_flow_key *key, const struct rf_actor *actor, __u64 now)
{
	__u32 *known = bpf_map_lookup_elem(&flow_index, key);
	struct rf_flow *flow;
	__u32 reference;

	if (known)
		return *known;
	flow = next_row(&reference);
	if (!flow)
		return overflow_row(key);
	flow->key = *key;
	flow->actor = *actor;
	flow->first_ns = now;
	if (!bpf_map_update_elem(&flow_index, key, &reference, BPF_NOEXIST))
		return reference;
	known = bpf_map_lookup_elem(&flow_index, key); /* another CPU was first; our row stays empty */
	return known ? *known : overflow_row(key);
}
