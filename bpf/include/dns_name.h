// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// Names on the wire (RFC 1035, 3.1 and 4.1.4): read out of a message, brought to lower case, and hashed.
#pragma once

#include "dns_hash.h"
#include "dns_message.h"

#define DNS_POINTER 0xc0
#define DNS_LABEL_MAX 63
#define DNS_LABELS (RF_DNS_NAME_BYTES / 2)
#define DNS_NO_LABEL 0x40 /* a kind of label that nobody uses */
#define BYTES(byte) (0x0101010101010101ULL * (byte))

/* What a loop changed is looked up again where it is kept, as the verifier does. */
#define forget_registers() asm volatile("" ::: "memory")
/* The compiler takes the value for any, and does not join it with what it was made from. */
#define forget(value) asm volatile("" : "+r"(value))

/* Copies a name of that many bytes, and up to seven more. Both have room for the longest, and are aligned. */
static __always_inline void copy_name(__u8 *to, const __u8 *from, __u32 length)
{
	for (__u32 i = 0; i < RF_DNS_NAME_ROOM; i += 8) {
		if (i >= length)
			break;
		*(__u64 *)&to[i] = *(const __u64 *)&from[i];
	}
}

/* ASCII letters in lower case, eight bytes at once. Lengths of labels are no letters. */
static __always_inline __u64 lower_case(__u64 word)
{
	__u64 low = word & BYTES(0x7f);
	__u64 above_z = low + BYTES(0x7f - 'Z');
	__u64 from_a = low + BYTES(0x80 - 'A');

	return word | ((~word & (from_a ^ above_z) & BYTES(0x80)) >> 2);
}

/* Walks the labels from m->name_at to the pointer or the empty label that ends them, and returns that one's byte. */
static __always_inline __u32 dns_walk_labels(struct dns_message *m)
{
	for (int i = 0; i <= DNS_LABELS; i++) {
		__u32 at, length;

		forget_registers();
		at = m->name_at;
		m->steps++;
		if (at >= m->length)
			break;
		length = dns_u8(m, at);
		if (length - 1 >= DNS_LABEL_MAX)
			return length;
		m->name_at = at + length + 1;
		if (m->name_length + m->name_at - m->name_from > RF_DNS_NAME_BYTES)
			break;
	}
	return DNS_NO_LABEL;
}

/* Appends the labels up to the next pointer, or to the end, to the name; returns the byte behind them. Global, as what
 * follows: verified once. */
__noinline __u32 dns_read_labels(struct dns_message *m)
{
	__u32 from, to, length, last;

	if (!m)
		return DNS_NO_LABEL;
	last = dns_walk_labels(m);
	forget_registers();
	from = m->name_from;
	to = m->name_length & (RF_DNS_NAME_ROOM - 1);
	length = m->name_at - from;
	for (__u32 i = 0; i < RF_DNS_NAME_ROOM; i += 8) {
		if (i >= length)
			break;
		*(__u64 *)&m->name[DNS_NAME_PAD + to + i] = lower_case(*(__u64 *)&m->bytes[(from + i) & DNS_OFFSETS]);
	}
	m->name_length += length;
	return last;
}

/* Goes where the pointer at m->name_at points; false if it may not. */
static __always_inline bool dns_follow_pointer(struct dns_message *m)
{
	__u32 at = m->name_at, target = dns_u16(m, at) & 0x3fff;

	if (at + 1 >= m->length || target < DNS_HEADER || target >= m->name_from)
		return false;
	if (!m->name_hops)
		m->name_end = at + 2;
	m->name_hops++;
	m->name_from = target;
	m->name_at = target;
	return true;
}

static __always_inline void dns_begin_name(struct dns_message *m, __u32 start)
{
	m->name_at = start;
	m->name_from = start;
	m->name_length = 0;
	m->name_hops = 0;
}

/*
 * Reads the name at an offset into m->name, and returns the offset behind it; 0 if it is malformed. A pointer must go to
 * before the place where the labels that it ends began: so no name can point at itself.
 */
__noinline __u32 dns_read_name(struct dns_message *m, __u32 start)
{
	__u32 last;

	if (!m)
		return 0;
	dns_begin_name(m, start);
	for (int i = 0; i <= DNS_HOPS; i++) {
		forget_registers();
		last = dns_read_labels(m);
		if (last && last < DNS_POINTER)
			return 0;
		if (!last) {
			if (!m->name_hops)
				m->name_end = m->name_at + 1;
			return m->steps <= DNS_STEPS ? m->name_end : 0;
		}
		if (!dns_follow_pointer(m))
			return 0;
	}
	return 0;
}

/* The hash of the name read last: as packages/policy/src/dns/name-hash.ts, four bytes at a time from its right end. */
__noinline __u64 dns_name_hash(struct dns_message *m)
{
	struct rf_dns_settings *settings = the_dns_settings();

	if (!m || !settings)
		return 0;
	m->hash = 0;
	m->name_at = m->name_length;
	for (int i = 0; i < RF_DNS_NAME_ROOM / 4; i++) {
		forget_registers();
		if ((__s32)m->name_at <= 0)
			break;
		/* the pad: a word that begins before the name holds zeros */
		m->hash = dns_hash_step(m->hash, settings->secret, dns_load_word(m->name, m->name_at & 0xff));
		m->name_at -= 4;
	}
	return m->hash;
}
