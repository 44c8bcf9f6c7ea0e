// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// Room for the peers of unconnected sockets: whose place a new one takes. By second chance ("clock"), as in Corbato, A
// Paging Experiment with the Multics System, 1968: in the order in which they came, and one that was used lately is passed
// over, a few times. Nobody needs those of a closed socket.
#pragma once

#include "address.h"
#include "loss.h"

#define RF_REPLY_WINDOW_NS 120000000000ULL
#define RF_PEER_CHANCES 7 /* odd: else a full table forgets at the same few places again and again */

/* Each CPU counts cookies on its own: by their lower bits alone, a run of one would take the places of a run of another.
 * Not linear in the cookie, so that no two runs stay side by side. The steps are those of MurmurHash3's finalizer, without
 * the first, which changes no cookie below 2^33. */
static __always_inline __u32 place_of_closed(__u64 cookie)
{
	cookie *= 0xff51afd7ed558ccdULL;
	cookie ^= cookie >> 33;
	cookie *= 0xc4ceb9fe1a85ec53ULL;
	cookie ^= cookie >> 33;
	return cookie & (RF_CLOSED_SOCKETS - 1);
}

static __always_inline __u64 *closed_at(__u64 cookie)
{
	__u32 index = place_of_closed(cookie);

	return bpf_map_lookup_elem(&closed_sockets, &index);
}

static __always_inline bool is_closed(__u64 cookie)
{
	__u64 *closed = closed_at(cookie);

	return closed && *closed == cookie;
}

/* Nobody uses this socket any more. TCP has no peers here. */
static __always_inline void close_peers(struct bpf_sock *sk)
{
	__u64 cookie, *closed;

	if (sk->protocol == IPPROTO_TCP || !bpf_sk_storage_get(&sockets, sk, 0, 0))
		return;
	cookie = bpf_get_socket_cookie(sk);
	closed = closed_at(cookie);
	if (closed)
		*closed = cookie;
}

/* Makes room in one place, and returns it. NULL if a peer is there that is in use, unless this is the last try: then it
 * is forgotten, and counted. */
static __always_inline struct rf_peer_key *vacate_place(struct rf_fence *state, __u64 now, bool last)
{
	__u32 index = __sync_fetch_and_add(&state->next_peer, 1) & (RF_PEERS - 1);
	struct rf_peer_key *place = bpf_map_lookup_elem(&peer_order, &index);
	struct rf_peer_state *peer;
	bool used;

	if (!place)
		return NULL;
	peer = bpf_map_lookup_elem(&peers, place);
	if (!peer)
		return place;
	used = now - peer->used_ns < RF_REPLY_WINDOW_NS && !is_closed(place->cookie);
	if (used && !last)
		return NULL;
	if (used)
		count_loss(RF_LOSS_PEERS);
	bpf_map_delete_elem(&peers, place);
	return place;
}

/* Keeps a peer that is not in the table. */
static __noinline int keep_peer(const struct rf_peer_key *key, struct rf_peer_state *peer, __u64 now)
{
	struct rf_fence *state = the_fence();
	struct rf_peer_key *place = NULL;

	if (!state)
		return 0;
	for (int tries = 1; tries <= RF_PEER_CHANCES && !place; tries++)
		place = vacate_place(state, now, tries == RF_PEER_CHANCES);
	if (!place)
		return 0;
	*place = *key;
	peer->used_ns = now;
	if (bpf_map_update_elem(&peers, key, peer, BPF_ANY))
		count_loss(RF_LOSS_PEERS);
	return 0;
}
