// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// A program that needs a kernel function that no kernel has. In an object of its own: libbpf resolves externs
// of programs that are not loaded, too.
#include <linux/types.h>
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "Dual BSD/GPL";

extern int rf_no_such_kfunc(void) __ksym;

SEC("syscall")
int missing_kfunc(void *context)
{
	return rf_no_such_kfunc();
}
