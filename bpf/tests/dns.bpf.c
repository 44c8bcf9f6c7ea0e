// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// Reads a map of made-up DNS messages with the product's own parser, so that user space can compare it with the
// reference a million times in minutes. Nothing is attached.
#include <linux/bpf.h>
#include <linux/types.h>

#include "../include/dns_parse.h"

#define CASE_BYTES 1536
#define CASE_FOUND 32
#define CASES 65536

struct rf_dns_case {
	__u32 length;
	__u32 fault; /* enum rf_dns_fault */
	__u32 id;
	__u32 flags;
	__u32 type;
	__u32 class;
	__u64 question;
	__u32 count;
	__u32 beyond;
	__u32 otherwise; /* 1: it reads otherwise as the answer to a query that waits */
	__u32 unused;
	struct rf_dns_found found[CASE_FOUND];
	__u8 bytes[CASE_BYTES];
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct rf_dns_case);
} cases SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct dns_message);
} message SEC(".maps");

struct rf_dns_large {
	__u32 length;
	__u8 bytes[RF_DNS_MESSAGE_BYTES + 1];
};

/* One message of any size, whose result goes to the first case. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct rf_dns_large);
} large SEC(".maps");

/* A query that waits for the answer. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct rf_dns_query);
} asked SEC(".maps");

/* The query to which the message in m->bytes is an answer; NULL if it is none to any. */
static __always_inline struct rf_dns_query *query_of(struct dns_message *m)
{
	__u32 zero = 0;
	struct rf_dns_query *query = bpf_map_lookup_elem(&asked, &zero);

	if (!query || dns_parse_query(m) || !(m->flags & RF_DNS_RESPONSE))
		return NULL;
	query->key.name = m->question;
	query->key.type = m->type;
	query->key.class = m->class;
	query->name_length = m->name_length;
	copy_name(query->name.bytes, &m->name[DNS_NAME_PAD], m->name_length);
	return query;
}

/* True if the message passes for an answer to another name, to one that it begins with, or to another type. */
static __always_inline bool answers_others(struct dns_message *m, struct rf_dns_query *query)
{
	struct rf_dns_query_key key = query->key;
	__u32 length = query->name_length;
	bool passes;

	query->key.type ^= 1;
	passes = dns_answers_question(m, query);
	query->key = key;
	if (!length)
		return passes;
	query->name.bytes[0] ^= 1;
	passes |= dns_answers_question(m, query);
	query->name.bytes[0] ^= 1;
	query->name_length = 0;
	query->key.type = dns_u16(m, DNS_HEADER + 1);
	query->key.class = dns_u16(m, DNS_HEADER + 3);
	passes |= dns_answers_question(m, query);
	query->name_length = length;
	query->key = key;
	return passes;
}

/* What was read with the question known must be what was read without; only of too many steps is a fault found sooner. */
static __always_inline bool reads_otherwise(const struct rf_dns_case *c, struct dns_message *m)
{
	struct rf_dns_query *query = query_of(m);
	bool same;

	if (!query)
		return false;
	if (answers_others(m, query) || !dns_answers_question(m, query))
		return true;
	if (dns_read_records(m))
		return !c->fault && m->steps <= DNS_STEPS;
	same = m->count == c->count && m->beyond == c->beyond && m->question == c->question && m->id == c->id;
	return c->fault || !same || (m->count && m->found[0].at != c->found[0].at);
}

static __always_inline void read_into(struct rf_dns_case *c, struct dns_message *m)
{
	c->fault = dns_parse(m);
	c->id = m->id;
	c->flags = m->flags;
	c->type = m->type;
	c->class = m->class;
	c->question = m->question;
	c->count = m->count;
	c->beyond = m->beyond;
	bpf_probe_read_kernel(c->found, sizeof(c->found), m->found);
	c->otherwise = reads_otherwise(c, m);
}

static long read_one(__u32 index, void *unused)
{
	struct rf_dns_case *c = bpf_map_lookup_elem(&cases, &index);
	__u32 zero = 0;
	struct dns_message *m = bpf_map_lookup_elem(&message, &zero);

	if (!c || !m)
		return 1;
	bpf_probe_read_kernel(m->bytes, CASE_BYTES, c->bytes);
	m->length = c->length;
	read_into(c, m);
	return 0;
}

SEC("syscall")
int read_cases(void *ctx)
{
	bpf_loop(CASES, read_one, NULL, 0);
	return 0;
}

SEC("syscall")
int read_large(void *ctx)
{
	__u32 zero = 0;
	struct rf_dns_case *c = bpf_map_lookup_elem(&cases, &zero);
	struct dns_message *m = bpf_map_lookup_elem(&message, &zero);
	struct rf_dns_large *from = bpf_map_lookup_elem(&large, &zero);

	if (!c || !m || !from)
		return 1;
	bpf_probe_read_kernel(m->bytes, sizeof(from->bytes), from->bytes);
	m->length = from->length;
	read_into(c, m);
	return 0;
}

char license_text[] SEC("license") = "Dual BSD/GPL";
