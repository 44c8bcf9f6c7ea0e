// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// The verdict at a system call: by the process that makes it, whoever made the socket.
#pragma once

#include "flow.h"
#include "opened.h"
#include "quarantine.h"
#include "peers.h"

#define RF_PASS 1
#define RF_REFUSE 0 /* the caller gets EPERM */

static __always_inline void refuse_for(enum rf_reason reason, struct rf_policy *policy, struct rf_question *question)
{
	struct rf_verdict *verdict = &question->verdict;

	question->slot = policy->slot;
	verdict->bit = RF_NO_BIT;
	verdict->shadow_bit = RF_NO_BIT;
	verdict->reason = reason;
	verdict->shadow_action = RF_DENY;
	verdict->action = policy->enforcing ? RF_DENY : RF_ALLOW;
}

/* A policy that refuses no destination protects none: what could reach others than the judged ones may pass. */
static __always_inline bool can_deny(const struct rf_policy *policy)
{
	return policy->deny_end || policy->default_deny_end > policy->allow_end;
}

struct denial_search {
	struct rf_policy *policy;
	const struct rf_subject *subject;
	__u32 row;
	__u32 enforced_row; /* RF_NO_ROW: audited rules count too */
	__u32 open; /* a rule allows everything */
	__u32 found;
};

/* The bits of the word at hand whose numbers are below `end`. */
static __always_inline __u64 bits_below(__u32 end, __u32 first)
{
	if (end <= first)
		return 0;
	return end - first >= 64 ? ~0ULL : (1ULL << ((end - first) & 63)) - 1;
}

/* Rules come before defaults, so that it is known whether one allows everything when a default is met. */
static long search_denial(__u32 index, struct denial_search *search)
{
	__u32 block = index / RF_BLOCK_WORDS, word = index % RF_BLOCK_WORDS, first = index * 64;
	struct rf_policy *policy = search->policy;
	__u64 bits, rules, denied;

	if (first >= policy->default_deny_end)
		return 1;
	bits = search->row == RF_NO_ROW ? subject_word(policy, search->subject, block, word)
					: word_of(policy, search->row, block, word);
	if (search->enforced_row != RF_NO_ROW)
		bits &= word_of(policy, search->enforced_row, block, word);
	denied = bits & bits_below(policy->deny_end, first);
	rules = bits_below(policy->allow_end, first);
	if (bits & rules & ~denied & word_of(policy, policy->anywhere_row, block, word) &
	    word_of(policy, policy->other_row, block, word))
		search->open = 1;
	if (!search->open)
		denied |= bits & bits_below(policy->default_deny_end, first) & ~rules;
	search->found = denied != 0;
	return search->found;
}

/* True if a rule could deny the question's subject anything, or a default what no rule allows: of those that are
 * enforced, or with `audited` of all. Global: verified once a program. */
__noinline int is_held(const struct rf_question *question, bool audited)
{
	struct denial_search search = {};

	if (!question)
		return 1;
	search.policy = policy_in(question->slot);
	if (!search.policy)
		return 1;
	search.subject = &question->subject;
	search.row = question->subject_row;
	search.enforced_row = audited ? RF_NO_ROW : enforced_row(search.policy);
	bpf_loop(search.policy->block_count * RF_BLOCK_WORDS, search_denial, &search, 0);
	return search.found;
}

/* The same of whoever asks the question: of a run everybody is held to its policy, of a host those whom a profile
 * selects. Who is held to nothing, or may reach everything, may do what could reach others than the judged ones. */
static __always_inline bool can_deny_subject(const struct rf_policy *policy, const struct rf_question *question)
{
	return can_deny(policy) && (!scope.everyone || is_held(question, false));
}

/* Refuses what could reach others than the judged ones to whom the policy holds, and only tells it of whom an audited
 * profile would hold. False for everybody else. */
static __always_inline bool refuse_held(enum rf_reason reason, struct rf_policy *policy, struct rf_question *question)
{
	bool held = can_deny_subject(policy, question);

	if (!held && (!scope.everyone || !can_deny(policy) || !is_held(question, true)))
		return false;
	refuse_for(reason, policy, question);
	if (!held)
		question->verdict.action = RF_ALLOW;
	return true;
}

/* Denied whatever the policy enforces. */
static __always_inline void shut_out_of(struct rf_policy *policy, struct rf_question *question)
{
	refuse_for(RF_REASON_QUARANTINE, policy, question);
	question->verdict.action = RF_DENY;
}

static __always_inline int to_return(const struct rf_verdict *verdict)
{
	return verdict->action == RF_DENY ? RF_REFUSE : RF_PASS;
}

/* A datagram from that peer came in on this socket a while ago: this is the answer. */
__noinline int is_reply(__u64 cookie, const struct rf_call *call)
{
	struct rf_peer_key key = { .cookie = cookie };
	struct rf_peer_state *peer;
	struct rf_policy *policy;

	if (!call)
		return 0;
	policy = policy_in(call->question.slot);
	key.port = call->port;
	__builtin_memcpy(key.address, &call->address, sizeof(key.address));
	peer = bpf_map_lookup_elem(&peers, &key);
	/* What an older policy let in asks for nothing now. */
	if (!peer || !policy || peer->heard_generation != policy->generation)
		return false;
	return peer->heard_ns && bpf_ktime_get_boot_ns() - peer->heard_ns < RF_REPLY_WINDOW_NS;
}

/* Keeps whom this socket wrote to, whether it was asked to, and which row counts what goes to and comes from this peer,
 * once a socket has more than one. */
__noinline int remember_peer(__u64 cookie, const struct rf_call *call, __u32 flow)
{
	struct rf_peer_key key = { .cookie = cookie };
	struct rf_peer_state state = { .flow = flow, .known = 1 };
	__u64 now = bpf_ktime_get_boot_ns();
	struct rf_peer_state *known;
	struct rf_policy *policy;

	if (!call)
		return 1;
	policy = policy_in(call->question.slot);
	if (policy && call->question.verdict.reason != RF_REASON_REPLY)
		state.asked_generation = policy->generation;
	key.port = call->port;
	__builtin_memcpy(key.address, &call->address, sizeof(key.address));
	known = bpf_map_lookup_elem(&peers, &key);
	if (known) {
		known->used_ns = now;
		known->flow = flow;
		known->known = 1;
		if (state.asked_generation)
			known->asked_generation = state.asked_generation;
	} else {
		keep_peer(&key, &state, now);
	}
	return 0;
}

/* An answer needs no rule; a deny rule stands all the same. */
static __always_inline void excuse_reply(const struct rf_policy *policy, struct rf_call *call, __u64 cookie)
{
	struct rf_verdict *verdict = &call->question.verdict;

	if (verdict->shadow_action != RF_DENY || (__u32)verdict->shadow_bit < policy->allow_end || !is_reply(cookie, call))
		return;
	verdict->action = RF_ALLOW;
	verdict->shadow_action = RF_ALLOW;
	verdict->reason = RF_REASON_REPLY;
}

/* Queries are read in packets. What goes to their port from a socket whose packets nobody sees may be any query. */
static __always_inline bool hides_queries(const struct rf_policy *policy, const struct rf_socket *socket, __u32 port)
{
	return scope.names && policy->query_count && port == DNS_PORT && !(socket->flags & RF_SOCKET_SEEN);
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
static __always_inline bool is_settled(struct rf_socket *socket, const struct rf_policy *policy,
				       const struct rf_caller *caller, __u32 row, const struct rf_call *call)
{
	__u32 before = *(volatile __u32 *)&socket->sequence;
	bool same = (socket->flags & (RF_SOCKET_JUDGED | RF_SOCKET_REVOKED)) == RF_SOCKET_JUDGED &&
		    socket->generation == policy->generation &&
		    socket->subject_row == row && row != RF_NO_ROW && socket->port == call->port &&
		    socket->protocol == call->protocol && socket->tgid == caller->tgid &&
		    socket->uid == caller->uid && caller->record && socket->exec_ns == caller->record->exec_ns &&
		    same_address((const struct rf_address *)socket->address, &call->address);

	/* the addition of nothing is the barrier */
	return same && !is_retired(socket->flow) && !(before & 1) && __sync_fetch_and_add(&socket->sequence, 0) == before;
}

/* One thread at a time writes what was judged; who comes second keeps nothing. */
static __always_inline bool begin_settling(struct rf_socket *socket)
{
	__u32 before = *(volatile __u32 *)&socket->sequence;

	return !(before & 1) && __sync_val_compare_and_swap(&socket->sequence, before, before + 1) == before;
}

static __always_inline void end_settling(struct rf_socket *socket)
{
	__sync_fetch_and_add(&socket->sequence, 1);
}

/* Who uses the socket, for the packet hooks and for policies to come. */
static __always_inline void stamp(struct rf_socket *socket, const struct rf_caller *caller, __u64 listed_cgroup)
{
	socket->exe_flags = RF_EXE_UNKNOWN;
	if (caller->record) {
		socket->exe = caller->record->exe;
		socket->exe_flags = caller->record->exe_flags;
	}
	socket->exec_ns = caller->record ? caller->record->exec_ns : 0;
	socket->start_ns = caller->record ? caller->record->start_ns : 0;
	socket->cgroup = cgroup_of(caller->task);
	socket->listed_cgroup = listed_cgroup;
	read_comm(caller->task, socket->comm);
	socket->tgid = caller->tgid;
	socket->uid = caller->uid;
	socket->gid = caller->gid;
}

/* Keeps what was judged; of two threads at once, the first. */
static __always_inline void settle(struct rf_socket *socket, struct rf_policy *policy,
				   const struct rf_caller *caller, const struct rf_call *call, __u32 flow)
{
	if (!begin_settling(socket))
		return;
	stamp(socket, caller, listed_cgroup_of(policy, caller));
	__builtin_memcpy(socket->address, &call->address, sizeof(socket->address));
	socket->netns = call->question.netns;
	socket->domain = call->question.domain;
	socket->subject_row = call->question.subject_row;
	socket->generation = policy->generation;
	socket->flow = flow;
	socket->port = call->port;
	socket->protocol = call->protocol;
	socket->flags = (socket->flags | RF_SOCKET_JUDGED) & ~(RF_SOCKET_REVOKED | RF_SOCKET_REPLY);
	if (call->question.verdict.reason == RF_REASON_REPLY)
		socket->flags |= RF_SOCKET_REPLY;
	end_settling(socket);
}

static __always_inline int judge_call(struct bpf_sock_addr *ctx, struct rf_call *call)
{
	struct rf_policy *policy = the_policy();
	struct rf_question *question = &call->question;
	struct rf_verdict *verdict = &question->verdict;
	struct rf_caller caller = {};
	struct rf_socket *socket;
	__u32 flow;

	if (!find_caller(&caller))
		return RF_PASS;
	if (!policy)
		return RF_REFUSE;
	ask_caller(policy, &caller, question);
	if (scope.names)
		question->netns = bpf_get_netns_cookie(ctx);
	call->port = bpf_ntohs(ctx->user_port);
	call->protocol = ctx->protocol & 0xff; /* MPTCP's 262 reads as TCP's 6 */
	normalize(&call->address);
	if (rule_protocol(call->protocol) == IPPROTO_ICMP)
		call->port = 0; /* a ping socket's "port" is an identifier */
	if (caller.record && is_quarantined(caller.tgid, caller.record->start_ns)) {
		shut_out_of(policy, question);
		record_verdict(call, &caller);
		return RF_REFUSE;
	}
	socket = bpf_sk_storage_get(&sockets, ctx->sk, 0, BPF_SK_STORAGE_GET_F_CREATE);
	if (!socket) {
		count_loss(RF_LOSS_SOCKETS);
		return policy->enforcing ? RF_REFUSE : RF_PASS;
	}
	if (hides_queries(policy, socket, call->port) && can_deny_subject(policy, question)) {
		refuse_for(RF_REASON_OUTSIDE_CGROUP, policy, question);
		record_verdict(call, &caller);
		if (verdict->action == RF_DENY)
			return RF_REFUSE;
	}
	if (call->hook == RF_HOOK_SENDMSG && is_settled(socket, policy, &caller, question->subject_row, call) &&
	    (!(socket->flags & RF_SOCKET_REPLY) || is_reply(bpf_get_socket_cookie(ctx), call))) {
		count_verdict(socket->flow, bpf_ktime_get_boot_ns());
		return RF_PASS;
	}
	if (ask(call))
		return RF_REFUSE;
	if (call->hook == RF_HOOK_SENDMSG)
		excuse_reply(policy, call, bpf_get_socket_cookie(ctx));
	flow = record_verdict(call, &caller);
	if (verdict->action == RF_ALLOW) {
		if (call->hook == RF_HOOK_SENDMSG)
			remember_peer(bpf_get_socket_cookie(ctx), call, flow);
		settle(socket, policy, &caller, call, flow);
	}
	return to_return(verdict);
}

/* UDP-Lite's connect() meets no hook, though a rule calls it udp. */
static __always_inline bool has_call_hook(__u32 type, __u32 protocol)
{
	return type != 3 /* SOCK_RAW */ &&
	       (protocol == IPPROTO_TCP || protocol == IPPROTO_MPTCP || protocol == IPPROTO_UDP);
}

/* A socket belongs to the cgroup in which it is made, and packet hooks see only those of their own cgroup and below.
 * Without them the calls judge TCP alone to the end: a datagram can carry a source route in a control message, and
 * MPTCP's further subflows meet no call. */
static __always_inline bool escapes_packet_hooks(const struct rf_fence *state, __u32 type, __u32 protocol)
{
	return !(type == 1 /* SOCK_STREAM */ && protocol == IPPROTO_TCP) && !inside_cgroup(state->packet_cgroup);
}

/* Marks every socket made inside, so that the packet hooks know theirs. TCP and UDP are judged at connect and send;
 * raw, ping and other sockets only by the packet hooks. */
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
	if (!scope.everyone && (per_packet || can_deny(policy)) && escapes_packet_hooks(state, ctx->type, ctx->protocol)) {
		refuse_for(RF_REASON_OUTSIDE_CGROUP, policy, &call.question);
		record_verdict(&call, &caller);
		return to_return(&call.question.verdict);
	}
	socket = bpf_sk_storage_get(&sockets, ctx, 0, BPF_SK_STORAGE_GET_F_CREATE);
	if (!socket) {
		count_loss(RF_LOSS_SOCKETS);
		return policy->enforcing ? RF_REFUSE : RF_PASS;
	}
	stamp(socket, &caller, listed_cgroup_of(policy, &caller));
	if (scope.names)
		socket->netns = bpf_get_netns_cookie(ctx);
	socket->protocol = call.protocol;
	socket->flags = RF_SOCKET_OWN | (per_packet ? RF_SOCKET_PER_PACKET : 0);
	if (scope.names && (scope.everyone || inside_cgroup(state->packet_cgroup)))
		socket->flags |= RF_SOCKET_SEEN;
	if (scope.everyone && call.protocol == IPPROTO_UDP)
		note_opening(ctx);
	if (!per_packet)
		return RF_PASS;
	/* asked here, where the caller's place among the cgroups can be walked up */
	ask_caller(policy, &caller, &call.question);
	socket->subject_row = call.question.subject_row;
	socket->generation = policy->generation;
	return RF_PASS;
}
