// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// Destinations in one form: 16 bytes, v4 as ::ffff:a.b.c.d, and an unspecified address as the loopback it reaches.
#pragma once

#include "classify.h"
#include "intervals.h"
#include "names.h"
#include <bpf/bpf_endian.h>

#ifndef IPPROTO_ICMP
#define IPPROTO_ICMP 1
#define IPPROTO_TCP 6
#define IPPROTO_UDP 17
#define IPPROTO_ICMPV6 58
#define IPPROTO_SCTP 132
#define IPPROTO_UDPLITE 136
#define IPPROTO_MPTCP 262
#endif

struct rf_address {
	__be32 word[4];
};

static __always_inline void set_mapped(struct rf_address *address, __be32 v4)
{
	address->word[0] = 0;
	address->word[1] = 0;
	address->word[2] = bpf_htonl(0xffff);
	address->word[3] = v4;
}

static __always_inline void set_v4(struct rf_address *address, __be32 v4)
{
	set_mapped(address, v4 ? v4 : bpf_htonl(0x7f000001));
}

static __always_inline bool is_v4(const struct rf_address *address)
{
	return !address->word[0] && !address->word[1] && address->word[2] == bpf_htonl(0xffff);
}

static __always_inline void normalize(struct rf_address *address)
{
	if (address->word[0] || address->word[1])
		return;
	if (address->word[2] == bpf_htonl(0xffff)) {
		set_v4(address, address->word[3]);
		return;
	}
	if (!address->word[2] && !address->word[3])
		address->word[3] = bpf_htonl(1);
}

static __always_inline bool same_address(const struct rf_address *a, const struct rf_address *b)
{
	return !((a->word[0] ^ b->word[0]) | (a->word[1] ^ b->word[1]) | (a->word[2] ^ b->word[2]) |
		 (a->word[3] ^ b->word[3]));
}

/* What a rule calls tcp, udp, sctp and icmp; 0 for everything else. */
static __always_inline __u8 rule_protocol(__u32 protocol)
{
	switch (protocol) {
	case IPPROTO_TCP:
	case IPPROTO_MPTCP:
		return IPPROTO_TCP;
	case IPPROTO_UDP:
	case IPPROTO_UDPLITE:
		return IPPROTO_UDP;
	case IPPROTO_SCTP:
		return IPPROTO_SCTP;
	case IPPROTO_ICMP:
	case IPPROTO_ICMPV6:
		return IPPROTO_ICMP;
	default:
		return 0;
	}
}

static __always_inline bool has_ports(__u32 protocol)
{
	__u8 rule = rule_protocol(protocol);

	return rule && rule != IPPROTO_ICMP;
}

static __always_inline void classify_peer(struct rf_policy *policy, const struct rf_address *address, __u16 port,
					  __u32 protocol, struct rf_peer *peer)
{
	if (is_v4(address)) {
		peer->address_row = indexed_row(&policy->v4, &policy->v4_index, bpf_ntohl(address->word[3]));
	} else {
		__u64 high = ((__u64)bpf_ntohl(address->word[0]) << 32) | bpf_ntohl(address->word[1]);
		__u64 low = ((__u64)bpf_ntohl(address->word[2]) << 32) | bpf_ntohl(address->word[3]);

		peer->address_row = interval6_row(&policy->v6, high, low); /* knows NAT64's embedded v4 rules too */
	}
	switch (rule_protocol(protocol)) {
	case IPPROTO_TCP:
		peer->port_row = interval_row(&policy->tcp, port);
		break;
	case IPPROTO_UDP:
		peer->port_row = interval_row(&policy->udp, port);
		break;
	case IPPROTO_SCTP:
		peer->port_row = interval_row(&policy->sctp, port);
		break;
	case IPPROTO_ICMP:
		peer->port_row = policy->icmp_row;
		break;
	default:
		peer->port_row = policy->other_row;
	}
}

/* The names of an address there; NULL where it has none. On a stack of its own. */
static __noinline struct rf_names *names_of(const struct rf_address *address, __u64 netns)
{
	struct rf_name_key key = { .netns = netns };

	__builtin_memcpy(key.address, address, sizeof(key.address));
	return bpf_map_lookup_elem(&addresses, &key);
}

/* What several names of one address come to. */
struct name_verdicts {
	struct rf_verdict best;
	__u64 decided; /* the name that decided; 0: none was judged */
};

/* Takes the verdict by one name more. The first that allows counts, else the first; for the shadow verdict on its own.
 * Global, as all that a loop calls: verified once. */
__noinline int take_verdict(const struct rf_question *question, __u64 domain, struct name_verdicts *so_far)
{
	const struct rf_verdict *verdict;
	struct rf_verdict *best;

	if (!question || !so_far)
		return 1;
	verdict = &question->verdict;
	best = &so_far->best;
	if (!so_far->decided) {
		so_far->decided = domain;
		*best = *verdict;
		return 0;
	}
	if (best->shadow_action == RF_DENY && verdict->shadow_action == RF_ALLOW) {
		best->shadow_action = RF_ALLOW;
		best->shadow_bit = verdict->shadow_bit;
	}
	if (best->action == RF_DENY && verdict->action == RF_ALLOW) {
		so_far->decided = domain;
		best->action = RF_ALLOW;
		best->bit = verdict->bit;
	}
	return 0;
}

static __always_inline void ask_name(struct rf_question *question, __u64 domain)
{
	question->peer.name_row = row_of_domain(domain, question->slot);
	decide(question);
}

/* Of what no rule denies, says so if it would be allowed by a name that ran out. */
static __always_inline void blame_expiry(const struct rf_policy *policy, struct rf_question *question,
					 const struct rf_names *names, __u64 alive, struct name_verdicts *so_far)
{
	if (so_far->best.action == RF_ALLOW || (__u32)so_far->best.bit < policy->allow_end)
		return;
	for (__u32 i = 0; i < RF_DNS_NAMES; i++) {
		__u64 domain = names->live[i].domain;

		if (!domain || names->live[i].expires_ns - 1 >= alive)
			continue;
		ask_name(question, domain);
		if (question->verdict.action == RF_DENY)
			continue;
		so_far->best.reason = RF_REASON_NAME_EXPIRED;
		so_far->decided = domain;
		return;
	}
}

/* Judges once for each name that the address has now, after the one by which an old flow was let out; for the address
 * alone if there is none. */
static __always_inline int decide_by_name(struct rf_policy *policy, struct rf_question *question,
					  const struct rf_names *names)
{
	struct name_verdicts so_far = {};
	__u64 alive = alive_since(policy, bpf_ktime_get_boot_ns());

	if (question->domain) {
		ask_name(question, question->domain);
		take_verdict(question, question->domain, &so_far);
	}
	for (__u32 i = 0; names && i < RF_DNS_NAMES; i++) {
		__u64 domain = names->live[i].domain;

		if (!domain || names->live[i].expires_ns <= alive)
			continue;
		ask_name(question, domain);
		take_verdict(question, domain, &so_far);
	}
	if (!so_far.decided) {
		decide(question);
		so_far.best = question->verdict;
	}
	if (names)
		blame_expiry(policy, question, names, alive, &so_far);
	question->verdict = so_far.best;
	question->domain = so_far.decided;
	return 0;
}

/*
 * Asks the policy in the question's slot about a peer, or about nobody's where `address` is NULL. Returns 0 and the
 * verdict in the question, or 1 when there is no policy to ask. Global: verified once a program.
 */
__noinline int ask_policy(struct rf_question *question, const struct rf_address *address, __u32 port, __u32 protocol)
{
	struct rf_names *names = NULL;
	struct rf_policy *policy;

	if (!question)
		return 1;
	policy = policy_in(question->slot);
	if (!policy)
		return 1;
	question->peer.address_row = 0;
	question->peer.name_row = RF_EMPTY_ROW;
	question->peer.port_row = 0;
	if (address)
		classify_peer(policy, address, port, protocol, &question->peer);
	if (scope.names && address && question->netns)
		names = names_of(address, question->netns);
	if (scope.names && (names || question->domain))
		return decide_by_name(policy, question, names);
	return decide(question);
}
