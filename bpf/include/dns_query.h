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

/* Who asks whom: all that an answer must match but the question. */
static __always_inline void key_of_exchange(struct __sk_buff *skb, const struct dns_message *m,
					    const struct rf_address *resolver, __u16 port, __u32 protocol,
					    struct rf_dns_query_key *key)
{
	key->socket = bpf_get_socket_cookie(skb);
	__builtin_memcpy(key->resolver, resolver, sizeof(key->resolver));
	key->port = port;
	key->id = dns_u16(m, 0);
	key->protocol = protocol;
	key->unused = 0;
}

#define DNS_QUERY_PLACES (2 * DNS_QUERY_WAYS)
#define DNS_NO_PLACE 0xffffffff

/* Where a query's two sets begin. */
struct dns_query_sets {
	__u32 near;
	__u32 far;
};

/* The secret: nobody can aim at the sets of another's query. */
static __always_inline struct dns_query_sets sets_of_query(const struct rf_dns_query_key *key, __u64 secret)
{
	__u64 mixed = (key->socket << 16 ^ key->id) * (secret | 1);
	__u32 far = DNS_QUERY_NEAR_SETS + (__u32)(mixed >> 44) % (DNS_QUERY_SETS - DNS_QUERY_NEAR_SETS);

	return (struct dns_query_sets){
		.near = (mixed >> 40) % DNS_QUERY_NEAR_SETS * DNS_QUERY_WAYS,
		.far = far * DNS_QUERY_WAYS,
	};
}

/* The number of a place where a query may lie: those of the near set first. */
static __always_inline __u32 place_in(const struct dns_query_sets *sets, __u32 turn)
{
	return turn < DNS_QUERY_WAYS ? sets->near + turn : sets->far + turn - DNS_QUERY_WAYS;
}

static __always_inline struct rf_dns_query *query_at(__u32 place)
{
	return bpf_map_lookup_elem(&queries, &place);
}

/* Who asks whom, and where. */
static __always_inline bool same_exchange(const struct rf_dns_query *query, const struct rf_dns_query_key *key)
{
	const __u64 *a = (const __u64 *)query->key.resolver, *b = (const __u64 *)key->resolver;

	if (query->key.id != key->id || query->key.port != key->port || query->key.protocol != key->protocol)
		return false;
	return !((query->key.socket ^ key->socket) | (a[0] ^ b[0]) | (a[1] ^ b[1]));
}

static __always_inline bool waits(const struct rf_dns_query *query)
{
	return *(volatile __u32 *)&query->state == RF_DNS_QUERY_WAITS;
}

static __always_inline bool same_query(const struct rf_dns_query *query, const struct rf_dns_query_key *key)
{
	return waits(query) && same_exchange(query, key) && query->key.name == key->name &&
	       query->key.type == key->type && query->key.class == key->class;
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

/* Takes the place of the query that waits longest, if nobody else does. Global, as it is rare. */
__noinline int dns_take_oldest(struct dns_room *room, __u64 now)
{
	const struct rf_dns_settings *settings = the_dns_settings();
	struct rf_dns_query *query;
	struct dns_query_sets sets;
	__u64 oldest = ~0ULL;

	if (!room || !settings)
		return 0;
	sets = sets_of_query(&room->key, settings->secret);
	for (__u32 turn = 0; turn < DNS_QUERY_PLACES; turn++) {
		__u32 place = place_in(&sets, turn);

		query = query_at(place);
		if (query && waits(query) && query->asked_ns < oldest) {
			oldest = query->asked_ns;
			room->place = place;
		}
	}
	if (now - oldest < settings->wait_ns)
		count_loss(RF_LOSS_DNS_QUERIES);
	query = query_at(room->place);
	if (!query || !hold_query(query, RF_DNS_QUERY_WAITS))
		room->place = DNS_NO_PLACE;
	return 0;
}

/* A place for a query, held; NULL for one that waits already, which is sent again, and where others hold all places. */
static __always_inline struct rf_dns_query *place_query(struct dns_room *room, __u64 now, __u64 secret)
{
	struct dns_query_sets sets = sets_of_query(&room->key, secret);

	room->place = DNS_NO_PLACE;
	for (__u32 turn = 0; turn < DNS_QUERY_PLACES; turn++) {
		__u32 place = place_in(&sets, turn);
		struct rf_dns_query *query = query_at(place);

		if (!query)
			return NULL;
		if (same_query(query, &room->key)) {
			__sync_fetch_and_add(&query->sent, 1);
			return NULL;
		}
		if (query->state == RF_DNS_QUERY_FREE && hold_query(query, RF_DNS_QUERY_FREE)) {
			room->place = place;
			break;
		}
	}
	forget_registers();
	if (room->place == DNS_NO_PLACE)
		dns_take_oldest(room, now);
	return query_at(room->place);
}

/* Sees to it that the room knows the socket's namespace, and whether the resolver is trusted there. Whoever asks for both
 * families does so on one socket. */
static __always_inline void know_asker(struct dns_room *room, struct bpf_sock *sk, __u32 version)
{
	const struct rf_address *resolver = (const struct rf_address *)room->key.resolver;

	if (room->asker == room->key.socket && room->asker_version == version &&
	    same_address(&room->asker_resolver, resolver))
		return;
	room->asker = room->key.socket;
	room->asker_version = version;
	room->asker_netns = netns_of(room, sk);
	room->asker_resolver = *resolver;
	room->asker_trusted = dns_find_resolver(room->asker_netns, resolver);
}

static __noinline void keep_query(struct dns_room *room, struct bpf_sock *sk)
{
	struct rf_dns_settings *settings = the_dns_settings();
	__u64 now = bpf_ktime_get_boot_ns();
	struct dns_message *m = &room->message;
	struct rf_dns_query *query;

	if (!settings)
		return;
	query = place_query(room, now, settings->secret);
	if (!query)
		return;
	query->key = room->key;
	query->asked_ns = now;
	know_asker(room, sk, settings->version);
	query->netns = room->asker_netns;
	query->sent = 1;
	query->trusted = room->asker_trusted;
	query->name_length = m->name_length;
	copy_name(query->name.bytes, &m->name[DNS_NAME_PAD], m->name_length);
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
	key_of_exchange(skb, m, &p->destination, p->source_port, p->protocol, &room->key);
	room->key.name = m->question;
	room->key.type = m->type;
	room->key.class = m->class;
	if (!may_ask(sk, room, p, readable))
		return false;
	if (readable) {
		keep_query(room, sk);
		count_dns(RF_DNS_QUERIES, 1);
	}
	return true;
}

/* True where the packet holds a copy of what was sent, or nobody judges it. With MSG_ZEROCOPY or splice() it holds pages
 * that the sender may still write, after the policy was asked; a batch (UDP_SEGMENT) looks the same. */
static __always_inline bool may_be_read(const struct dns_datagrams *d, __u32 end)
{
	struct __sk_buff *skb = d->skb;

	return end <= (void *)(long)skb->data_end - (void *)(long)skb->data || !judged_asker(d->sk, d->packet);
}

static long query_step(__u32 index, struct dns_datagrams *d)
{
	struct dns_message *m = &d->room->message;
	__u32 length = datagram_length(d);
	bool readable;

	if (!length)
		return 1;
	readable = may_be_read(d, d->at + length) && load_message(d->skb, m, d->at, length) && !dns_parse_query(m) &&
		   !(m->flags & RF_DNS_RESPONSE);
	if (!see_query(d->skb, d->sk, d->room, d->packet, readable)) {
		d->denied = true;
		return 1;
	}
	d->at += length;
	return 0;
}
