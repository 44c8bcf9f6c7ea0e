// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// Room for one DNS message and what is read out of it. Everything that a loop changes is kept here and not in
// registers: what is loaded from a map is any number to the verifier, so one step of a loop looks like the next.
#pragma once

#include "abi.h"
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>
#include <stdbool.h>

#define DNS_HEADER 12
#define DNS_OFFSETS 0xffff
#define DNS_HOPS 16
#define DNS_STEPS 16384
#define DNS_NAME_PAD 4
#define DNS_CHUNK 4096 /* copied at once */

struct dns_message {
	__u32 busy; /* 1: a program works with it */
	__u32 length;
	/* read from the header and the question */
	__u32 id;
	__u32 flags;
	__u32 type;
	__u32 class;
	__u64 question; /* hash of the name that was asked for */
	/* where reading is */
	__u32 fault; /* enum rf_dns_fault */
	__u32 at;
	__u32 steps;   /* labels and pointers walked */
	__u32 options; /* an OPT record was seen */
	__u64 target;  /* hash of the name whose records count */
	__u32 target_at;
	__u32 target_ttl;
	/* the name read last */
	__u32 name_at;
	__u32 name_from; /* where the labels since the last pointer began */
	__u32 name_end;
	__u32 name_length;
	__u32 name_hops;
	__u64 hash;
	__u8 name[DNS_NAME_PAD + 2 * RF_DNS_NAME_ROOM + 8]; /* in lower case; zeros before it end its last word */
	/* result */
	__u32 count;
	__u32 beyond; /* addresses that found no room */
	struct rf_dns_found found[RF_DNS_ADDRESSES];
	__u8 bytes[DNS_OFFSETS + 1 + DNS_CHUNK]; /* what is read or written from any offset stays inside */
};

/* A load from any offset; where the compiler could see that it need not be aligned, it would take the bytes singly. */
static __always_inline __u32 dns_load_word(const __u8 *bytes, __u32 at)
{
	return *(volatile const __u32 *)(bytes + at);
}

/* Zero, which the verifier does not know. Linux 6.1 walks a loop's step only once, from what is known before the loop, and
 * removes the code that it finds dead: a step must not find a number there that later steps change. */
static __always_inline __u32 dns_hidden_zero(const struct dns_message *m)
{
	return *(volatile const __u32 *)&m->length ^ *(volatile const __u32 *)&m->length;
}

static __always_inline __u32 dns_u8(const struct dns_message *m, __u32 at)
{
	return m->bytes[at & DNS_OFFSETS];
}

static __always_inline __u32 dns_u16(const struct dns_message *m, __u32 at)
{
	return bpf_ntohs(*(const __be16 *)&m->bytes[at & DNS_OFFSETS]);
}

static __always_inline __u32 dns_u32(const struct dns_message *m, __u32 at)
{
	return bpf_ntohl(*(const __be32 *)&m->bytes[at & DNS_OFFSETS]);
}
