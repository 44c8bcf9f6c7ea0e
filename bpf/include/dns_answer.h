// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// An answer arrives: if it is one to a query that was seen, from a resolver that is trusted, its addresses are the
// name's, before the application reads them.
#pragma once

#include "dns_places.h"
#include "dns_query.h"

#define NS_PER_SECOND 1000000000ULL

struct dns_step {
	struct dns_room *room;
};

/* Loopback, link-local and unspecified: no name of others may lead there (rebinding). */
static __always_inline bool is_never_named(const struct rf_address *address)
{
	__u32 first;

	if (is_v4(address)) {
		first = bpf_ntohl(address->word[3]);
		return !(first >> 24) || first >> 24 == 127 || first >> 16 == 0xa9fe;
	}
	first = bpf_ntohl(address->word[0]);
	if (first >> 22 == 0x3fa) /* fe80::/10 */
		return true;
	return !address->word[0] && !address->word[1] && !address->word[2] && bpf_ntohl(address->word[3]) <= 1;
}

static __always_inline void read_found(const struct dns_message *m, const struct rf_dns_found *found,
				       struct rf_address *address)
{
	const __u8 *at = &m->bytes[found->at];

	if (found->family == 4) {
		set_mapped(address, dns_load_word(at, 0));
		return;
	}
	address->word[0] = dns_load_word(at, 0);
	address->word[1] = dns_load_word(at, 4);
	address->word[2] = dns_load_word(at, 8);
	address->word[3] = dns_load_word(at, 12);
}

/* Gives an address one more name, in the place of the one that expires first; never of one that does not. A place is
 * taken by compare and swap: two processors never write one. Global, as few addresses have a new name. */
__noinline int dns_name_address(struct rf_names *names, __u64 domain, __u64 expires, __u64 alive)
{
	__u64 first = RF_DNS_FOREVER_NS, before;
	__u32 place = 0;

	if (!names)
		return 0;
	for (__u32 i = 0; i < RF_DNS_NAMES; i++) {
		__u64 known = names->live[i].expires_ns;

		if (known < first) {
			first = known;
			place = i;
		}
	}
	forget(place); /* which step it is from, or the verifier goes on with each apart */
	place &= RF_DNS_NAMES - 1;
	first = names->live[place].expires_ns;
	if (first > alive)
		count_loss(RF_LOSS_DNS_ADDRESSES); /* it counted still */
	if (first >= RF_DNS_FOREVER_NS)
		return 0;
	before = names->live[place].domain;
	if (__sync_val_compare_and_swap(&names->live[place].domain, before, domain) == before) {
		names->live[place].expires_ns = expires;
		return 1;
	}
	count_loss(RF_LOSS_DNS_ADDRESSES);
	return 0;
}

/* The address has the name, from now on or for longer than before. */
static __always_inline bool keep_name(struct rf_names *names, __u64 domain, __u64 expires, __u64 alive)
{
	for (__u32 i = 0; i < RF_DNS_NAMES; i++) {
		if (names->live[i].domain != domain)
			continue;
		if (names->live[i].expires_ns < expires)
			names->live[i].expires_ns = expires;
		return true;
	}
	return dns_name_address(names, domain, expires, alive);
}

static __always_inline bool learn_address(struct dns_room *room, const struct rf_name_key *key, __u64 expires)
{
	struct rf_names *known = bpf_map_lookup_elem(&addresses, key);
	__u32 place;

	if (!known) {
		room->names.live[0].domain = room->key.name;
		room->names.live[0].expires_ns = expires;
		place = dns_take_address_place(room->learning.alive);
		if (place != DNS_NOWHERE && fill_address_place(place, key, &room->names))
			return true;
		known = bpf_map_lookup_elem(&addresses, key); /* another processor was first */
	}
	if (known)
		return keep_name(known, room->key.name, expires, room->learning.alive);
	count_loss(RF_LOSS_DNS_ADDRESSES);
	return false;
}

static long learn_step(__u32 index, struct dns_step *step)
{
	struct dns_room *room = step->room;
	struct dns_learning *l = &room->learning;
	struct rf_name_key key = { .netns = l->netns };
	struct dns_message *m = &room->message;
	struct rf_address address;
	struct rf_dns_found *found;
	__u64 lives;

	if (index >= m->count)
		return 1;
	found = &m->found[index & (RF_DNS_ADDRESSES - 1)];
	read_found(m, found, &address);
	if (is_never_named(&address)) {
		l->ignored++;
		return 0;
	}
	__builtin_memcpy(key.address, &address, sizeof(key.address));
	lives = found->ttl * NS_PER_SECOND;
	lives = l->now + (lives < l->floor_ns ? l->floor_ns : lives);
	if (learn_address(room, &key, lives)) {
		l->learned++;
		if (lives > l->expires)
			l->expires = lives;
	}
	return 0;
}

/* The text of the name, and who asked. */
static __always_inline void keep_domain(struct dns_room *room, const struct rf_dns_query *query, __u64 expires)
{
	struct rf_domain *known = bpf_map_lookup_elem(&domains, &room->key.name);
	struct rf_domain *domain = &room->domain;
	__u32 place;

	if (known) {
		if (known->expires_ns < expires)
			known->expires_ns = expires;
		known->exec_ns = query->exec_ns;
		known->tgid = query->tgid;
		known->uid = query->uid;
		known->exe = query->actor.exe;
		return;
	}
	domain->expires_ns = expires;
	domain->exec_ns = query->exec_ns;
	domain->tgid = query->tgid;
	domain->uid = query->uid;
	domain->exe = query->actor.exe;
	domain->name_length = query->name_length;
	copy_name(domain->name.bytes, query->name.bytes, query->name_length);
	place = dns_take_domain_place(room->learning.alive);
	if (place != DNS_NOWHERE && fill_domain_place(place, room->key.name, domain))
		return;
	if (!bpf_map_lookup_elem(&domains, &room->key.name)) /* else another processor was first */
		count_loss(RF_LOSS_DNS_NAMES);
}

static __always_inline void learn(struct dns_room *room, const struct rf_dns_query *query, __u64 floor_ns)
{
	struct dns_learning *l = &room->learning;
	struct dns_step step = { .room = room };
	struct rf_policy *policy = the_policy();

	l->netns = query->netns;
	l->floor_ns = floor_ns;
	l->alive = policy ? alive_since(policy, l->now) : l->now;
	bpf_loop(RF_DNS_ADDRESSES, learn_step, &step, 0);
	count_dns(RF_DNS_IGNORED, l->ignored);
	if (l->learned)
		keep_domain(room, query, l->expires);
}

#define DNS_TOLD_BETWEEN 16 /* events, from one look at how full the ring is to the next */

static __always_inline __u64 dns_wake_flags(struct dns_room *room)
{
	return room->told++ % DNS_TOLD_BETWEEN ? BPF_RB_NO_WAKEUP : wake_flags();
}

static __always_inline void announce_answer(struct dns_room *room, const struct rf_dns_query *query, __u32 flags)
{
	struct rf_dns_event *event = bpf_ringbuf_reserve(&events, sizeof(*event), 0);
	const struct dns_learning *l = &room->learning;
	const struct dns_message *m = &room->message;

	if (!event) {
		count_loss(RF_LOSS_EVENTS);
		return;
	}
	event->kind = RF_EVENT_DNS;
	event->event_flags = flags;
	event->time_ns = l->now;
	__builtin_memcpy(&event->query, query, offsetof(struct rf_dns_query, name));
	copy_name(event->query.name.bytes, query->name.bytes, query->name_length);
	event->flags = m->flags;
	event->found = m->count;
	event->learned = l->learned;
	event->ignored = l->ignored;
	for (__u32 i = 0; i < RF_DNS_SHOWN; i++) {
		if (i >= m->count)
			break;
		read_found(m, &m->found[i], (struct rf_address *)event->addresses[i]);
	}
	bpf_ringbuf_submit(event, dns_wake_flags(room));
}

/* True if the message in the room answers that query, which is held then. */
static __always_inline bool hold_answered(struct dns_room *room, struct rf_dns_query *query)
{
	if (!waits(query) || !same_exchange(query, &room->key) || !hold_query(query, RF_DNS_QUERY_WAITS))
		return false;
	/* held, it is nobody else's any more */
	if (same_exchange(query, &room->key) && dns_answers_question(&room->message, query))
		return true;
	let_go_of_query(query, RF_DNS_QUERY_WAITS);
	return false;
}

/* The query that the message in the room answers, held; NULL if there is none. */
static __always_inline struct rf_dns_query *find_query(struct dns_room *room, __u64 secret)
{
	struct dns_query_sets sets = sets_of_query(&room->key, secret);

	room->place = DNS_NO_PLACE;
	for (__u32 turn = 0; turn < DNS_QUERY_PLACES; turn++) {
		__u32 place = place_in(&sets, turn);
		struct rf_dns_query *query = query_at(place);

		if (query && hold_answered(room, query)) {
			room->place = place;
			break;
		}
	}
	forget_registers();
	return query_at(room->place);
}

/* Over loopback anybody may send who can take the resolver's address there. On a host that takes a privilege, and its own
 * resolver does it; in other network namespaces nobody is believed. */
static __always_inline bool may_be_forged(const struct rf_dns_query *query)
{
	struct rf_dns_settings *settings;

	if (!scope.everyone)
		return may_be_impostor(query->netns, query->key.resolver);
	settings = the_dns_settings();
	return !settings || settings->netns != query->netns;
}

static __always_inline __u32 trust_in(struct __sk_buff *skb, const struct rf_dns_query *query)
{
	if (!query->trusted)
		return 0;
	if (skb->ingress_ifindex == RF_LOOPBACK_IFINDEX && may_be_forged(query))
		return RF_DNS_EVENT_TRUSTED | RF_DNS_EVENT_FORGED;
	return RF_DNS_EVENT_TRUSTED;
}

static __always_inline void see_answer(struct __sk_buff *skb, struct dns_room *room, struct rf_dns_query *query,
				       struct rf_dns_settings *settings)
{
	__u32 trust = trust_in(skb, query);

	count_dns(RF_DNS_ANSWERS, 1);
	if (trust == RF_DNS_EVENT_TRUSTED)
		learn(room, query, settings->floor_ns);
	else if (room->message.count)
		count_dns(RF_DNS_UNTRUSTED, 1);
	announce_answer(room, query, trust);
}

/* The message, which has been read, as the answer to a query. */
static __noinline void see_message(struct __sk_buff *skb, struct dns_room *room, struct rf_dns_query *query)
{
	struct rf_dns_settings *settings = the_dns_settings();
	struct dns_learning *l = &room->learning;

	l->now = bpf_ktime_get_boot_ns();
	l->expires = 0;
	l->learned = 0;
	l->ignored = 0;
	if (!settings || l->now - query->asked_ns > settings->wait_ns) {
		count_dns(RF_DNS_UNASKED, 1);
		let_go_of_query(query, RF_DNS_QUERY_WAITS);
		return;
	}
	room->key.name = query->key.name;
	see_answer(skb, room, query, settings);
	let_go_of_query(query, RF_DNS_QUERY_FREE);
}

/* The message in the room, which came to a socket. False if it is malformed. */
static __always_inline bool read_answer(struct __sk_buff *skb, struct dns_room *room, const struct dns_packet *p)
{
	struct rf_dns_settings *settings = the_dns_settings();
	struct dns_message *m = &room->message;
	struct rf_dns_query *query;

	if (!settings)
		return true;
	key_of_exchange(skb, m, &p->source, p->destination_port, p->protocol, &room->key);
	query = find_query(room, settings->secret);
	if (!query || dns_read_records(m))
		dns_parse(m); /* says what it is */
	if (!m->fault && (m->flags & RF_DNS_RESPONSE) && query) {
		see_message(skb, room, query);
		return true;
	}
	count_dns(m->fault || !(m->flags & RF_DNS_RESPONSE) ? RF_DNS_MALFORMED : RF_DNS_UNASKED, 1);
	if (!m->fault && (m->flags & RF_DNS_RESPONSE))
		room->unasked += 1;
	if (query)
		let_go_of_query(query, RF_DNS_QUERY_WAITS);
	return !m->fault;
}

static long answer_step(__u32 index, struct dns_datagrams *d)
{
	__u32 length = datagram_length(d);

	if (!length)
		return 1;
	if (load_message(d->skb, &d->room->message, d->at, length))
		read_answer(d->skb, d->room, d->packet);
	else
		count_dns(RF_DNS_MALFORMED, 1);
	d->at += length;
	return 0;
}
