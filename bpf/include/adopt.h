// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// Sockets that were there before an agent: nobody saw who made, bound or connected them. Whoever holds one when the agent
// comes is taken for its owner. What listens is looked for first: by its port a connection that came in is told from one
// that went out.
#pragma once

#include "borrowed.h"

struct rf_adopted_port {
	__u64 netns; /* cookie */
	__u32 port;
	__u32 unused;
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, 65536);
	__type(key, struct rf_adopted_port);
	__type(value, __u32);
} adopted_ports SEC(".maps");

struct adoption {
	struct rf_caller holder;
	struct rf_call call;
	struct rf_adopted_port port;
	bool connected;
};

/* The socket behind a descriptor, if it is one that an agent's policy may be about. */
static __always_inline struct sock *socket_of(struct file *file)
{
	struct socket *found = bpf_sock_from_file(file);
	struct sock *sk = found ? found->sk : NULL;

	return sk && is_ip(sk->__sk_common.skc_family) && in_scope(sk) ? sk : NULL;
}

static __always_inline bool begin_adoption(struct adoption *a, struct task_struct *task, struct sock *sk)
{
	task = for_reading(task);
	a->holder.task = task;
	a->holder.tgid = task->tgid;
	a->holder.record = process_of(a->holder.tgid);
	if (!a->holder.record)
		return false;
	a->holder.uid = task->cred->euid.val;
	a->holder.gid = task->cred->egid.val;
	a->call.hook = RF_HOOK_SCAN;
	a->call.direction = RF_EGRESS;
	a->connected = read_peer(sk, &a->call);
	a->port.netns = BPF_CORE_READ(sk, __sk_common.skc_net.net, net_cookie);
	a->port.port = sk->__sk_common.skc_num;
	return true;
}

static __always_inline __u64 listed_cgroup_of_holder(const struct rf_policy *policy, const struct adoption *a)
{
	return names_cgroups(policy) ? walk_cgroups(a->holder.task, 0, policy->slot) : 0;
}

/* Who answers for what comes in. The first packet asks the policy. */
static __always_inline void adopt_listener(struct sock *sk, const struct adoption *a)
{
	struct rf_listener *listener = bpf_sk_storage_get(&listeners, sk, 0, BPF_SK_STORAGE_GET_F_CREATE);
	struct rf_policy *policy = the_policy();

	if (!listener || !policy) {
		count_loss(RF_LOSS_SOCKETS);
		return;
	}
	if (listener->owner.flags & RF_SOCKET_OWNED)
		return;
	stamp(&listener->owner, &a->holder, listed_cgroup_of_holder(policy, a));
	listener->owner.protocol = a->call.protocol;
	listener->owner.netns = a->port.netns;
	listener->owner.flags = RF_SOCKET_OWNED;
}

static __always_inline struct rf_socket *stamp_adopted(struct sock *sk, const struct adoption *a, __u32 flags)
{
	struct rf_socket *socket = bpf_sk_storage_get(&sockets, sk, 0, BPF_SK_STORAGE_GET_F_CREATE);
	struct rf_policy *policy = the_policy();

	if (!socket || !policy) {
		count_loss(RF_LOSS_SOCKETS);
		return NULL;
	}
	stamp(socket, &a->holder, listed_cgroup_of_holder(policy, a));
	socket->netns = a->port.netns;
	socket->protocol = a->call.protocol;
	socket->flags = flags | RF_SOCKET_SEEN; /* the packet hooks are where the socket is */
	return socket;
}

/* First look: what takes connections, and datagram sockets that wait for anybody. */
static __always_inline void look_for_listener(struct task_struct *task, struct file *file)
{
	struct sock *sk = socket_of(file);
	struct adoption a = {};
	__u32 one = 1;

	if (!sk || !begin_adoption(&a, task, sk))
		return;
	if (sk->__sk_common.skc_state == RF_TCP_LISTEN) {
		if (!bpf_sk_storage_get(&sockets, sk, 0, 0))
			stamp_adopted(sk, &a, RF_SOCKET_OWN); /* what it accepts inherits both */
		adopt_listener(sk, &a);
		bpf_map_update_elem(&adopted_ports, &a.port, &one, BPF_ANY);
	} else if (!a.connected && a.port.port && a.call.protocol == IPPROTO_UDP && sk->sk_type != SOCK_TYPE_RAW) {
		adopt_listener(sk, &a);
	}
}

/* Judged like a call to where it is connected, by whoever holds it. */
static __always_inline void adopt_connection(struct sock *sk, struct adoption *a)
{
	struct rf_policy *policy = the_policy();
	struct rf_socket *socket = stamp_adopted(sk, a, RF_SOCKET_OWN | RF_SOCKET_JUDGED);
	__u32 flow;

	if (!socket || !policy)
		return;
	__builtin_memcpy(socket->address, &a->call.address, sizeof(socket->address));
	socket->port = a->call.port;
	ask_stamp(policy, socket, &a->call.question);
	if (ask(&a->call))
		return;
	flow = record_packet(&a->call, socket);
	settle_again(socket, policy, &a->call.question, flow);
}

static __always_inline void adopt_accepted(struct sock *sk, const struct adoption *a)
{
	if (stamp_adopted(sk, a, RF_SOCKET_OWN))
		adopt_listener(sk, a);
}

/* Second look: all others. */
static __always_inline void look_for_socket(struct task_struct *task, struct file *file)
{
	struct sock *sk = socket_of(file);
	struct adoption a = {};

	if (!sk || sk->__sk_common.skc_state == RF_TCP_LISTEN || bpf_sk_storage_get(&sockets, sk, 0, 0) ||
	    !begin_adoption(&a, task, sk))
		return;
	if (!has_call_hook(sk->sk_type, sk->sk_protocol))
		stamp_adopted(sk, &a, RF_SOCKET_OWN | RF_SOCKET_PER_PACKET);
	else if (!a.connected)
		stamp_adopted(sk, &a, RF_SOCKET_OWN);
	else if (a.call.protocol == IPPROTO_TCP && bpf_map_lookup_elem(&adopted_ports, &a.port))
		adopt_accepted(sk, &a);
	else
		adopt_connection(sk, &a);
}
