// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// What a packet says of itself: the other end, and whether it hides another one.
#pragma once

#include "address.h"
#include "options.h"

#define ETH_P_IP 0x0800
#define ETH_P_IPV6 0x86dd
#define TCP_FLAGS_OFFSET 13
#define TCP_SYN 0x02
#define TCP_ACK 0x10
#define IPV4_FRAGMENT_OFFSET 0x1fff
#define IPV6_FRAGMENT_OFFSET 0xfff8
#define IPV6_EXTENSIONS 8

struct rf_packet {
	struct rf_address address; /* destination of what leaves, source of what arrives */
	__u32 port;
	__u32 protocol;
	bool readable;
	bool source_routed;
	bool opens; /* the first segment of a TCP connection */
	bool arriving;
};

struct ipv4_header {
	__u8 version_length;
	__u8 tos;
	__be16 length;
	__be16 id;
	__be16 fragment;
	__u8 ttl;
	__u8 protocol;
	__be16 checksum;
	__be32 source;
	__be32 destination;
};

struct ipv6_header {
	__be32 flow;
	__be16 length;
	__u8 next;
	__u8 hops;
	struct rf_address source;
	struct rf_address destination;
};

struct ports {
	__be16 source;
	__be16 destination;
};

/* Loads exactly what each header has: never a fixed length that a short packet lacks (kernel-facts 15). */
static __always_inline void read_ports(struct __sk_buff *skb, __u32 offset, bool later_fragment,
				       struct rf_packet *packet)
{
	struct ports ports;
	__u8 flags;

	packet->readable = true;
	if (rule_protocol(packet->protocol) == IPPROTO_ICMP || !rule_protocol(packet->protocol))
		return;
	if (later_fragment || bpf_skb_load_bytes(skb, offset, &ports, sizeof(ports))) {
		packet->readable = false;
		return;
	}
	packet->port = bpf_ntohs(packet->arriving ? ports.source : ports.destination);
	if (packet->protocol != IPPROTO_TCP)
		return;
	if (bpf_skb_load_bytes(skb, offset + TCP_FLAGS_OFFSET, &flags, sizeof(flags)))
		packet->readable = false;
	else
		packet->opens = (flags & (TCP_SYN | TCP_ACK)) == TCP_SYN;
}

static __always_inline void read_ipv4(struct __sk_buff *skb, struct rf_packet *packet)
{
	struct ipv4_header header;
	__u8 option;
	__u32 length;

	if (bpf_skb_load_bytes(skb, 0, &header, sizeof(header)))
		return;
	length = (header.version_length & 0xf) * 4;
	for (__u32 i = sizeof(header); i < 60; i++) {
		if (i >= length)
			break;
		if (bpf_skb_load_bytes(skb, i, &option, sizeof(option)))
			return;
		if (option == IPOPT_LSRR || option == IPOPT_SSRR)
			packet->source_routed = true;
	}
	set_v4(&packet->address, packet->arriving ? header.source : header.destination);
	packet->protocol = header.protocol;
	read_ports(skb, length, header.fragment & bpf_htons(IPV4_FRAGMENT_OFFSET), packet);
}

struct extension_walk {
	struct __sk_buff *skb;
	__u32 offset;
	__u32 next;
	bool routed;
	bool later_fragment;
	bool done;
};

static long extension_step(__u32 index, struct extension_walk *walk)
{
	__u8 header[4];

	switch (walk->next) {
	case 0:   /* hop by hop */
	case 43:  /* routing */
	case 44:  /* fragment */
	case 51:  /* authentication */
	case 60:  /* destination options */
	case 135: /* mobility */
		break;
	default:
		walk->done = true;
		return 1;
	}
	if (bpf_skb_load_bytes(walk->skb, walk->offset, header, sizeof(header)))
		return 1;
	if (walk->next == 43)
		walk->routed = true;
	if (walk->next == 44) {
		walk->later_fragment = ((header[2] << 8) | header[3]) & IPV6_FRAGMENT_OFFSET;
		walk->offset += 8;
	} else if (walk->next == 51) {
		walk->offset += (header[1] + 2) * 4;
	} else {
		walk->offset += (header[1] + 1) * 8;
	}
	walk->next = header[0];
	return 0;
}

static __always_inline void read_ipv6(struct __sk_buff *skb, struct rf_packet *packet)
{
	struct extension_walk walk = { .skb = skb, .offset = sizeof(struct ipv6_header) };
	struct ipv6_header header;

	if (bpf_skb_load_bytes(skb, 0, &header, sizeof(header)))
		return;
	walk.next = header.next;
	bpf_loop(IPV6_EXTENSIONS, extension_step, &walk, 0);
	packet->source_routed = walk.routed;
	if (!walk.done)
		return;
	packet->address = packet->arriving ? header.source : header.destination;
	packet->protocol = walk.next;
	read_ports(skb, walk.offset, walk.later_fragment, packet);
}

static __always_inline void read_packet(struct __sk_buff *skb, struct rf_packet *packet)
{
	if (skb->protocol == bpf_htons(ETH_P_IP))
		read_ipv4(skb, packet);
	else if (skb->protocol == bpf_htons(ETH_P_IPV6))
		read_ipv6(skb, packet);
	if (packet->readable)
		normalize(&packet->address);
}
