// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// Sockets that were connected outside the fence and are used inside: their sends meet no call hook.
#pragma once

#include "idle.h"

#ifndef AF_UNIX
#define AF_UNIX 1
#define AF_INET 2
#define AF_INET6 10
#define AF_NETLINK 16
#define AF_ALG 38
#endif
#define RF_TCP_CLOSE 7
#define RF_TCP_LISTEN 10

static __always_inline bool is_ip(__u32 family)
{
	return family == AF_INET || family == AF_INET6;
}

/* Families that never leave the host on their own; the run's seccomp filter has the same list. */
static __always_inline bool is_local(__u32 family)
{
	return family == AF_UNIX || family == AF_NETLINK || family == AF_ALG;
}

/* True for an IP socket that has another end, which goes into `call`; its protocol does in any case. */
static __always_inline bool read_peer(struct sock *sk, struct rf_call *call)
{
	struct sock_common *common = &sk->__sk_common;

	call->protocol = sk->sk_protocol & 0xff;
	if (common->skc_state == RF_TCP_CLOSE || common->skc_state == RF_TCP_LISTEN)
		return false;
	call->port = bpf_ntohs(common->skc_dport);
	if (common->skc_family == AF_INET)
		set_v4(&call->address, common->skc_daddr);
	else
		bpf_probe_read_kernel(&call->address, sizeof(call->address), &common->skc_v6_daddr);
	normalize(&call->address);
	if (rule_protocol(call->protocol) == IPPROTO_ICMP)
		call->port = 0;
	return true;
}

/* Made or accepted inside, let in with open eyes, or connected by a judged call to where it is connected now. */
static __always_inline bool is_admitted(const struct rf_socket *socket, const struct rf_call *peer)
{
	if (!socket)
		return false;
	if (socket->flags & (RF_SOCKET_OWN | RF_SOCKET_ADMITTED))
		return true;
	return (socket->flags & (RF_SOCKET_JUDGED | RF_SOCKET_BORROWED)) == RF_SOCKET_JUDGED &&
	       socket->port == peer->port &&
	       same_address((const struct rf_address *)socket->address, &peer->address);
}

/* A denied one is ended by the iterators below, or its packets by hooks that follow. Else it is only told. */
static __always_inline void enforce_or_tell(struct rf_verdict *verdict)
{
	struct rf_fence *state = the_fence();

	verdict->reason = RF_REASON_BORROWED;
	if (!state || verdict->action != RF_DENY)
		return;
	if (bpf_sock_destroy || state->packet_cgroup != state->cgroup) {
		state->borrowed_denied += 1;
		return;
	}
	state->borrowed_open += 1;
	verdict->action = RF_ALLOW;
}

/* Found in a descriptor of the fence by the look through them: judged like a call to where it is connected, for the
 * process that holds it, and told once. */
static __always_inline void take_over(struct rf_socket *socket, const struct rf_caller *holder, struct rf_call *call,
				      __u32 type, __u64 netns)
{
	struct rf_policy *policy = the_policy();
	__u32 flow;

	if (!policy)
		return;
	stamp(socket, holder, names_cgroups(policy) ? walk_cgroups(holder->task, 0, policy->slot) : 0);
	__builtin_memcpy(socket->address, &call->address, sizeof(socket->address));
	socket->netns = netns;
	socket->port = call->port;
	socket->protocol = call->protocol;
	socket->flags |= RF_SOCKET_BORROWED |
			 (has_call_hook(type, call->protocol) ? RF_SOCKET_JUDGED : RF_SOCKET_PER_PACKET);
	ask_stamp(policy, socket, &call->question);
	if (ask(call))
		return;
	if (hides_queries(policy, socket, call->port))
		refuse_for(RF_REASON_BORROWED, policy, &call->question);
	enforce_or_tell(&call->question.verdict);
	flow = record_packet(call, socket);
	settle_again(socket, policy, &call->question, flow);
}

static __always_inline void look_at_descriptor(struct task_struct *task, struct file *file)
{
	struct rf_call call = { .hook = RF_HOOK_SCAN, .direction = RF_EGRESS };
	struct rf_caller holder = {};
	struct rf_socket *socket;
	struct socket *found;
	struct sock *sk;

	task = for_reading(task);
	holder.task = task;
	holder.tgid = task->tgid;
	holder.record = process_of(holder.tgid);
	if (!holder.record || !holder.record->fenced)
		return;
	found = bpf_sock_from_file(file);
	sk = found ? found->sk : NULL;
	if (!sk || !is_ip(sk->__sk_common.skc_family) || !read_peer(sk, &call))
		return;
	socket = bpf_sk_storage_get(&sockets, sk, 0, 0);
	if (is_admitted(socket, &call) || (socket && (socket->flags & RF_SOCKET_BORROWED)))
		return;
	socket = bpf_sk_storage_get(&sockets, sk, 0, BPF_SK_STORAGE_GET_F_CREATE);
	if (!socket) {
		count_loss(RF_LOSS_SOCKETS);
		return;
	}
	holder.uid = task->cred->euid.val;
	holder.gid = task->cred->egid.val;
	take_over(socket, &holder, &call, sk->sk_type, BPF_CORE_READ(sk, __sk_common.skc_net.net, net_cookie));
}

/* Ends a connection that was found so and is denied, where the kernel can do that (Linux 6.5). */
static __always_inline void close_borrowed(struct sock_common *sk)
{
	struct rf_socket *socket = bpf_sk_storage_get(&sockets, sk, 0, 0);
	__u32 wanted = RF_SOCKET_BORROWED | RF_SOCKET_REVOKED;

	if (socket && (socket->flags & wanted) == wanted && bpf_sock_destroy)
		bpf_sock_destroy(sk);
}
