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
#define NEAR 0xff

enum packet_flag {
	PACKET_READABLE = 1,
	PACKET_SOURCE_ROUTED = 2,
	PACKET_OPENS = 4, /* the first segment of a TCP connection */
};

enum packet_direction {
	PACKET_LEAVES,
	PACKET_ARRIVES,
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

/* What lies in the packet's first piece is read there, which spares a call; the rest is the helper's. */
static __always_inline long load_bytes(struct __sk_buff *skb, __u32 offset, void *to, __u32 size)
{
	void *from = (void *)(long)skb->data + (offset & NEAR);

	if (offset > NEAR || from + size > (void *)(long)skb->data_end)
		return bpf_skb_load_bytes(skb, offset, to, size);
	__builtin_memcpy(to, __builtin_assume_aligned(from, 4), size); /* or it is copied byte by byte */
	return 0;
}

/* Loads exactly what each header has: never a fixed length that a short packet lacks (kernel-facts 15). */
static __always_inline __u32 read_ports(struct __sk_buff *skb, __u32 offset, bool later_fragment,
					enum packet_direction direction, struct rf_call *call)
{
	struct ports ports;
	__u8 flags;

	if (!has_ports(call->protocol))
		return PACKET_READABLE;
	if (later_fragment || load_bytes(skb, offset, &ports, sizeof(ports)))
		return 0;
	call->port = bpf_ntohs(direction == PACKET_ARRIVES ? ports.source : ports.destination);
	if (call->protocol != IPPROTO_TCP)
		return PACKET_READABLE;
	if (bpf_skb_load_bytes(skb, offset + TCP_FLAGS_OFFSET, &flags, sizeof(flags)))
		return 0;
	return (flags & (TCP_SYN | TCP_ACK)) == TCP_SYN ? PACKET_READABLE | PACKET_OPENS : PACKET_READABLE;
}

/* IPv4 options of a packet: no more than 40 bytes. */
static __always_inline bool packet_source_routed(struct __sk_buff *skb, __u32 length)
{
	__u8 option;

	for (__u32 i = sizeof(struct ipv4_header); i < 60; i++) {
		if (i >= length)
			return false;
		if (bpf_skb_load_bytes(skb, i, &option, sizeof(option)))
			return true;
		if (option == IPOPT_LSRR || option == IPOPT_SSRR)
			return true;
	}
	return false;
}

static __always_inline __u32 read_ipv4(struct __sk_buff *skb, enum packet_direction direction, struct rf_call *call)
{
	struct ipv4_header header;
	__u32 length, flags;

	if (load_bytes(skb, 0, &header, sizeof(header)))
		return 0;
	length = (header.version_length & 0xf) * 4;
	set_mapped(&call->address, direction == PACKET_ARRIVES ? header.source : header.destination);
	call->protocol = header.protocol;
	flags = read_ports(skb, length, header.fragment & bpf_htons(IPV4_FRAGMENT_OFFSET), direction, call);
	if (length > sizeof(header) && packet_source_routed(skb, length))
		flags |= PACKET_SOURCE_ROUTED;
	return flags;
}

struct extension_walk {
	struct __sk_buff *skb;
	__u32 offset;
	__u32 next;
	__u32 routed;
	__u32 later_fragment;
	__u32 done;
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
		walk->done = 1;
		return 1;
	}
	if (bpf_skb_load_bytes(walk->skb, walk->offset, header, sizeof(header)))
		return 1;
	if (walk->next == 43)
		walk->routed = 1;
	if (walk->next == 44) {
		walk->later_fragment |= ((header[2] << 8) | header[3]) & IPV6_FRAGMENT_OFFSET;
		walk->offset += 8;
	} else if (walk->next == 51) {
		walk->offset += (header[1] + 2) * 4;
	} else {
		walk->offset += (header[1] + 1) * 8;
	}
	walk->next = header[0];
	return 0;
}

static __always_inline __u32 read_ipv6(struct __sk_buff *skb, enum packet_direction direction, struct rf_call *call)
{
	struct extension_walk walk = { .skb = skb, .offset = sizeof(struct ipv6_header) };
	struct ipv6_header header;
	__u32 routed;

	if (load_bytes(skb, 0, &header, sizeof(header)))
		return 0;
	call->address = direction == PACKET_ARRIVES ? header.source : header.destination;
	walk.next = header.next;
	bpf_loop(IPV6_EXTENSIONS, extension_step, &walk, 0);
	routed = walk.routed ? PACKET_SOURCE_ROUTED : 0;
	if (!walk.done)
		return routed;
	call->protocol = walk.next;
	return routed | read_ports(skb, walk.offset, walk.later_fragment, direction, call);
}

/* Fills in the other end; returns enum packet_flag. Global: verified once a program, however often it is called. */
__noinline __u32 read_packet(struct __sk_buff *skb, __u32 direction, struct rf_call *call)
{
	__u32 flags = 0;

	if (!call)
		return 0;

	if (skb->protocol == bpf_htons(ETH_P_IP))
		flags = read_ipv4(skb, direction, call);
	else if (skb->protocol == bpf_htons(ETH_P_IPV6))
		flags = read_ipv6(skb, direction, call);
	/* What names no source comes from nobody, least of all from loopback. */
	if (direction == PACKET_LEAVES)
		normalize(&call->address);
	return flags;
}
