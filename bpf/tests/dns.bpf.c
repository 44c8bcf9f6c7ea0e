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
