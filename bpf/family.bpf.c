// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// Where an agent refuses sockets: by the security module hook, or where BPF is none of the security modules, by the
// result of the function that asks them.
#include "include/family.h"
#include <bpf/bpf_tracing.h>

SEC("?lsm/socket_create")
int BPF_PROG(refuse_family, int family, int type, int protocol, int kern, int ret)
{
	return ret ? ret : judge_host_family(family, kern);
}

SEC("?fmod_ret/security_socket_create")
int BPF_PROG(refuse_family_early, int family, int type, int protocol, int kern, int ret)
{
	return ret ? ret : judge_host_family(family, kern);
}
