// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// A query leaves: who asks what of whom, until the answer comes.
#pragma once

#include "dns_guard.h"
#include "dns_impostor.h"

/* The cookie of a socket's network namespace. No helper for packets has it on 6.1, and the verifier lets nobody look into
 * a packet's socket; so the socket's address goes through a map, and is read as any kernel memory. */
static __always_inline __u64 netns_of(struct dns_room *room, struct bpf_sock *sk)
{
	struct sock *socket;

	*(volatile __u64 *)&room->socket = (__u64)sk;
	socket = (struct sock *)*(volatile __u64 *)&room->socket;
	return BPF_CORE_READ(socket, __sk_common.skc_net.net, net_cookie);
}

/* A question in a message, as it was asked of a resolver on a socket. */
static __always_inline void key_of_query(struct __sk_buff *skb, const struct dns_message *m,
					 const struct rf_address *resolver, __u16 port, __u32 protocol,
					 struct rf_dns_query_key *key)
{
	key->socket = bpf_get_socket_cookie(skb);
	key->name = m->question;
	__builtin_memcpy(key->resolver, resolver, sizeof(key->resolver));
	key->port = port;
	key->id = m->id;
	key->type = m->type;
	key->class = m->class;
	key->protocol = protocol;
	key->unused = 0;
}

/* The first place of a query's set. Names are hashed at a secret point: nobody can aim at the set of another's query. */
static __always_inline __u32 set_of_query(const struct rf_dns_query_key *key)
{
	__u64 mixed = (key->name ^ (key->socket << 32) ^ key->id ^ ((__u64)key->type << 16)) * 0x9e3779b97f4a7c15ULL;

	return (mixed >> 40) % DNS_QUERY_SETS * DNS_QUERY_WAYS;
}

static __always_inline bool same_query(const struct rf_dns_query *query, const struct rf_dns_query_key *key)
{
	const __u64 *a = (const __u64 *)&query->key, *b = (const __u64 *)key;

	if (*(volatile __u32 *)&query->state != RF_DNS_QUERY_WAITS)
		return false;
	return !((a[0] ^ b[0]) | (a[1] ^ b[1]) | (a[2] ^ b[2]) | (a[3] ^ b[3]) | (a[4] ^ b[4]) | (a[5] ^ b[5]));
}

/* True if the place was in that state, and is the caller's alone now. */
static __always_inline bool hold_query(struct rf_dns_query *query, __u32 state)
{
	return __sync_val_compare_and_swap(&query->state, state, RF_DNS_QUERY_HELD) == state;
}

static __always_inline void let_go_of_query(struct rf_dns_query *query, enum rf_dns_query_state state)
{
	__sync_lock_test_and_set(&query->state, state);
}

/* A place for a query, held; NULL for one that waits already, which is sent again, and where others hold all places. */
static __always_inline struct rf_dns_query *place_query(const struct rf_dns_query_key *key, __u64 now, __u64 wait_ns)
{
	__u32 first = set_of_query(key), state;
	struct rf_dns_query *oldest = NULL;

	for (__u32 i = 0; i < DNS_QUERY_WAYS; i++) {
		__u32 index = first + i;
		struct rf_dns_query *query = bpf_map_lookup_elem(&queries, &index);

		if (!query)
			return NULL;
		if (same_query(query, key)) {
			__sync_fetch_and_add(&query->sent, 1);
			return NULL;
		}
		if (query->state == RF_DNS_QUERY_FREE && hold_query(query, RF_DNS_QUERY_FREE))
			return query;
		if (query->state == RF_DNS_QUERY_WAITS && (!oldest || query->asked_ns < oldest->asked_ns))
			oldest = query;
	}
	if (!oldest || now - oldest->asked_ns < wait_ns)
		count_loss(RF_LOSS_DNS_QUERIES);
	state = RF_DNS_QUERY_WAITS;
	return oldest && hold_query(oldest, state) ? oldest : NULL;
}

static __noinline void keep_query(struct dns_room *room, struct bpf_sock *sk)
{
	struct rf_dns_settings *settings = the_dns_settings();
	__u64 now = bpf_ktime_get_boot_ns();
	struct dns_message *m = &room->message;
	struct rf_dns_query *query;

	if (!settings)
		return;
	query = place_query(&room->key, now, settings->wait_ns);
	if (!query)
		return;
	query->key = room->key;
	query->asked_ns = now;
	query->netns = netns_of(room, sk);
	query->sent = 1;
	query->trusted = find_resolver(settings, query->netns, room->key.resolver);
	query->name_length = m->name_length;
	__builtin_memcpy(&query->name, &m->name[DNS_NAME_PAD], sizeof(query->name));
	describe_asker(sk, query);
	let_go_of_query(query, RF_DNS_QUERY_WAITS);
}

/* The message in the room, which would leave for port 53. Its question alone is read. Returns false if it may not. */
static __always_inline bool see_query(struct __sk_buff *skb, struct bpf_sock *sk, struct dns_room *room,
				      const struct dns_packet *p, bool readable)
{
	struct dns_message *m = &room->message;

	if (!readable) {
		count_dns(RF_DNS_MALFORMED, 1);
		m->name_length = 0;
		m->question = 0;
		m->type = 0;
	}
	key_of_query(skb, m, &p->destination, p->source_port, p->protocol, &room->key);
	if (!may_ask(sk, room, p))
		return false;
	if (readable) {
		keep_query(room, sk);
		count_dns(RF_DNS_QUERIES, 1);
	}
	return true;
}

/* True where the packet holds a copy of what was sent. With MSG_ZEROCOPY or splice() it holds pages that the sender may
 * still write, after the policy was asked. */
static __always_inline bool is_copy(struct __sk_buff *skb, __u32 end)
{
	return end <= (void *)(long)skb->data_end - (void *)(long)skb->data;
}

static long query_step(__u32 index, struct dns_datagrams *d)
{
	struct dns_message *m = &d->room->message;
	__u32 length = datagram_length(d);
	bool readable;

	if (!length)
		return 1;
	readable = is_copy(d->skb, d->at + length) && load_message(d->skb, m, d->at, length) && !dns_parse_query(m) &&
		   !(m->flags & RF_DNS_RESPONSE);
	if (!see_query(d->skb, d->sk, d->room, d->packet, readable)) {
		d->denied = true;
		return 1;
	}
	d->at += length;
	return 0;
}
