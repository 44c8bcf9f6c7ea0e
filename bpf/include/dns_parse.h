// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// Reads a DNS message as packages/policy/src/dns/parse-message.ts does, which is the reference: what is well-formed, and
// which addresses count for the name that was asked. Sources: RFC 1035, 2181, 3596, 6891, 9460.
#pragma once

#include "dns_name.h"

#define DNS_FIXED 10
#define DNS_CLASS_IN 1
/* A record has 11 bytes or more, so no message holds so many; a service record's parameters and addresses likewise. */
#define DNS_RECORDS 6000
#define DNS_HINT_STEPS 16500

enum dns_type {
	DNS_A = 1,
	DNS_CNAME = 5,
	DNS_AAAA = 28,
	DNS_OPT = 41,
	DNS_SVCB = 64,
	DNS_HTTPS = 65,
};

enum dns_hint_key {
	DNS_IPV4_HINT = 4,
	DNS_IPV6_HINT = 6,
};

struct dns_record {
	struct dns_message *m;
	__u32 data;
	__u32 end;
	__u32 ttl;
	__u32 counts; /* of the name whose records count, and in the answer section */
	/* a service record's parameter, and what is left of its addresses */
	__s32 key;
	__u32 size;
	__u32 hints_end;
	__u32 is_alias;
	__u32 failed;
};

static __always_inline void dns_take(struct dns_message *m, __u32 at, __u32 family, __u32 ttl)
{
	struct rf_dns_found *found;

	if (m->count >= RF_DNS_ADDRESSES) {
		m->beyond++;
		return;
	}
	found = &m->found[m->count & (RF_DNS_ADDRESSES - 1)];
	found->ttl = ttl < m->target_ttl ? ttl : m->target_ttl;
	found->at = at;
	found->family = family;
	m->count++;
}

/* One address of a hint, or the next parameter. */
static long dns_hint_step(__u32 index, struct dns_record *r)
{
	struct dns_message *m = r->m;
	__u32 key, length;

	if (r->data < r->hints_end) {
		if (r->counts && !r->is_alias)
			dns_take(m, r->data, r->size == 4 ? 4 : 6, r->ttl);
		r->data += r->size;
		return 0;
	}
	if (r->data >= r->end)
		return 1;
	r->failed = 1;
	if (r->end - r->data < 4)
		return 1;
	key = dns_u16(m, r->data);
	length = dns_u16(m, r->data + 2);
	r->data += 4;
	if ((__s32)key <= r->key || length > r->end - r->data)
		return 1;
	r->key = key;
	if (key == DNS_IPV4_HINT || key == DNS_IPV6_HINT) {
		r->size = key == DNS_IPV4_HINT ? 4 : 16;
		if (!length || length & (r->size - 1))
			return 1;
		r->hints_end = r->data + length;
	} else {
		r->data += length;
	}
	r->failed = 0;
	return 0;
}

static __always_inline __u32 dns_read_service(struct dns_record *r)
{
	struct dns_message *m = r->m;
	__u32 end;

	if (r->end - r->data < 3)
		return RF_DNS_DATA;
	r->is_alias = !dns_u16(m, r->data);
	end = dns_read_name(m, r->data + 2);
	if (!end)
		return RF_DNS_NAME;
	if (m->name_hops || end > r->end)
		return RF_DNS_DATA;
	r->data = end;
	r->key = -1 - dns_hidden_zero(m);
	r->hints_end = dns_hidden_zero(m);
	bpf_loop(DNS_HINT_STEPS, dns_hint_step, r, 0);
	return r->failed ? RF_DNS_DATA : RF_DNS_WELL_FORMED;
}

static __always_inline __u32 dns_read_alias(struct dns_record *r)
{
	struct dns_message *m = r->m;
	__u32 end = dns_read_name(m, r->data);

	if (!end)
		return RF_DNS_NAME;
	if (end != r->end)
		return RF_DNS_DATA;
	if (!r->counts)
		return RF_DNS_WELL_FORMED;
	m->target = dns_name_hash(m);
	m->target_at = r->data;
	if (r->ttl < m->target_ttl)
		m->target_ttl = r->ttl;
	return RF_DNS_WELL_FORMED;
}

static __always_inline __u32 dns_read_data(struct dns_record *r, __u32 type)
{
	__u32 length = r->end - r->data;

	switch (type) {
	case DNS_A:
	case DNS_AAAA:
		if (length != (type == DNS_A ? 4 : 16))
			return RF_DNS_DATA;
		if (r->counts)
			dns_take(r->m, r->data, type == DNS_A ? 4 : 6, r->ttl);
		return RF_DNS_WELL_FORMED;
	case DNS_CNAME:
		return dns_read_alias(r);
	case DNS_SVCB:
	case DNS_HTTPS:
		return dns_read_service(r);
	default:
		return RF_DNS_WELL_FORMED;
	}
}

static __always_inline bool dns_is_looked_into(__u32 type)
{
	return type == DNS_A || type == DNS_AAAA || type == DNS_CNAME || type == DNS_SVCB || type == DNS_HTTPS;
}

/* Where the owner ends, and in `is_target` whether it is written as a pointer to the name whose records count. */
static __always_inline __u32 dns_read_owner(struct dns_message *m, __u32 at, bool *is_target)
{
	/* no pointer reaches further than 14 bits */
	*is_target = at + 2 <= m->length && m->target_at < 0x4000 &&
		     dns_u16(m, at) == ((DNS_POINTER << 8) | m->target_at);
	if (!*is_target)
		return dns_read_name(m, at);
	m->steps++;
	return at + 2;
}

/* Reads the record at m->at. Global: its stack is not the loop's. */
__noinline __u32 dns_read_record(struct dns_message *m, __u32 is_answer, __u32 is_additional)
{
	struct dns_record r = { .m = m };
	__u32 owner, type;
	bool is_target;

	if (!m)
		return RF_DNS_RECORD;
	owner = dns_read_owner(m, m->at, &is_target);
	if (!owner)
		return RF_DNS_NAME;
	if (owner + DNS_FIXED > m->length)
		return RF_DNS_RECORD;
	type = dns_u16(m, owner);
	r.ttl = dns_u32(m, owner + 4);
	if (r.ttl > 0x7fffffff)
		r.ttl = 0;
	r.data = owner + DNS_FIXED;
	r.end = r.data + dns_u16(m, owner + 8);
	if (r.end > m->length)
		return RF_DNS_RECORD;
	m->at = r.end;
	if (type == DNS_OPT) {
		if (!is_additional || is_target || m->name_length || m->options)
			return RF_DNS_DATA;
		m->options = 1;
		return RF_DNS_WELL_FORMED;
	}
	if (dns_u16(m, owner + 2) != DNS_CLASS_IN || !dns_is_looked_into(type))
		return RF_DNS_WELL_FORMED;
	r.counts = is_answer && (is_target || dns_name_hash(m) == m->target);
	return dns_read_data(&r, type);
}

struct dns_sections {
	struct dns_message *m;
	__u32 answers;
	__u32 authorities; /* the first of what follows the answers and these */
	__u32 total;
};

static long dns_record_step(__u32 index, struct dns_sections *s)
{
	struct dns_message *m = s->m;

	if (index >= s->total)
		return 1;
	m->fault = dns_read_record(m, index < s->answers, index >= s->authorities);
	return m->fault != RF_DNS_WELL_FORMED;
}

/* Reads the records from m->at on, of an answer whose question is known. Global: read in two places, verified once. */
__noinline __u32 dns_read_records(struct dns_message *m)
{
	struct dns_sections s = { .m = m };

	if (!m)
		return RF_DNS_SHORT;
	s.answers = dns_u16(m, 6);
	s.authorities = s.answers + dns_u16(m, 8);
	s.total = s.authorities + dns_u16(m, 10);
	m->target = m->question;
	m->target_at = DNS_HEADER;
	m->target_ttl = 0xffffffff;
	m->options = 0;
	m->count = 0;
	m->beyond = 0;
	m->fault = RF_DNS_WELL_FORMED;
	bpf_loop(DNS_RECORDS, dns_record_step, &s, 0);
	if (!m->fault && m->at != m->length)
		m->fault = RF_DNS_TRAILING;
	if (m->fault || m->flags & RF_DNS_RCODE_BITS || m->class != DNS_CLASS_IN) {
		m->count = 0;
		m->beyond = 0;
	}
	return m->fault;
}

/* The question's name is the first: there is nothing before it that a pointer could point at. */
static __always_inline __u32 dns_read_question(struct dns_message *m)
{
	__u32 end;

	if (m->length < DNS_HEADER)
		return RF_DNS_SHORT;
	m->id = dns_u16(m, 0);
	m->flags = dns_u16(m, 2);
	if (m->flags & RF_DNS_OPCODE_BITS)
		return RF_DNS_OPCODE;
	if (dns_u16(m, 4) != 1)
		return RF_DNS_QUESTIONS;
	dns_begin_name(m, DNS_HEADER);
	if (dns_read_labels(m))
		return RF_DNS_NAME;
	end = m->name_at + 1;
	if (end + 4 > m->length)
		return RF_DNS_SHORT;
	m->question = dns_name_hash(m);
	m->type = dns_u16(m, end);
	m->class = dns_u16(m, end + 2);
	m->at = end + 4;
	return RF_DNS_WELL_FORMED;
}

/* Reads header and question of the query in m->bytes: what follows them teaches nothing. */
static __always_inline __u32 dns_parse_query(struct dns_message *m)
{
	m->steps = 0;
	return dns_read_question(m);
}

/* Reads the message in m->bytes. A malformed one has no addresses, nor has one with an error or of another class. */
__noinline __u32 dns_parse(struct dns_message *m)
{
	if (!m)
		return RF_DNS_SHORT;
	m->count = 0;
	m->beyond = 0;
	m->steps = 0;
	m->fault = dns_read_question(m);
	if (!m->fault && m->flags & RF_DNS_RESPONSE)
		return dns_read_records(m);
	return m->fault;
}

/* The bytes in which a word of a name differs from the message, whatever the letters' case. */
static __always_inline __u64 dns_differs(const struct dns_message *m, const struct rf_dns_query *query, __u32 at)
{
	const __u64 *here = (const __u64 *)&m->bytes[DNS_HEADER + at];

	return lower_case(*here) ^ *(const __u64 *)&query->name.bytes[at];
}

/* True if the message is an answer to this question: the name is compared, neither walked nor hashed. What is left then is
 * to read the records. */
__noinline __u32 dns_answers_question(struct dns_message *m, const struct rf_dns_query *query)
{
	__u32 length, end, rest;
	__u64 differs = 0;

	if (!m || !query)
		return false;
	length = query->name_length & (RF_DNS_NAME_ROOM - 1);
	m->at = DNS_HEADER + length + 5;
	m->flags = dns_u16(m, 2);
	if (m->at > m->length || (m->flags & (RF_DNS_RESPONSE | RF_DNS_OPCODE_BITS)) != RF_DNS_RESPONSE || dns_u16(m, 4) != 1)
		return false;
	for (__u32 i = 0; i < RF_DNS_NAME_ROOM - 8; i += 8) {
		if (i + 8 > length)
			break;
		differs |= dns_differs(m, query, i);
	}
	rest = length & 7;
	if (rest)
		differs |= dns_differs(m, query, length & (RF_DNS_NAME_ROOM - 8)) << (64 - 8 * rest);
	forget_registers();
	end = m->at - 5;
	m->type = dns_u16(m, end + 1);
	m->class = dns_u16(m, end + 3);
	if (differs || dns_u8(m, end) || m->type != query->key.type || m->class != query->key.class)
		return false;
	m->id = dns_u16(m, 0);
	m->question = query->key.name;
	m->steps = DNS_LABELS + 1; /* as many as a name can have */
	return true;
}
