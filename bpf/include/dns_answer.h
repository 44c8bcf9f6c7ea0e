// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// An answer arrives: if it is one to a query that was seen, from a resolver that is trusted, its addresses are the
// name's, before the application reads them.
#pragma once

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

/* Gives an address one more name, or the same for longer, in the place of the one that expires first; never of
 * one that does not. A place is taken by compare and swap: two processors never write one. */
static __always_inline void name_address(struct rf_names *names, __u64 domain, __u64 expires, __u64 now)
{
	__u64 first = RF_DNS_FOREVER_NS, before;
	__u32 place = 0;

	for (__u32 i = 0; i < RF_DNS_NAMES; i++) {
		__u64 known = names->live[i].expires_ns;

		if (names->live[i].domain == domain) {
			if (known < expires)
				names->live[i].expires_ns = expires;
			return;
		}
		if (known < first) {
			first = known;
			place = i;
		}
	}
	forget(place); /* which step it is from, or the verifier goes on with each apart */
	place &= RF_DNS_NAMES - 1;
	first = names->live[place].expires_ns;
	if (first > now)
		count_loss(RF_LOSS_DNS_ADDRESSES); /* it was live */
	if (first >= RF_DNS_FOREVER_NS)
		return;
	before = names->live[place].domain;
	if (__sync_val_compare_and_swap(&names->live[place].domain, before, domain) == before)
		names->live[place].expires_ns = expires;
	else
		count_loss(RF_LOSS_DNS_ADDRESSES);
}

static __always_inline bool learn_address(struct dns_room *room, const struct rf_name_key *key, __u64 expires)
{
	struct rf_names *known = bpf_map_lookup_elem(&addresses, key);

	if (!known) {
		room->names.live[0].domain = room->key.name;
		room->names.live[0].expires_ns = expires;
		if (!bpf_map_update_elem(&addresses, key, &room->names, BPF_NOEXIST))
			return true;
		known = bpf_map_lookup_elem(&addresses, key); /* another processor was first, or the table is full */
	}
	if (known) {
		name_address(known, room->key.name, expires, room->learning.now);
		return true;
	}
	dns_sweep_addresses();
	if (!bpf_map_update_elem(&addresses, key, &room->names, BPF_NOEXIST))
		return true;
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
	__builtin_memcpy(&domain->name, &query->name, sizeof(domain->name));
	if (!bpf_map_update_elem(&domains, &room->key.name, domain, BPF_NOEXIST))
		return;
	dns_sweep_domains();
	if (bpf_map_update_elem(&domains, &room->key.name, domain, BPF_ANY))
		count_loss(RF_LOSS_DNS_NAMES);
}

static __always_inline void learn(struct dns_room *room, const struct rf_dns_query *query, __u64 floor_ns)
{
	struct dns_learning *l = &room->learning;
	struct dns_step step = { .room = room };

	l->netns = query->netns;
	l->floor_ns = floor_ns;
	bpf_loop(RF_DNS_ADDRESSES, learn_step, &step, 0);
	count_dns(RF_DNS_IGNORED, l->ignored);
	if (l->learned)
		keep_domain(room, query, l->expires);
}

static __always_inline void announce_answer(const struct dns_room *room, const struct rf_dns_query *query, __u32 flags)
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
	bpf_probe_read_kernel(&event->query, sizeof(event->query), query);
	event->flags = m->flags;
	event->found = m->count;
	event->learned = l->learned;
	event->ignored = l->ignored;
	for (__u32 i = 0; i < RF_DNS_SHOWN; i++) {
		if (i >= m->count)
			break;
		read_found(m, &m->found[i], (struct rf_address *)event->addresses[i]);
	}
	bpf_ringbuf_submit(event, wake_flags());
}

/* The query that the message in the room answers, held; NULL if none waits for it. */
static __always_inline struct rf_dns_query *find_query(const struct rf_dns_query_key *key)
{
	__u32 first = set_of_query(key);

	for (__u32 i = 0; i < DNS_QUERY_WAYS; i++) {
		__u32 index = first + i;
		struct rf_dns_query *query = bpf_map_lookup_elem(&queries, &index);

		if (query && same_query(query, key))
			return hold_query(query, RF_DNS_QUERY_WAITS) ? query : NULL;
	}
	return NULL;
}

/* Over loopback anybody may send who can take the resolver's address there. */
static __always_inline __u32 trust_in(struct __sk_buff *skb, const struct rf_dns_settings *settings,
				      const struct rf_dns_query *query)
{
	if (!query->trusted)
		return 0;
	if (skb->ingress_ifindex == RF_LOOPBACK_IFINDEX &&
	    settings->resolvers[(query->trusted - 1) & (RF_DNS_RESOLVERS - 1)].forged)
		return RF_DNS_EVENT_TRUSTED | RF_DNS_EVENT_FORGED;
	return RF_DNS_EVENT_TRUSTED;
}

/* The message in the room, as the answer to the query in its key. */
static __always_inline int see_answer(struct __sk_buff *skb, struct dns_room *room)
{
	struct rf_dns_settings *settings = the_dns_settings();
	struct rf_dns_query *query = find_query(&room->key);
	struct dns_learning *l = &room->learning;
	__u32 trust;

	l->now = bpf_ktime_get_boot_ns();
	l->expires = 0;
	l->learned = 0;
	l->ignored = 0;
	if (!query || !settings || l->now - query->asked_ns > settings->wait_ns) {
		count_dns(RF_DNS_UNASKED, 1);
		if (query)
			let_go_of_query(query, RF_DNS_QUERY_WAITS);
		return 0;
	}
	count_dns(RF_DNS_ANSWERS, 1);
	trust = trust_in(skb, settings, query);
	if (trust == RF_DNS_EVENT_TRUSTED)
		learn(room, query, settings->floor_ns);
	else if (room->message.count)
		count_dns(RF_DNS_UNTRUSTED, 1);
	announce_answer(room, query, trust);
	let_go_of_query(query, RF_DNS_QUERY_FREE);
	return 0;
}

/* The message in the room, as the answer to whom it came to. */
static __noinline int see_message(struct __sk_buff *skb, struct dns_room *room, const struct dns_packet *p)
{
	struct dns_message *m = &room->message;

	if (m->fault || !(m->flags & RF_DNS_RESPONSE)) {
		count_dns(RF_DNS_MALFORMED, 1);
		return 1;
	}
	key_of_query(skb, m, &p->source, p->destination_port, p->protocol, &room->key);
	return see_answer(skb, room);
}

static long answer_step(__u32 index, struct dns_datagrams *d)
{
	__u32 length = datagram_length(d);

	if (!length)
		return 1;
	if (load_message(d->skb, &d->room->message, d->at, length) && !dns_parse(&d->room->message))
		see_message(d->skb, d->room, d->packet);
	else
		count_dns(RF_DNS_MALFORMED, 1);
	d->at += length;
	return 0;
}
