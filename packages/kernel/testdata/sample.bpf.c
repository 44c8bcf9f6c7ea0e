// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// Programs and types for the tests of packages/kernel; no part of the product.
#include <linux/types.h>
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "Dual BSD/GPL";

enum rf_colour { RF_RED = 1, RF_BLUE = -2 };
enum rf_flags { RF_TOP = 0x80000000 };

struct rf_inner {
	__u32 port;
	__u8 address[16];
};

/* Begins with a letter before rf_inner: the generator must order by use, not by name. */
struct rf_event {
	__u64 sequence;
	__s32 delta;
	_Bool ok;
	char comm[16];
	__u16 grid[2][3];
	struct rf_inner ends[2];
	union {
		__u32 v4;
		__u8 v6[16];
	};
	enum rf_colour colour;
	void *pointer;
};

struct rf_record {
	__u64 sequence;
	__u64 check;
};

struct rf_key {
	__u8 tag;
	__u32 number; /* padding before it */
};

struct sample_mapped {
	__u8 bytes[24];
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 100);
	__type(key, struct rf_key);
	__type(value, struct rf_event);
} by_key SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1000);
	__type(key, __u32);
	__type(value, struct rf_record);
} table SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 1000);
	__type(key, __u32);
	__type(value, struct sample_mapped);
} mapped SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 3000);
	__type(key, __u32);
	__type(value, __u32);
} mapped_narrow SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 4);
	__type(key, __u32);
	__type(value, __u64);
} counters SEC(".maps");

struct lpm_key {
	__u32 bits;
	__u8 address[4];
};

struct {
	__uint(type, BPF_MAP_TYPE_LPM_TRIE);
	__uint(max_entries, 16);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, struct lpm_key);
	__type(value, __u32);
} prefixes SEC(".maps");

/* A map type without batch operations. */
struct {
	__uint(type, BPF_MAP_TYPE_PROG_ARRAY);
	__uint(max_entries, 8);
	__type(key, __u32);
	__type(value, __u32);
} jumps SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_SK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, int);
	__type(value, __u64);
} sockets SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 1 << 20);
} records SEC(".maps");

__u64 produced;
__u64 lost;

enum rf_flags *keep_flags __attribute__((unused));

struct burst {
	__u32 count;
	__u32 discard_every;
};

static long produce(__u32 index, struct burst *burst)
{
	struct rf_record *record = bpf_ringbuf_reserve(&records, sizeof(*record), 0);
	__u64 sequence = produced++;

	if (!record) {
		lost++;
		return 0;
	}
	record->sequence = sequence;
	record->check = ~sequence;
	if (burst->discard_every && index % burst->discard_every == 0)
		bpf_ringbuf_discard(record, 0);
	else
		bpf_ringbuf_submit(record, 0);
	return 0;
}

SEC("syscall")
int make_records(struct burst *context)
{
	struct burst burst = *context;

	return bpf_loop(burst.count, produce, &burst, 0) < 0;
}

SEC("syscall")
int count_up(void *context)
{
	__u32 index = 1;
	__u64 *value = bpf_map_lookup_elem(&counters, &index);

	if (value)
		(*value)++;
	return 7;
}

SEC("cgroup/connect4")
int deny_all(struct bpf_sock_addr *context)
{
	return 0;
}

SEC("cgroup/connect4")
int allow_all(struct bpf_sock_addr *context)
{
	__u32 index = 2;
	__u64 *value = bpf_map_lookup_elem(&counters, &index);

	if (value)
		(*value)++;
	return 1;
}

SEC("xdp")
int pass(struct xdp_md *context)
{
	return XDP_PASS;
}

SEC("tc")
int shot(struct __sk_buff *context)
{
	return 2;
}

struct bpf_iter_meta {
	struct seq_file *seq;
} __attribute__((preserve_access_index));

struct task_struct {
	int tgid;
} __attribute__((preserve_access_index));

struct bpf_iter__task {
	struct bpf_iter_meta *meta;
	struct task_struct *task;
} __attribute__((preserve_access_index));

SEC("iter/task")
int list_tasks(struct bpf_iter__task *context)
{
	struct task_struct *task = context->task;
	int tgid;

	if (!task)
		return 0;
	tgid = task->tgid;
	bpf_seq_write(context->meta->seq, &tgid, sizeof(tgid));
	return 0;
}

SEC("tp_btf/sched_process_fork")
int on_fork(void *context)
{
	__u32 index = 3;
	__u64 *value = bpf_map_lookup_elem(&counters, &index);

	if (value)
		(*value)++;
	return 0;
}
