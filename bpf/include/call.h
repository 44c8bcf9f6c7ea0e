// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// The verdict at a system call: by the process that makes it, whoever made the socket.
#pragma once

#include "flow.h"

#define RF_PASS 1
#define RF_REFUSE 0 /* the caller gets EPERM */
#define RF_REPLY_WINDOW_NS 120000000000ULL

static __always_inline void refuse_for(enum rf_reason reason, struct rf_policy *policy, struct rf_verdict *verdict)
{
	verdict->bit = RF_NO_BIT;
	verdict->shadow_bit = RF_NO_BIT;
	verdict->reason = reason;
	verdict->shadow_action = RF_DENY;
	verdict->action = policy->enforcing ? RF_DENY : RF_ALLOW;
}

static __always_inline int to_return(const struct rf_verdict *verdict)
{
	return verdict->action == RF_DENY ? RF_REFUSE : RF_PASS;
}

/* A datagram from that peer came in on this socket a while ago: this is the answer. */
static __always_inline bool is_reply(__u64 cookie, const struct rf_address *address, __u16 port)
{
	struct rf_peer_key key = { .cookie = cookie, .port = port };
	struct rf_peer_state *peer;

	__builtin_memcpy(key.address, address, sizeof(key.address));
	peer = bpf_map_lookup_elem(&peers, &key);
	return peer && peer->heard_ns && bpf_ktime_get_boot_ns() - peer->heard_ns < RF_REPLY_WINDOW_NS;
}

/* Keeps which row counts what goes to and comes from this peer, once a socket has more than one. */
static __always_inline void remember_peer(__u64 cookie, const struct rf_call *call, __u32 flow)
{
	struct rf_peer_key key = { .cookie = cookie, .port = call->port };
	struct rf_peer_state state = { .flow = flow, .known = 1 };
	struct rf_peer_state *known;

	__builtin_memcpy(key.address, &call->address, sizeof(key.address));
	known = bpf_map_lookup_elem(&peers, &key);
	if (known) {
		known->flow = flow;
		known->known = 1;
	} else {
		bpf_map_update_elem(&peers, &key, &state, BPF_ANY);
	}
}

static __always_inline void read_v6(struct rf_address *address, struct bpf_sock_addr *ctx)
{
	address->word[0] = ctx->user_ip6[0];
	address->word[1] = ctx->user_ip6[1];
	address->word[2] = ctx->user_ip6[2];
	address->word[3] = ctx->user_ip6[3];
}

/*
 * The last verdict holds for the same image, subject and destination; datagrams then cost no classification. Threads
 * share sockets: a destination read while another thread wrote it, half old and half new, settles nothing.
 */
static __always_inline bool is_settled(struct rf_socket *socket, const struct rf_caller *caller,
				       const struct rf_subject *subject, const struct rf_call *call)
{
	__u32 before = *(volatile __u32 *)&socket->sequence;
	bool same = (socket->flags & RF_SOCKET_JUDGED) && socket->port == call->port &&
		    socket->protocol == call->protocol && socket->tgid == caller->tgid &&
		    socket->uid == caller->uid && caller->record && socket->exec_ns == caller->record->exec_ns &&
		    same_subject(&socket->subject, subject) &&
		    same_address((const struct rf_address *)socket->address, &call->address);

	/* the addition of nothing is the barrier */
	return same && !(before & 1) && __sync_fetch_and_add(&socket->sequence, 0) == before;
}

/* Keeps what was judged; of two threads at once, the first. */
static __always_inline void settle(struct rf_socket *socket, const struct rf_caller *caller,
				   const struct rf_subject *subject, const struct rf_call *call, __u32 flow)
{
	__u32 before = *(volatile __u32 *)&socket->sequence;

	if ((before & 1) || __sync_val_compare_and_swap(&socket->sequence, before, before + 1) != before)
		return;
	socket->exec_ns = caller->record ? caller->record->exec_ns : 0;
	socket->subject = *subject;
	__builtin_memcpy(socket->address, &call->address, sizeof(socket->address));
	socket->tgid = caller->tgid;
	socket->uid = caller->uid;
	socket->flow = flow;
	socket->port = call->port;
	socket->protocol = call->protocol;
	socket->flags |= RF_SOCKET_JUDGED;
	__sync_fetch_and_add(&socket->sequence, 1);
}

static __always_inline int judge_call(struct bpf_sock_addr *ctx, struct rf_call *call)
{
	struct rf_policy *policy = the_policy();
	struct rf_subject *subject = &call->question.subject;
	struct rf_verdict *verdict = &call->question.verdict;
	struct rf_caller caller = {};
	struct rf_socket *socket;
	__u32 flow;

	if (!find_caller(&caller))
		return RF_PASS;
	if (!policy)
		return RF_REFUSE;
	call->port = bpf_ntohs(ctx->user_port);
	call->protocol = ctx->protocol & 0xff; /* MPTCP's 262 reads as TCP's 6 */
	normalize(&call->address);
	if (rule_protocol(call->protocol) == IPPROTO_ICMP)
		call->port = 0; /* a ping socket's "port" is an identifier */
	classify_subject(policy, caller.record, caller.task, caller.uid, caller.gid, subject);
	socket = bpf_sk_storage_get(&sockets, ctx->sk, 0, BPF_SK_STORAGE_GET_F_CREATE);
	if (!socket) {
		count_loss(RF_LOSS_SOCKETS);
		return policy->enforcing ? RF_REFUSE : RF_PASS;
	}
	if (call->hook == RF_HOOK_SENDMSG && is_settled(socket, &caller, subject, call)) {
		count_verdict(socket->flow, bpf_ktime_get_boot_ns());
		return RF_PASS;
	}
	classify_peer(policy, &call->address, call->port, call->protocol, &call->question.peer);
	if (decide(&call->question))
		return RF_REFUSE;
	/* An answer needs no rule; a deny rule stands all the same. */
	if (verdict->shadow_action == RF_DENY && call->hook == RF_HOOK_SENDMSG &&
	    (__u32)verdict->shadow_bit >= policy->allow_end &&
	    is_reply(bpf_get_socket_cookie(ctx), &call->address, call->port)) {
		verdict->action = RF_ALLOW;
		verdict->shadow_action = RF_ALLOW;
		verdict->reason = RF_REASON_REPLY;
	}
	flow = record_verdict(call);
	if (verdict->action == RF_ALLOW) {
		if (call->hook == RF_HOOK_SENDMSG)
			remember_peer(bpf_get_socket_cookie(ctx), call, flow);
		settle(socket, &caller, subject, call, flow);
	}
	return to_return(verdict);
}

/* UDP-Lite's connect() meets no hook, though a rule calls it udp. */
static __always_inline bool has_call_hook(__u32 type, __u32 protocol)
{
	return type != 3 /* SOCK_RAW */ &&
	       (protocol == IPPROTO_TCP || protocol == IPPROTO_MPTCP || protocol == IPPROTO_UDP);
}

/* Marks every socket made inside, so that the packet hooks know theirs. TCP and UDP are judged at connect and send;
 * raw, ping and other sockets only by the packet hooks, which see them in the run's own cgroup alone. */
static __always_inline int judge_socket(struct bpf_sock *ctx)
{
	struct rf_policy *policy = the_policy();
	struct rf_call call = { .protocol = ctx->protocol & 0xff, .hook = RF_HOOK_SOCK_CREATE };
	struct rf_caller caller = {};
	struct rf_fence *state;
	struct rf_socket *socket;
	bool per_packet = !has_call_hook(ctx->type, ctx->protocol);

	if (!find_caller(&caller))
		return RF_PASS;
	state = the_fence();
	if (!policy || !state)
		return RF_REFUSE;
	if (per_packet && !inside_cgroup(state->cgroup)) {
		refuse_for(RF_REASON_OUTSIDE_CGROUP, policy, &call.question.verdict);
		record_verdict(&call);
		return to_return(&call.question.verdict);
	}
	socket = bpf_sk_storage_get(&sockets, ctx, 0, BPF_SK_STORAGE_GET_F_CREATE);
	if (!socket) {
		count_loss(RF_LOSS_SOCKETS);
		return policy->enforcing ? RF_REFUSE : RF_PASS;
	}
	socket->tgid = caller.tgid;
	socket->uid = caller.uid;
	socket->exec_ns = caller.record ? caller.record->exec_ns : 0;
	socket->protocol = call.protocol;
	socket->flags = per_packet ? RF_SOCKET_PER_PACKET : 0;
	classify_subject(policy, caller.record, caller.task, caller.uid, caller.gid, &socket->subject);
	return RF_PASS;
}
