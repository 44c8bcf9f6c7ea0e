// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// For an agent: packets that came for a port where no socket takes them, as a scan sends them. Found where the kernel drops
// them, so that what is delivered costs nothing.
#pragma once

#include "watch.h"

#define RF_STRAYS_TOLD_EACH_SECOND 1000
#define RF_STRAY_TOLD_AGAIN_NS 10000000000ULL
#define RF_SECOND_NS 1000000000ULL
#define STRAY_SYN 0x02
#define STRAY_ACK 0x10

struct rf_stray_key {
	__u8 source[16];
	__u32 net_ns;
	__u16 port;
	__u16 protocol;
};

struct rf_stray_rate {
	__u64 second;
	__u64 told;
	__u64 more;
};

/* Which were told lately: one that comes again is counted only. */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 1); /* an agent raises it */
	__type(key, struct rf_stray_key);
	__type(value, __u64);
} strays SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct rf_stray_rate);
} stray_rate SEC(".maps");

/* An event to fill and to submit; NULL where too many were told in this second, or there is no room. */
static __always_inline struct rf_stray_event *begin_stray(void)
{
	__u64 now = bpf_ktime_get_boot_ns();
	struct rf_stray_event *stray;
	struct rf_stray_rate *rate;
	__u32 zero = 0;

	rate = bpf_map_lookup_elem(&stray_rate, &zero);
	if (!rate)
		return NULL;
	if (rate->second != now / RF_SECOND_NS) {
		rate->second = now / RF_SECOND_NS;
		rate->told = 0;
	}
	if (rate->told++ >= RF_STRAYS_TOLD_EACH_SECOND) {
		rate->more += 1;
		return NULL;
	}
	stray = bpf_ringbuf_reserve(&events, sizeof(*stray), 0);
	if (!stray) {
		count_loss(RF_LOSS_EVENTS);
		return NULL;
	}
	__builtin_memset(stray, 0, sizeof(*stray));
	stray->kind = RF_EVENT_STRAY;
	stray->time_ns = now;
	stray->more = rate->more;
	rate->more = 0;
	return stray;
}

static __always_inline bool was_told_lately(const struct rf_stray_key *key, __u64 now)
{
	__u64 *told = bpf_map_lookup_elem(&strays, key);

	if (told && now - *told < RF_STRAY_TOLD_AGAIN_NS)
		return true;
	bpf_map_update_elem(&strays, key, &now, BPF_ANY);
	return false;
}

static __always_inline bool read_stray_addresses(struct sk_buff *skb, struct rf_stray_event *stray)
{
	__u8 *header = BPF_CORE_READ(skb, head) + BPF_CORE_READ(skb, network_header);
	struct rf_address address = {};
	__be32 v4 = 0;

	if (BPF_CORE_READ(skb, protocol) == bpf_htons(ETH_P_IPV6)) {
		bpf_probe_read_kernel(&stray->protocol, 1, header + 6);
		bpf_probe_read_kernel(stray->source, 16, header + 8);
		return !bpf_probe_read_kernel(stray->address, 16, header + 24);
	}
	if (BPF_CORE_READ(skb, protocol) != bpf_htons(ETH_P_IP))
		return false;
	bpf_probe_read_kernel(&stray->protocol, 1, header + 9);
	bpf_probe_read_kernel(&v4, sizeof(v4), header + 12);
	set_mapped(&address, v4);
	__builtin_memcpy(stray->source, &address, sizeof(stray->source));
	if (bpf_probe_read_kernel(&v4, sizeof(v4), header + 16))
		return false;
	set_mapped(&address, v4);
	__builtin_memcpy(stray->address, &address, sizeof(stray->address));
	return true;
}

/* False for what nobody sends to look for open ports: TCP but for a first segment, and other protocols. */
static __always_inline bool read_stray_ports(struct sk_buff *skb, struct rf_stray_event *stray)
{
	__u8 *header = BPF_CORE_READ(skb, head) + BPF_CORE_READ(skb, transport_header);
	__be16 ports[2] = {};

	if (bpf_probe_read_kernel(ports, sizeof(ports), header))
		return false;
	stray->source_port = bpf_ntohs(ports[0]);
	stray->port = bpf_ntohs(ports[1]);
	if (stray->protocol == IPPROTO_UDP)
		return true;
	if (stray->protocol != IPPROTO_TCP || bpf_probe_read_kernel(&stray->tcp_flags, 1, header + 13))
		return false;
	return (stray->tcp_flags & (STRAY_SYN | STRAY_ACK)) == STRAY_SYN;
}

static __noinline int tell_stray(struct sk_buff *skb)
{
	struct rf_stray_event seen = {}, *stray;
	struct rf_stray_key key = {};

	if (!read_stray_addresses(skb, &seen) || !read_stray_ports(skb, &seen))
		return 0;
	seen.net_ns = BPF_CORE_READ(skb, dev, nd_net.net, ns.inum);
	__builtin_memcpy(key.source, seen.source, sizeof(key.source));
	key.net_ns = seen.net_ns;
	key.port = seen.port;
	key.protocol = seen.protocol;
	/* an answer that says it is of a resolver: each counts */
	if (seen.source_port != DNS_PORT && was_told_lately(&key, bpf_ktime_get_boot_ns()))
		return 0;
	stray = begin_stray();
	if (!stray)
		return 0;
	seen.kind = stray->kind;
	seen.time_ns = stray->time_ns;
	seen.more = stray->more;
	*stray = seen;
	bpf_ringbuf_submit(stray, wake_flags());
	return 0;
}

static __always_inline void look_at_dropped(struct sk_buff *skb, __u32 reason)
{
	if (reason == bpf_core_enum_value(enum skb_drop_reason, SKB_DROP_REASON_NO_SOCKET))
		tell_stray(skb);
}
