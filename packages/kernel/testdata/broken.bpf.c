// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// Programs that the kernel must refuse, each for one reason; loaded one at a time by tests.
#include <linux/types.h>
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>

char LICENSE[] SEC("license") = "Dual BSD/GPL";

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u64);
} numbers SEC(".maps");

volatile __u32 stop;

SEC("xdp")
int endless(struct xdp_md *context)
{
	while (!stop)
		asm volatile("");
	return XDP_PASS;
}

SEC("xdp")
int unchecked_lookup(struct xdp_md *context)
{
	__u32 key = 0;
	__u64 *value = bpf_map_lookup_elem(&numbers, &key);

	return *value;
}

SEC("xdp")
int no_bounds(struct xdp_md *context)
{
	return *(__u8 *)(long)context->data;
}

SEC("xdp")
int scalar_pointer(struct xdp_md *context)
{
	return *(int *)bpf_ktime_get_ns();
}

/* A helper of other program types. */
SEC("xdp")
int wrong_helper(struct xdp_md *context)
{
	return bpf_get_socket_cookie(context);
}

static int (*bpf_no_such_helper)(void) = (void *)9999;

SEC("xdp")
int unknown_helper(struct xdp_md *context)
{
	return bpf_no_such_helper();
}

struct task_struct {
	int rf_no_such_field;
} __attribute__((preserve_access_index));

SEC("tp_btf/sched_process_fork")
int missing_field(__u64 *context)
{
	struct task_struct *task = (void *)context[0];

	return BPF_CORE_READ(task, rf_no_such_field);
}

SEC("tp_btf/rf_no_such_tracepoint")
int missing_tracepoint(__u64 *context)
{
	return 0;
}

SEC("fentry/tcp_connect")
int function_entry(__u64 *context)
{
	return 0;
}

SEC("lsm/socket_connect")
int security_hook(__u64 *context)
{
	return 0;
}
