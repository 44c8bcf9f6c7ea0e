// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// What leaves and reaches the sockets of the run's own cgroup, or of one above it with `--packet-hooks all`: raw, ping
// and other sockets without a call hook are judged here, whatever slipped past the call hooks is stopped, and bytes are
// counted.
#pragma once

#include "connection.h"
#include "handshake.h"

#define RF_LOOPBACK_IFINDEX 1
#define SOCK_TYPE_RAW 3
#define IPV4_PLAIN 0x45 /* version 4, a header without options */
#define IPV4_PROTOCOL_OFFSET 9
#define IPV6_NEXT_OFFSET 6
#define TCP_LENGTH_OFFSET 12
#define TCP_FIN 0x01
#define TCP_RST 0x04

static __always_inline bool is_peer(const struct rf_socket *socket, const struct rf_call *packet)
{
	return socket->port == packet->port && same_address((const struct rf_address *)socket->address, &packet->address);
}

/* The row of a peer that the socket's last call did not name. Global: its stack is not its callers'. */
__noinline __u32 flow_of_peer(struct __sk_buff *skb, const struct rf_socket *socket, const struct rf_call *packet)
{
	struct rf_peer_key key = {};
	struct rf_peer_state *peer;

	if (!socket || !packet)
		return 0;
	key.port = packet->port;
	key.cookie = bpf_get_socket_cookie(skb);
	__builtin_memcpy(key.address, &packet->address, sizeof(key.address));
	peer = bpf_map_lookup_elem(&peers, &key);
	return peer && peer->known ? peer->flow : socket->flow;
}

static __always_inline int refuse_packet(struct rf_call *call, struct rf_socket *socket, enum rf_reason reason)
{
	struct rf_policy *policy = the_policy();

	if (!policy)
		return RF_DROP;
	if (scope.everyone) {
		if (!socket || !socket->tgid)
			return judge_unattributed(policy, call);
		recall_stamp(policy, socket, &call->question);
		if (!can_deny_subject(policy, &call->question))
			return RF_PASS;
	}
	refuse_for(reason, policy, &call->question);
	record_packet(call, socket);
	return to_return(&call->question.verdict);
}

/* Lets SCTP and UDP-Lite answer whoever spoke first; a raw socket hears what was said to others. Global: its stack is
 * its own. */
__noinline int excuse_packet(struct __sk_buff *skb, struct rf_call *call, const struct rf_socket *socket)
{
	struct bpf_sock *sk = skb->sk;
	struct rf_policy *policy;

	sk = sk ? bpf_sk_fullsock(sk) : NULL;
	if (!sk || !call || !socket || !(socket->flags & RF_SOCKET_PER_PACKET) || sk->type == SOCK_TYPE_RAW ||
	    !has_ports(call->protocol))
		return 0;
	policy = policy_in(call->question.slot);
	if (policy)
		excuse_reply(policy, call, bpf_get_socket_cookie(skb));
	return 0;
}

/* Raw, ping and other sockets: each packet by its own destination, for the process that made the socket. */
static __always_inline int judge_by_packet(struct __sk_buff *skb, struct rf_call *call, struct rf_socket *socket)
{
	struct rf_policy *policy = the_policy();
	__u32 flow;

	if (!policy)
		return RF_DROP;
	recall_stamp(policy, socket, &call->question);
	if (ask(call))
		return RF_DROP;
	excuse_packet(skb, call, socket);
	flow = record_packet(call, socket);
	if (scope.everyone && call->protocol == IPPROTO_TCP)
		count_handshake(socket, RF_HANDSHAKE_OUT | call->port, &call->address);
	if (call->question.verdict.action == RF_ALLOW) {
		count_sent(flow, skb->len);
		remember_peer(bpf_get_socket_cookie(skb), call, flow);
	}
	return to_return(&call->question.verdict);
}

/* Where the TCP header begins, if the IP header before it holds no options; else 0. */
static __always_inline __u32 tcp_after_plain_header(struct __sk_buff *skb)
{
	bool v4 = skb->protocol == bpf_htons(ETH_P_IP);
	__u8 version, protocol;

	if (bpf_skb_load_bytes(skb, 0, &version, sizeof(version)) || (v4 && version != IPV4_PLAIN))
		return 0;
	if (bpf_skb_load_bytes(skb, v4 ? IPV4_PROTOCOL_OFFSET : IPV6_NEXT_OFFSET, &protocol, sizeof(protocol)))
		return 0;
	if (protocol != IPPROTO_TCP)
		return 0;
	return v4 ? sizeof(struct ipv4_header) : sizeof(struct ipv6_header);
}

/*
 * True for a segment that does nothing but end its connection: RST or FIN, without data. On a connection that was let
 * out or in once it may leave, whatever the policy says by now; else the other side waits for a timeout of its own.
 * Global: its stack is not its callers'.
 */
__noinline int ends_connection(struct __sk_buff *skb)
{
	__u32 offset = tcp_after_plain_header(skb);
	__u8 header[2]; /* length in the upper half of the first byte, then the flags */

	if (!offset || bpf_skb_load_bytes(skb, offset + TCP_LENGTH_OFFSET, header, sizeof(header)))
		return false;
	if (!(header[1] & (TCP_FIN | TCP_RST)) || (header[1] & TCP_SYN))
		return false;
	return skb->len == offset + (header[0] >> 4) * 4;
}

/* What goes out on a connection that came in. */
static __always_inline int judge_answer(struct __sk_buff *skb, struct bpf_sock *sk, struct rf_call *call)
{
	struct rf_listener *listener = bpf_sk_storage_get(&listeners, sk, 0, 0);
	struct rf_policy *policy = the_policy();

	if (!policy)
		return RF_DROP;
	if (sk->state == BPF_TCP_LISTEN)
		return RF_PASS;
	if (!listener || !(listener->owner.flags & RF_SOCKET_OWNED))
		return scope.everyone ? judge_unattributed(policy, call) : RF_PASS;
	if (judge_accepted(sk, listener, call) == RF_DROP && !ends_connection(skb))
		return RF_DROP;
	count_sent(accepted_flow(listener), skb->len);
	return RF_PASS;
}

/* Made in the run's own cgroup or below. */
static __always_inline bool from_run(struct __sk_buff *skb)
{
	struct rf_fence *state = the_fence();

	return !state || state->packet_cgroup == state->cgroup ||
	       bpf_skb_ancestor_cgroup_id(skb, state->cgroup_level) == state->cgroup;
}

/* Of a socket that the kernel made for an MPTCP socket of the fence, that one's stamp. Nobody stamps such a subflow with who
 * uses it. */
static __always_inline struct rf_socket *stamp_of_owner(struct bpf_sock *sk)
{
	struct mptcp_sock *owner;

	if (!bpf_core_type_exists(struct mptcp_sock))
		return NULL;
	owner = bpf_skc_to_mptcp_sock(sk);
	return owner ? bpf_sk_storage_get(&sockets, owner, 0, 0) : NULL;
}

static __always_inline bool is_subflow_of_fence(struct bpf_sock *sk)
{
	return stamp_of_owner(sk) != NULL;
}

/* Packet hooks above the run's own cgroup see everybody's packets. The fence's are those of its cgroup, and those of
 * sockets that were made or last judged inside. */
static __always_inline bool is_fenced_packet(struct __sk_buff *skb, struct bpf_sock *sk, const struct rf_socket *socket)
{
	return (socket && socket->tgid) || is_subflow_of_fence(sk) || from_run(skb);
}

static __always_inline int judge_egress(struct __sk_buff *skb)
{
	struct rf_call call = { .hook = RF_HOOK_PACKET };
	struct bpf_sock *sk = skb->sk;
	struct rf_socket *socket;
	__u32 flags;

	if (!sk)
		return RF_PASS;
	/* only a full socket has a stamp */
	socket = bpf_sk_storage_get(&sockets, sk, 0, 0);
	if (!scope.everyone && !is_fenced_packet(skb, sk, socket))
		return RF_PASS;
	if (socket && is_quarantined(socket->tgid, socket->start_ns))
		return ends_connection(skb) ? RF_PASS : RF_DROP;
	if (socket && (socket->flags & RF_SOCKET_JUDGED) && socket->protocol == IPPROTO_TCP) {
		if (!still_allowed(socket, &call) && !ends_connection(skb))
			return RF_DROP;
		count_sent(socket->flow, skb->len);
		return RF_PASS;
	}
	sk = bpf_sk_fullsock(sk);
	if (!sk)
		return RF_PASS;
	flags = read_packet(skb, PACKET_LEAVES, &call);
	if (flags == PACKET_READABLE && call.protocol == IPPROTO_TCP &&
	    (!socket || !(socket->flags & (RF_SOCKET_JUDGED | RF_SOCKET_PER_PACKET))))
		return judge_answer(skb, sk, &call);
	if (!socket && scope.everyone && !is_subflow_of_fence(sk))
		return judge_answer(skb, sk, &call); /* the kernel's own, or one that nobody knows */
	if (!socket) {
		/* Made inside by the kernel itself, as MPTCP's further subflows are: an empty stamp, no rights. */
		socket = bpf_sk_storage_get(&sockets, sk, 0, BPF_SK_STORAGE_GET_F_CREATE);
		if (!socket) {
			count_loss(RF_LOSS_SOCKETS);
			return RF_DROP;
		}
	}
	if (flags & PACKET_SOURCE_ROUTED)
		return refuse_packet(&call, socket, RF_REASON_SOURCE_ROUTE);
	if (!(flags & PACKET_READABLE))
		return refuse_packet(&call, socket, RF_REASON_MALFORMED);
	if (socket->flags & RF_SOCKET_PER_PACKET)
		return judge_by_packet(skb, &call, socket);
	if (!(socket->flags & RF_SOCKET_JUDGED))
		return refuse_packet(&call, socket, RF_REASON_UNJUDGED);
	if (!is_peer(socket, &call) && is_connected(sk, &call) && !is_peer(socket, &call))
		return judge_by_packet(skb, &call, socket);
	/* What an unconnected socket sends was judged when that began: by an older policy, if it was held back since. */
	if ((has_peer(sk) || is_outdated(socket)) && !still_allowed(socket, &call))
		return RF_DROP;
	count_sent(is_peer(socket, &call) ? socket->flow : flow_of_peer(skb, socket, &call), skb->len);
	return RF_PASS;
}
