// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// Where in a packet a DNS message is, and between whom.
#pragma once

#include "dns_room.h"
#include "packet.h"

#define UDP_HEADER 8
#define TCP_URG 0x20

struct tcp_header {
	struct ports ports;
	__be32 sequence;
	__be32 acknowledged;
	__u8 length;
	__u8 flags;
};

static __always_inline bool locate_ipv4(struct __sk_buff *skb, struct dns_packet *p)
{
	struct ipv4_header header;

	if (load_bytes(skb, 0, &header, sizeof(header)) || header.fragment & bpf_htons(IPV4_FRAGMENT_OFFSET))
		return false;
	set_mapped(&p->source, header.source);
	set_mapped(&p->destination, header.destination);
	p->protocol = header.protocol;
	p->transport = (header.version_length & 0xf) * 4;
	return true;
}

static __always_inline bool locate_ipv6(struct __sk_buff *skb, struct dns_packet *p)
{
	struct extension_walk walk = { .skb = skb, .offset = sizeof(struct ipv6_header) };
	struct ipv6_header header;

	if (load_bytes(skb, 0, &header, sizeof(header)))
		return false;
	p->source = header.source;
	p->destination = header.destination;
	walk.next = header.next;
	if (header.next != IPPROTO_UDP && header.next != IPPROTO_TCP) {
		bpf_loop(IPV6_EXTENSIONS, extension_step, &walk, 0);
		if (!walk.done || walk.later_fragment)
			return false;
	}
	p->protocol = walk.next;
	p->transport = walk.offset;
	return true;
}

static __always_inline bool locate_segment(struct __sk_buff *skb, struct dns_packet *p)
{
	struct tcp_header header;

	if (bpf_skb_load_bytes(skb, p->transport, &header, sizeof(header)))
		return false;
	p->source_port = bpf_ntohs(header.ports.source);
	p->destination_port = bpf_ntohs(header.ports.destination);
	p->sequence = bpf_ntohl(header.sequence) + !!(header.flags & TCP_SYN);
	p->acknowledged = bpf_ntohl(header.acknowledged);
	p->urgent = header.flags & TCP_URG;
	p->opens = header.flags & TCP_SYN;
	p->payload = p->transport + (header.length >> 4) * 4;
	return true;
}

/* False for what is no readable packet of UDP or TCP. */
static __always_inline bool locate(struct __sk_buff *skb, struct dns_packet *p)
{
	struct ports ports;

	if (skb->protocol == bpf_htons(ETH_P_IP) ? !locate_ipv4(skb, p) :
	    skb->protocol == bpf_htons(ETH_P_IPV6) ? !locate_ipv6(skb, p) : true)
		return false;
	if (p->protocol == IPPROTO_TCP)
		return locate_segment(skb, p);
	if ((p->protocol != IPPROTO_UDP && p->protocol != IPPROTO_UDPLITE) || load_bytes(skb, p->transport, &ports, sizeof(ports)))
		return false;
	p->source_port = bpf_ntohs(ports.source);
	p->destination_port = bpf_ntohs(ports.destination);
	p->payload = p->transport + UDP_HEADER;
	return true;
}

/* Copies a message of the packet into the room. */
static __always_inline bool load_message(struct __sk_buff *skb, struct dns_message *m, __u32 at, __u32 length)
{
	__u32 last = length - 1;

	if (last >= RF_DNS_MESSAGE_BYTES)
		return false;
	forget(last); /* 6.1 does not see that a length that is not 0 is 1 or more */
	if (bpf_skb_load_bytes(skb, at, m->bytes, last + 1))
		return false;
	m->length = length;
	return true;
}

/* The datagrams of a packet: one, or, where a socket takes or gives several at once (UDP_GRO, UDP_SEGMENT), parts of one
 * size and the rest. */
struct dns_datagrams {
	struct __sk_buff *skb;
	struct bpf_sock *sk;
	struct dns_room *room;
	const struct dns_packet *packet;
	__u32 at;
	__u32 size;
	bool denied;
};

#define DNS_DATAGRAMS 128 /* as many as the kernel puts together */

static __always_inline __u32 datagram_size(struct __sk_buff *skb, const struct dns_packet *p)
{
	return skb->gso_size ? skb->gso_size : skb->len - p->payload;
}

/* The length of the datagram at the present offset; 0 behind the last. */
static __always_inline __u32 datagram_length(const struct dns_datagrams *d)
{
	__u32 end = d->skb->len;

	if (d->at >= end)
		return 0;
	return end - d->at < d->size ? end - d->at : d->size;
}
