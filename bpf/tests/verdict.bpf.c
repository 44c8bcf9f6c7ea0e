// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// Judges a map of made-up cases with the product's own tables, automaton and verdict, so that user space can compare
// the kernel with the reference evaluator a hundred thousand times in seconds. Nothing is attached.
#include "../include/address.h"
#include "../include/query.h"
#include "../include/subject.h"

#define CASE_PATH_LEN 248
#define CASE_ANCESTORS 4
#define CASE_CGROUPS 8
#define CASES 65536

struct rf_case_path {
	__u32 len;
	__u32 flags; /* enum rf_exe_flag */
	__u8 bytes[CASE_PATH_LEN];
};

struct rf_case {
	struct rf_case_path exe;
	struct rf_case_path ancestors[CASE_ANCESTORS];
	__u64 cgroups[CASE_CGROUPS]; /* ids from the process's own upwards; 0 ends the list */
	struct rf_comm comm;
	struct rf_address address;
	__u32 uid;
	__u32 gid;
	__u32 port;
	__u32 protocol;
	__u32 ancestor_count;
	__s32 bit;
	__s32 shadow_bit;
	__u32 action;
	__u32 shadow_action;
	__u32 direction;   /* enum rf_direction */
	__u32 without_row; /* judge as if no row were left for the subject */
	__u64 netns;       /* where the names of the case's address are; 0: it has none */
	__u64 query;	   /* hash of the name that is asked for */
	__u32 query_length;
	__u32 unused;
	struct rf_name_text query_name;
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct rf_case);
} cases SEC(".maps");

static __always_inline void run_image(struct rf_policy *policy, struct process_scratch *s,
				      const struct rf_case_path *path)
{
	__u32 len = path->len;

	if (len > CASE_PATH_LEN)
		len = CASE_PATH_LEN;
	bpf_probe_read_kernel(s->path, CASE_PATH_LEN, path->bytes);
	s->record.exe_flags = path->flags;
	ask_automaton(policy, path->flags, s->path, 0, len, &s->record.image);
}

static __noinline __u32 case_cgroup_row(struct rf_policy *policy, const struct rf_case *c)
{
	__u64 own = c->cgroups[0];
	bool is_new = is_new_cgroup(&own);

	for (int i = 0; i < CASE_CGROUPS; i++) {
		struct rf_cgroup key = { .id = c->cgroups[i], .slot = policy->slot };
		struct rf_cgroup_rows *rows;

		if (!key.id)
			break;
		rows = bpf_map_lookup_elem(&cgroups, &key);
		if (rows)
			return row_by(policy, rows, is_new);
	}
	return row_by(policy, NULL, is_new);
}

static __noinline void run_line(struct rf_policy *policy, struct process_scratch *s, const struct rf_case *c)
{
	s->record.image.ancestor_bits = 0;
	s->record.image.trusted_ancestor_bits = 0;
	for (__u32 i = 0; i < CASE_ANCESTORS; i++) {
		if (i >= c->ancestor_count)
			break;
		run_image(policy, s, &c->ancestors[i]);
		become_ancestor(&s->record);
	}
	run_image(policy, s, &c->exe);
}

static long judge_one(__u32 index, void *unused)
{
	struct process_scratch *s = the_scratch(SCRATCH_ENTER);
	struct rf_policy *policy = the_policy();
	struct rf_question question = {};
	struct rf_case *c = bpf_map_lookup_elem(&cases, &index);

	if (!c || !s || !policy)
		return 1;
	run_line(policy, s, c);
	ask_ids(policy, c->direction, c->uid, c->gid, &c->comm, &s->record.image, &question.subject);
	question.subject.cgroup_row = case_cgroup_row(policy, c);
	question.slot = policy->slot;
	if (c->direction == RF_UNATTRIBUTED)
		question.subject_row = policy->direction_rows[RF_UNATTRIBUTED];
	else
		question.subject_row = c->without_row ? RF_NO_ROW : subject_row(policy, &question.subject);
	if (c->direction != RF_INGRESS)
		normalize(&c->address);
	question.netns = c->netns;
	if (c->direction != RF_QUERY)
		ask_policy(&question, &c->address, c->port, c->protocol);
	else
		ask_query(&question, &c->query_name, c->query_length, c->query);
	c->bit = question.verdict.bit;
	c->shadow_bit = question.verdict.shadow_bit;
	c->action = question.verdict.action;
	c->shadow_action = question.verdict.shadow_action;
	return 0;
}

SEC("syscall")
int judge_cases(void *ctx)
{
	bpf_loop(CASES, judge_one, NULL, 0);
	return 0;
}

char license_text[] SEC("license") = "Dual BSD/GPL";
