// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// What reaches the sockets of the run's own cgroup. A packet has no calling process: the socket's stamp tells who
// bound it or listens on it. Answers to what was sent pass without a rule.
#pragma once

#include "accept.h"
#include "backstop.h"


static __always_inline bool is_multicast(const struct rf_address *address)
{
	return is_v4(address) ? bpf_ntohl(address->word[3]) >> 28 == 0xe : bpf_ntohl(address->word[0]) >> 24 == 0xff;
}

static __always_inline bool is_loopback(const struct rf_address *address)
{
	if (is_v4(address))
		return bpf_ntohl(address->word[3]) >> 24 == 127;
	return !address->word[0] && !address->word[1] && !address->word[2] && address->word[3] == bpf_htonl(1);
}

/* A datagram nobody inside asked for: whoever sent it may be answered. Not when it came over loopback, where any
 * process can put any source address into it. `packet` is spent. Global, as what follows: its stack is its own. */
__noinline int hear_peer(struct __sk_buff *skb, struct rf_call *packet, __u32 flow)
{
	struct rf_peer_state state = { .heard_ns = bpf_ktime_get_boot_ns(), .heard_flow = flow };
	struct rf_peer_state *known;
	struct rf_peer_key key = {};
	struct rf_policy *policy;

	if (!packet || (skb->ingress_ifindex == RF_LOOPBACK_IFINDEX && !is_loopback(&packet->address)))
		return 0;
	policy = policy_in(packet->question.slot);
	if (!policy)
		return 0;
	state.heard_generation = policy->generation;
	key.cookie = bpf_get_socket_cookie(skb);
	key.port = packet->port;
	__builtin_memcpy(key.address, &packet->address, sizeof(key.address));
	/* A multicast loops back through its own interface, with whatever source its sender wrote. */
	read_packet(skb, PACKET_LEAVES, packet);
	if (is_multicast(&packet->address))
		return 0;
	known = bpf_map_lookup_elem(&peers, &key);
	if (!known) {
		keep_peer(&key, &state, state.heard_ns);
		return 1;
	}
	known->heard_ns = state.heard_ns;
	known->used_ns = state.heard_ns;
	known->heard_generation = state.heard_generation;
	known->heard_flow = flow;
	return 1;
}

/* True for the answer of a peer that this socket wrote to, or more of one that was heard: counted where that was. */
__noinline int is_known_peer(struct __sk_buff *skb, const struct rf_call *packet, __u32 generation)
{
	struct rf_peer_key key = {};
	struct rf_peer_state *peer;

	if (!packet)
		return false;
	key.cookie = bpf_get_socket_cookie(skb);
	key.port = packet->port;
	__builtin_memcpy(key.address, &packet->address, sizeof(key.address));
	peer = bpf_map_lookup_elem(&peers, &key);
	if (!peer)
		return false;
	peer->used_ns = bpf_ktime_get_boot_ns();
	if (peer->asked_generation == generation) {
		count_received(peer->flow, skb->len);
		return true;
	}
	if (peer->heard_generation != generation)
		return false;
	peer->heard_ns = peer->used_ns;
	count_verdict(peer->heard_flow, peer->heard_ns);
	count_received(peer->heard_flow, skb->len);
	return true;
}

/* All fields are read, whatever the family: else the compiler joins two loads by arithmetic that is refused. */
static __always_inline void read_bound_address(struct bpf_sock *sk, struct rf_address *address)
{
	volatile struct bpf_sock *from = sk;
	__be32 v4 = from->src_ip4;

	address->word[0] = from->src_ip6[0];
	address->word[1] = from->src_ip6[1];
	address->word[2] = from->src_ip6[2];
	address->word[3] = from->src_ip6[3];
	if (from->family == SOCK_FAMILY_INET)
		set_mapped(address, v4);
}

/* What `listen` says of the port: asked now if the policy is new, or the port was not known when listening began. */
static __always_inline int settle_listen(struct rf_policy *policy, struct bpf_sock *sk, struct rf_listener *listener,
					 struct rf_call *packet)
{
	struct rf_address peer = packet->address;

	if (listener->listen_generation == policy->generation && listener->owner.port == packet->port)
		return 0;
	read_bound_address(sk, &packet->address);
	packet->hook = RF_HOOK_LISTEN;
	if (!ask_owner(policy, &listener->owner, RF_LISTEN, packet) || ask(packet))
		return 1;
	keep_listen_verdict(policy, listener, packet);
	record_packet(packet, &listener->owner);
	packet->address = peer;
	packet->hook = RF_HOOK_PACKET;
	return 0;
}

/* The tracepoint where listening begins cannot refuse. If there was no memory for the label, as a command can bring
 * about for its own socket, only the maker is known: nobody may connect. */
static __always_inline bool lost_listener(struct bpf_sock *sk, const struct rf_socket *socket,
					  const struct rf_listener *listener)
{
	return !listener && ((socket && (socket->flags & RF_SOCKET_OWN)) || is_subflow_of_fence(sk));
}

/* From an address that an alert has banned. */
static __noinline int shut_out_packet(struct rf_call *call, struct rf_listener *listener)
{
	struct rf_policy *policy = the_policy();

	if (policy) {
		shut_out_of(policy, &call->question);
		record_packet(call, listener ? &listener->owner : NULL);
	}
	return RF_DROP;
}

/* A first segment, or one that completes a handshake: both reach the listener. Dropped here, nobody inside sees it. */
static __noinline int judge_opening(struct __sk_buff *skb, struct bpf_sock *sk, struct rf_socket *socket,
				    struct rf_listener *listener)
{
	struct rf_policy *policy = the_policy();
	struct rf_call call = { .hook = RF_HOOK_PACKET, .direction = RF_INGRESS };
	__u32 flags = read_packet(skb, PACKET_ARRIVES, &call);

	if (!policy)
		return RF_DROP;
	call.port = sk->src_port;
	if (is_banned(&call.address))
		return shut_out_packet(&call, listener);
	if (lost_listener(sk, socket, listener))
		return refuse_packet(&call, socket ? socket : stamp_of_owner(sk), RF_REASON_UNJUDGED);
	if (!listener || !(listener->owner.flags & RF_SOCKET_OWNED))
		return judge_unattributed(policy, &call);
	if (!(flags & PACKET_READABLE))
		return refuse_packet(&call, &listener->owner, RF_REASON_MALFORMED);
	if (scope.everyone && (flags & PACKET_OPENS))
		count_handshake(&listener->owner, call.port, &call.address);
	if (settle_listen(policy, sk, listener, &call) || ask_connection(policy, listener, &call))
		return RF_DROP;
	if (flags & PACKET_OPENS)
		record_packet(&call, &listener->owner);
	return to_return(&call.question.verdict);
}

/* A packet on a connection that was accepted. */
static __noinline int count_accepted(struct __sk_buff *skb, struct bpf_sock *sk, struct rf_listener *listener)
{
	struct rf_call call = {};

	if (judge_accepted(sk, listener, &call) == RF_DROP)
		return RF_DROP;
	count_received(accepted_flow(listener), skb->len);
	return RF_PASS;
}

/* A packet to a socket of the kernel's own, or one that nobody knows: an agent looks for those that were there before it. */
static __noinline int judge_nobody(struct __sk_buff *skb)
{
	struct rf_call call = { .hook = RF_HOOK_PACKET };
	struct rf_policy *policy = the_policy();

	if (!policy)
		return RF_DROP;
	read_packet(skb, PACKET_ARRIVES, &call);
	return judge_unattributed(policy, &call);
}

/* A packet on a connection that was opened here. */
static __noinline int count_opened(struct __sk_buff *skb, struct rf_socket *socket)
{
	struct rf_call call = {};

	if (!still_allowed(socket, &call))
		return RF_DROP;
	count_received(socket->flow, skb->len);
	return RF_PASS;
}

/* True for the answer to what this socket sent last, which is counted. What was an answer itself needs a rule. */
static __always_inline bool is_answer(struct __sk_buff *skb, const struct rf_policy *policy,
				      const struct rf_socket *socket, const struct rf_call *packet)
{
	struct rf_flow *flow;

	if ((socket->flags & (RF_SOCKET_JUDGED | RF_SOCKET_REVOKED)) != RF_SOCKET_JUDGED ||
	    socket->generation != policy->generation || !is_peer(socket, packet))
		return false;
	flow = is_retired(socket->flow) ? NULL : flow_at(socket->flow);
	if (!flow || flow->key.reason == RF_REASON_REPLY)
		return false;
	__sync_fetch_and_add(&flow->received_bytes, skb->len);
	return true;
}

/* A socket whose sends went elsewhere since it was connected: the kernel takes datagrams from that peer only, and if
 * the socket may send there, they are answers. */
static __always_inline bool answers_connection(struct rf_policy *policy, struct bpf_sock *sk, struct rf_socket *socket,
					       struct rf_call *packet)
{
	if (!(socket->flags & RF_SOCKET_JUDGED) || !has_peer(sk))
		return false;
	if (!ask_owner(policy, socket, RF_EGRESS, packet))
		return false;
	return !ask(packet) && packet->question.verdict.action == RF_ALLOW;
}

/* This machine's port; 0 for what has none. */
static __always_inline __u16 local_port(struct __sk_buff *skb, struct bpf_sock *sk, struct rf_call *packet)
{
	struct rf_address peer = packet->address;

	if (!has_ports(packet->protocol))
		return 0;
	if (sk->type != SOCK_TYPE_RAW)
		return sk->src_port;
	read_packet(skb, PACKET_LEAVES, packet); /* where it goes to, which is here */
	packet->address = peer;
	return packet->port;
}

static __always_inline struct rf_socket *owner_of(struct bpf_sock *sk, struct rf_socket *socket)
{
	struct rf_listener *listener = bpf_sk_storage_get(&listeners, sk, 0, 0);

	return listener && (listener->owner.flags & RF_SOCKET_OWNED) ? &listener->owner : socket;
}

static __noinline int judge_datagram(struct __sk_buff *skb, struct bpf_sock *sk, struct rf_socket *socket)
{
	struct rf_policy *policy = the_policy();
	struct rf_call call = { .hook = RF_HOOK_PACKET };
	__u32 flags = read_packet(skb, PACKET_ARRIVES, &call);
	__u16 peer_port = call.port;
	struct rf_socket *owner;
	__u32 flow;

	if (!policy)
		return RF_DROP;
	if (socket && (flags & PACKET_READABLE) &&
	    (is_answer(skb, policy, socket, &call) || is_known_peer(skb, &call, policy->generation) ||
	     answers_connection(policy, sk, socket, &call)))
		return RF_PASS;
	owner = owner_of(sk, socket);
	call.direction = RF_INGRESS;
	call.port = local_port(skb, sk, &call);
	if (!owner)
		return judge_unattributed(policy, &call);
	if (!(flags & PACKET_READABLE))
		return refuse_packet(&call, owner, RF_REASON_MALFORMED);
	if (ask_ingress(policy, owner, &call))
		return RF_DROP;
	flow = record_packet(&call, owner);
	if (call.question.verdict.action == RF_DENY)
		return RF_DROP;
	count_received(flow, skb->len);
	call.port = peer_port;
	hear_peer(skb, &call, flow);
	return RF_PASS;
}

static __always_inline bool is_owned_listener(struct bpf_sock *sk)
{
	struct rf_listener *listener = bpf_sk_storage_get(&listeners, sk, 0, 0);

	return listener && (listener->owner.flags & RF_SOCKET_OWNED);
}

static __always_inline int judge_ingress(struct __sk_buff *skb)
{
	struct bpf_sock *sk = skb->sk;
	struct rf_listener *listener;
	struct rf_socket *socket;

	sk = sk ? bpf_sk_fullsock(sk) : NULL;
	if (!sk)
		return RF_PASS;
	socket = bpf_sk_storage_get(&sockets, sk, 0, 0);
	if (!scope.everyone && !is_fenced_packet(skb, sk, socket) && !is_owned_listener(sk))
		return RF_PASS;
	if (socket && is_quarantined(socket->tgid, socket->start_ns))
		return RF_DROP;
	if (sk->type != SOCK_TYPE_STREAM || sk->protocol != IPPROTO_TCP)
		return judge_datagram(skb, sk, socket);
	if (sk->state != BPF_TCP_LISTEN && socket && (socket->flags & RF_SOCKET_JUDGED))
		return count_opened(skb, socket);
	listener = bpf_sk_storage_get(&listeners, sk, 0, 0);
	if (sk->state == BPF_TCP_LISTEN)
		return judge_opening(skb, sk, socket, listener);
	if (!listener || !(listener->owner.flags & RF_SOCKET_OWNED))
		return scope.everyone ? judge_nobody(skb) : RF_PASS;
	return count_accepted(skb, sk, listener);
}
