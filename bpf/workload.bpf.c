// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// Which cgroups come and go: containers begin with one. Of an agent only.
#include "include/new_cgroup.h"
#include <bpf/bpf_tracing.h>

SEC("?tp_btf/cgroup_mkdir")
int BPF_PROG(cgroup_made, struct cgroup *cgroup, const char *path)
{
	on_cgroup_made(cgroup, path);
	return 0;
}

SEC("?tp_btf/cgroup_rmdir")
int BPF_PROG(cgroup_removed, struct cgroup *cgroup, const char *path)
{
	on_cgroup_removed(cgroup, path);
	return 0;
}
