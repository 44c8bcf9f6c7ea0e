// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// Security module hooks: loaded only where the kernel has BPF among its security modules.
#include "include/guard.h"
#include <bpf/bpf_tracing.h>

SEC("?lsm/socket_create")
int BPF_PROG(guard_socket_create, int family, int type, int protocol, int kern, int ret)
{
	return ret ? ret : judge_new_socket(family, kern);
}

SEC("?lsm/socket_sendmsg")
int BPF_PROG(guard_socket_sendmsg, struct socket *sock, struct msghdr *msg, int size, int ret)
{
	return ret ? ret : judge_use(sock->sk, msg->msg_name, RF_HOOK_SOCKET_SENDMSG);
}

SEC("?lsm/socket_recvmsg")
int BPF_PROG(guard_socket_recvmsg, struct socket *sock, struct msghdr *msg, int size, int flags, int ret)
{
	return ret ? ret : judge_use(sock->sk, NULL, RF_HOOK_SOCKET_RECVMSG);
}

SEC("?lsm/sock_graft")
void BPF_PROG(guard_sock_graft, struct sock *sk, struct socket *parent)
{
	on_accept(sk);
}
