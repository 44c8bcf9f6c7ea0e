// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// Queries that the policy denies do not leave: the send fails with EPERM, over TCP the segment that would complete them
// is dropped, and all that follows on the connection.
#pragma once

#include "dns_packet.h"
#include "query.h"

/* True for the answer of a DNS server inside to who asked it: the socket's last destination was this one, as a reply.
 * Resolvers ask nobody, and what comes late from one is no question. A socket has many threads. */
static __always_inline bool answers_peer(const struct rf_socket *socket, const struct dns_packet *p)
{
	__u32 before = *(volatile __u32 *)&socket->sequence;
	bool same = (socket->flags & RF_SOCKET_REPLY) && p->source_port == DNS_PORT &&
		    socket->port == p->destination_port &&
		    same_address((const struct rf_address *)socket->address, &p->destination) &&
		    !dns_find_resolver(socket->netns, &p->destination);

	return same && !(before & 1) && *(volatile __u32 *)&socket->sequence == before;
}

/* The stamp of a socket whose queries the policy judges; NULL for what it does not judge. */
static __always_inline struct rf_socket *judged_asker(struct bpf_sock *sk, const struct dns_packet *p)
{
	struct rf_policy *policy = scope.names ? the_policy() : NULL;
	struct rf_socket *socket;

	if (!policy || !policy->query_count || p->destination_port != DNS_PORT)
		return NULL;
	socket = bpf_sk_storage_get(&sockets, sk, 0, 0);
	return socket && socket->tgid && !answers_peer(socket, p) ? socket : NULL;
}

static __always_inline void describe_asker(struct bpf_sock *sk, struct rf_dns_query *query)
{
	struct rf_socket *socket = bpf_sk_storage_get(&sockets, sk, 0, 0);

	query->exec_ns = 0;
	query->tgid = 0;
	query->uid = 0;
	__builtin_memset(&query->actor, 0, sizeof(query->actor));
	if (!socket)
		return;
	query->exec_ns = socket->exec_ns;
	query->tgid = socket->tgid;
	query->uid = socket->uid;
	announce_process(describe_owner(socket, &query->actor));
}

static __always_inline void announce_denied(struct bpf_sock *sk, const struct dns_room *room, __u64 netns)
{
	const struct rf_verdict *verdict = &room->call.question.verdict;
	const struct dns_message *m = &room->message;
	bool denied = verdict->action == RF_DENY;
	struct rf_dns_event *event;
	struct rf_policy *policy;

	event = bpf_ringbuf_reserve(&events, sizeof(*event), 0);
	if (!event) {
		count_loss(RF_LOSS_EVENTS);
		return;
	}
	__builtin_memset(event, 0, sizeof(*event));
	event->kind = RF_EVENT_DNS;
	event->event_flags = denied ? RF_DNS_EVENT_DENIED : RF_DNS_EVENT_WOULD_DENY;
	if (dns_find_resolver(netns, (const struct rf_address *)room->key.resolver))
		event->event_flags |= RF_DNS_EVENT_TRUSTED;
	event->time_ns = bpf_ktime_get_boot_ns();
	event->bit = denied ? verdict->bit : verdict->shadow_bit;
	policy = policy_in(room->call.question.slot);
	event->generation = policy ? policy->generation : 0;
	event->query.key = room->key;
	event->query.asked_ns = event->time_ns;
	event->query.sent = !denied;
	event->query.name_length = m->name_length;
	bpf_probe_read_kernel(&event->query.name, sizeof(event->query.name), &m->name[DNS_NAME_PAD]);
	describe_asker(sk, &event->query);
	bpf_ringbuf_submit(event, wake_flags());
}

/* Counts the verdict in the room's call, as record_packet() does on its own stack, for which there is no room here. */
static __always_inline void record_query(struct dns_room *room, const struct rf_socket *socket)
{
	__u64 now = bpf_ktime_get_boot_ns();
	__u32 index, *known;

	__builtin_memset(&room->flow, 0, sizeof(room->flow));
	fill_key(&room->call, &room->flow);
	fill_owner(socket, &room->flow);
	known = bpf_map_lookup_elem(&flow_index, &room->flow);
	if (known) {
		count_verdict(*known, now);
		return;
	}
	__builtin_memset(&room->actor, 0, sizeof(room->actor));
	announce_process(describe_owner(socket, &room->actor));
	index = flow_of(&room->flow, &room->actor, now);
	count_verdict(index, now);
	announce_verdict(&room->flow, &room->actor, 0, index, now);
}

static __always_inline void begin_query(struct dns_room *room, const struct rf_policy *policy, const struct dns_packet *p)
{
	struct rf_call *call = &room->call;

	call->address = p->destination;
	call->port = p->destination_port;
	call->protocol = p->protocol;
	call->hook = RF_HOOK_PACKET;
	call->direction = RF_QUERY;
	call->question.slot = policy->slot;
}

/* A segment out of which nobody here can read what the resolver reads. */
static __noinline int refuse_segment(struct bpf_sock *sk, struct dns_room *room, const struct dns_packet *p)
{
	struct rf_socket *socket = judged_asker(sk, p);
	struct rf_policy *policy = the_policy();

	if (!socket || !policy)
		return RF_PASS;
	begin_query(room, policy, p);
	refuse_for(RF_REASON_MALFORMED, policy, &room->call.question);
	record_query(room, socket);
	return to_return(&room->call.question.verdict);
}

/* May the message in the room leave? One that cannot be read may ask for any name. */
static __noinline int may_ask(struct bpf_sock *sk, struct dns_room *room, const struct dns_packet *p, bool readable)
{
	struct rf_socket *socket = judged_asker(sk, p);
	struct rf_policy *policy = the_policy();
	struct dns_message *m = &room->message;
	struct rf_call *call = &room->call;

	if (!socket || !policy)
		return true;
	begin_query(room, policy, p);
	if (readable) {
		classify_stamp(policy->slot, socket, RF_QUERY, &call->question.subject);
		call->question.subject_row = subject_row(policy, &call->question.subject);
		ask_query(&call->question, (struct rf_name_text *)&m->name[DNS_NAME_PAD], m->name_length, m->question);
	} else {
		refuse_for(RF_REASON_MALFORMED, policy, &call->question);
	}
	if (call->question.verdict.action == RF_ALLOW && call->question.verdict.shadow_action == RF_ALLOW)
		return true;
	record_query(room, socket);
	announce_denied(sk, room, socket->netns);
	return call->question.verdict.action == RF_ALLOW;
}
