// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// For an agent: connections from their opening to their end, and who begins to listen.
#pragma once

#include "accept.h"
#include "handshake.h"
#include "watch.h"

#define SYN_SENT 2
#define FIN_WAIT1 4
#define CLOSE_WAIT 8

/* Who answers for the socket, and in which direction; NULL for one that nobody stamped. */
static __always_inline struct rf_socket *stamped_owner(struct sock *sk, __u8 *direction, __u32 *flow)
{
	struct rf_socket *socket = bpf_sk_storage_get(&sockets, sk, 0, 0);
	struct rf_listener *listener;

	if (socket && (socket->flags & RF_SOCKET_JUDGED)) {
		*direction = RF_EGRESS;
		*flow = socket->flow;
		return socket;
	}
	listener = bpf_sk_storage_get(&listeners, sk, 0, 0);
	if (!listener || !(listener->owner.flags & RF_SOCKET_OWNED))
		return NULL;
	*direction = RF_INGRESS;
	*flow = accepted_flow(listener);
	return &listener->owner;
}

static __always_inline void note_established(struct sock *sk)
{
	struct rf_opened *when = bpf_sk_storage_get(&opened, sk, 0, 0);

	if (when)
		when->established_ns = bpf_ktime_get_boot_ns();
}

static __always_inline void note_end(struct sock *sk, enum rf_ended_by who)
{
	struct rf_opened *when = bpf_sk_storage_get(&opened, sk, 0, 0);

	if (when && !when->ended_by)
		when->ended_by = who;
}

static __always_inline void fill_ends(struct sock *sk, struct rf_connection_event *event)
{
	struct rf_address address;

	read_other_end(sk, &address);
	__builtin_memcpy(event->address, &address, sizeof(event->address));
	read_own_address(&sk->__sk_common, &address);
	__builtin_memcpy(event->local_address, &address, sizeof(event->local_address));
	event->port = bpf_ntohs(BPF_CORE_READ(sk, __sk_common.skc_dport));
	event->local_port = bpf_ntohs(BPF_CORE_READ((struct inet_sock *)sk, inet_sport)); /* skc_num is 0 by now */
	event->net_ns = BPF_CORE_READ(sk, __sk_common.skc_net.net, ns.inum);
}

/* The kernel counts what it sent again, and a FIN that came as a byte. */
static __always_inline void fill_tcp(struct sock *sk, struct rf_connection_event *event)
{
	struct tcp_sock *tp = (struct tcp_sock *)sk;
	__u64 done = 1ULL << bpf_core_enum_value(enum sock_flags, SOCK_DONE);

	event->sent_bytes = BPF_CORE_READ(tp, bytes_sent) - BPF_CORE_READ(tp, bytes_retrans);
	event->received_bytes = BPF_CORE_READ(tp, bytes_received);
	if (event->received_bytes && (BPF_CORE_READ(sk, __sk_common.skc_flags) & done))
		event->received_bytes -= 1;
	event->rtt_us = BPF_CORE_READ(tp, srtt_us) >> 3;
	event->retransmits = BPF_CORE_READ(tp, total_retrans);
	event->error = BPF_CORE_READ(sk, sk_err);
}

static __always_inline void fill_stamp(const struct rf_socket *owner, struct rf_connection_event *event)
{
	event->exec_ns = owner->exec_ns;
	event->domain = owner->domain;
	event->cgroup = owner->cgroup;
	event->tgid = owner->tgid;
	event->uid = owner->uid;
	event->gid = owner->gid;
	event->generation = owner->generation;
	__builtin_memcpy(event->comm, owner->comm, sizeof(event->comm));
	event->exe = owner->exe;
	event->exe_flags = owner->exe_flags;
}

static __always_inline struct rf_connection_event *begin_connection_event(void)
{
	struct rf_connection_event *event = bpf_ringbuf_reserve(&events, sizeof(*event), 0);

	if (!event) {
		count_loss(RF_LOSS_EVENTS);
		return NULL;
	}
	__builtin_memset(event, 0, sizeof(*event));
	event->kind = RF_EVENT_CONNECTION;
	event->time_ns = bpf_ktime_get_boot_ns();
	return event;
}

static __noinline int tell_connection(struct sock *sk)
{
	struct rf_connection_event *event;
	struct rf_opened *when;
	struct rf_socket *owner;
	__u8 direction = 0;
	__u32 flow = 0;

	owner = stamped_owner(sk, &direction, &flow);
	when = bpf_sk_storage_get(&opened, sk, 0, 0);
	if (!owner || !when)
		return 0;
	event = begin_connection_event();
	if (!event)
		return 0;
	fill_stamp(owner, event);
	fill_ends(sk, event);
	fill_tcp(sk, event);
	event->protocol = IPPROTO_TCP;
	event->direction = direction;
	event->flow = flow;
	event->cookie = bpf_get_socket_cookie(sk);
	event->opened_ns = when->opened_ns;
	event->established_ns = when->established_ns;
	event->ended_by = when->ended_by;
	bpf_ringbuf_submit(event, wake_flags());
	return 0;
}

/* A UDP socket goes. What is told is its last destination, and the row that counts what went there. */
static __always_inline void tell_released(struct bpf_sock *sk)
{
	struct rf_socket *socket = bpf_sk_storage_get(&sockets, sk, 0, 0);
	struct rf_opened *when = bpf_sk_storage_get(&opened, sk, 0, 0);
	struct rf_connection_event *event;
	struct rf_flow *flow;

	if (sk->protocol != IPPROTO_UDP || !socket || !when || !(socket->flags & RF_SOCKET_JUDGED))
		return;
	flow = is_retired(socket->flow) ? NULL : flow_at(socket->flow);
	event = begin_connection_event();
	if (!event)
		return;
	fill_stamp(socket, event);
	__builtin_memcpy(event->address, socket->address, sizeof(event->address));
	if (flow) {
		event->sent_bytes = flow->sent_bytes;
		event->received_bytes = flow->received_bytes;
	}
	event->port = socket->port;
	event->protocol = IPPROTO_UDP;
	event->flow = socket->flow;
	event->cookie = bpf_get_socket_cookie(sk);
	event->opened_ns = when->opened_ns;
	event->ended_by = RF_ENDED_BY_US;
	bpf_ringbuf_submit(event, wake_flags());
}

static __noinline int tell_listener(struct sock *sk)
{
	struct rf_caller caller = {};
	struct rf_listen_event *event;
	struct rf_address address;
	struct rf_actor actor = {};

	if (!in_scope(sk) || !find_caller(&caller))
		return 0;
	event = bpf_ringbuf_reserve(&events, sizeof(*event), 0);
	if (!event) {
		count_loss(RF_LOSS_EVENTS);
		return 0;
	}
	describe_caller(&caller, &actor);
	read_own_address(&sk->__sk_common, &address);
	event->kind = RF_EVENT_LISTEN;
	event->tgid = caller.tgid;
	event->time_ns = bpf_ktime_get_boot_ns();
	event->exec_ns = caller.record ? caller.record->exec_ns : 0;
	event->cgroup = actor.cgroup;
	event->exe = actor.exe;
	__builtin_memcpy(event->address, &address, sizeof(event->address));
	__builtin_memcpy(event->comm, actor.comm, sizeof(event->comm));
	event->uid = caller.uid;
	event->gid = caller.gid;
	event->exe_flags = actor.exe_flags;
	event->parent_tgid = actor.parent_tgid;
	event->net_ns = actor.net_ns;
	event->port = BPF_CORE_READ(sk, __sk_common.skc_num);
	event->unused = 0;
	bpf_ringbuf_submit(event, wake_flags());
	return 0;
}

static __always_inline void begin_outgoing(struct sock *sk)
{
	struct rf_socket *socket = bpf_sk_storage_get(&sockets, sk, 0, 0);

	if (!socket)
		return;
	note_opening(sk);
	count_handshake(socket, RF_HANDSHAKE_OUT | socket->port, (const struct rf_address *)socket->address);
}

static __always_inline void finish_outgoing(struct sock *sk)
{
	struct rf_socket *socket = bpf_sk_storage_get(&sockets, sk, 0, 0);

	if (!socket)
		return;
	note_established(sk);
	count_handshake(socket, RF_HANDSHAKE_OUT | socket->port, NULL);
}

/* One that came in is first seen here: the kernel keeps no socket for half a handshake. */
static __always_inline void finish_incoming(struct sock *sk)
{
	struct rf_listener *listener = bpf_sk_storage_get(&listeners, sk, 0, 0);

	if (!listener || !(listener->owner.flags & RF_SOCKET_OWNED))
		return;
	note_opening(sk);
	note_established(sk);
	count_handshake(&listener->owner, sk->__sk_common.skc_num, NULL);
}

static __always_inline void follow_state(struct sock *sk, int old_state, int new_state)
{
	if (sk->sk_protocol != IPPROTO_TCP)
		return;
	if (new_state == BPF_TCP_LISTEN)
		tell_listener(sk);
	else if (new_state == SYN_SENT)
		begin_outgoing(sk);
	else if (new_state == BPF_TCP_ESTABLISHED && old_state == SYN_SENT)
		finish_outgoing(sk);
	else if (new_state == BPF_TCP_ESTABLISHED)
		finish_incoming(sk);
	else if (new_state == FIN_WAIT1)
		note_end(sk, RF_ENDED_BY_US);
	else if (new_state == CLOSE_WAIT)
		note_end(sk, RF_ENDED_BY_PEER);
	else if (new_state == BPF_TCP_CLOSE && old_state != BPF_TCP_LISTEN)
		tell_connection(sk);
}
