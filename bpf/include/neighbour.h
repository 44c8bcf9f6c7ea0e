// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// For an agent: which hardware address this host sends to for a neighbour's address, when that changes. Seen where the
// kernel believes it, so that no packet is read, and nothing is attached to an interface.
#pragma once

#include "watch.h"

/* enum of linux/neighbour.h */
#define NUD_INCOMPLETE 0x01
#define NUD_REACHABLE 0x02
#define NUD_DELAY 0x08
#define NUD_PROBE 0x10
#define NUD_VALID 0xde
#define NEIGHBOURS_TOLD_EACH_SECOND 200

struct neighbour_rate {
	__u64 second;
	__u64 told;
};

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct neighbour_rate);
} neighbour_rate SEC(".maps");

/* What is not told is counted as lost. */
static __always_inline bool may_tell_neighbour(__u64 now)
{
	__u32 zero = 0;
	struct neighbour_rate *rate = bpf_map_lookup_elem(&neighbour_rate, &zero);

	if (!rate)
		return false;
	if (rate->second != now / 1000000000ULL) {
		rate->second = now / 1000000000ULL;
		rate->told = 0;
	}
	if (rate->told >= NEIGHBOURS_TOLD_EACH_SECOND) {
		count_loss(RF_LOSS_EVENTS);
		return false;
	}
	rate->told += 1;
	return true;
}

static __always_inline bool read_neighbour_address(struct neighbour *entry, struct rf_neighbour_event *event)
{
	int family = BPF_CORE_READ(entry, tbl, family);
	const void *key = (const void *)entry + bpf_core_field_offset(struct neighbour, primary_key);
	struct rf_address address = {};
	__be32 v4 = 0;

	if (family == 10 /* AF_INET6 */)
		return !bpf_probe_read_kernel(event->address, sizeof(event->address), key);
	if (family != 2 /* AF_INET */ || bpf_probe_read_kernel(&v4, sizeof(v4), key))
		return false;
	set_mapped(&address, v4);
	__builtin_memcpy(event->address, &address, sizeof(event->address));
	return true;
}

static __always_inline bool same_mac(const __u8 *a, const __u8 *b)
{
	for (__u32 i = 0; i < RF_MAC_BYTES; i++)
		if (a[i] != b[i])
			return false;
	return true;
}

static __always_inline void follow_neighbour(struct neighbour *entry, const __u8 *hardware, __u8 next)
{
	struct rf_neighbour_event event = { .kind = RF_EVENT_NEIGHBOUR };
	__u8 state = BPF_CORE_READ(entry, nud_state);

	if (!hardware || BPF_CORE_READ(entry, dev, addr_len) != RF_MAC_BYTES)
		return;
	bpf_probe_read_kernel(event.now, sizeof(event.now), hardware);
	if (state & NUD_VALID)
		bpf_probe_read_kernel(event.before, sizeof(event.before),
				      (const void *)entry + bpf_core_field_offset(struct neighbour, ha));
	event.unasked = next == NUD_REACHABLE && !(state & (NUD_INCOMPLETE | NUD_DELAY | NUD_PROBE));
	if (!event.unasked && same_mac(event.before, event.now))
		return;
	event.time_ns = bpf_ktime_get_boot_ns();
	if (!read_neighbour_address(entry, &event) || !may_tell_neighbour(event.time_ns))
		return;
	event.net_ns = BPF_CORE_READ(entry, dev, nd_net.net, ns.inum);
	event.ifindex = BPF_CORE_READ(entry, dev, ifindex);
	if (bpf_ringbuf_output(&events, &event, sizeof(event), wake_flags()))
		count_loss(RF_LOSS_EVENTS);
}
