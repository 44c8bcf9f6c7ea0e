// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// For an agent: handshakes at each listening port, begun and done.
#pragma once

#include "address.h"
#include "loss.h"

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 1); /* an agent raises it */
	__type(key, struct rf_handshake_key);
	__type(value, struct rf_handshakes);
} handshakes SEC(".maps");

static __always_inline struct rf_handshakes *handshakes_at(const struct rf_handshake_key *key)
{
	struct rf_handshakes *known = bpf_map_lookup_elem(&handshakes, key), first = {};

	if (known)
		return known;
	bpf_map_update_elem(&handshakes, key, &first, BPF_NOEXIST);
	return bpf_map_lookup_elem(&handshakes, key);
}

/* One is begun with that other end, or done where there is none. */
static __noinline int count_handshake(const struct rf_socket *owner, __u32 port, const struct rf_address *with)
{
	struct rf_handshake_key key = { .tgid = owner->tgid, .port = port };
	struct rf_handshakes *known = handshakes_at(&key);

	if (!known)
		return 0;
	known->exec_ns = owner->exec_ns;
	known->last_ns = bpf_ktime_get_boot_ns();
	if (!with) {
		__sync_fetch_and_add(&known->done, 1);
		return 0;
	}
	__sync_fetch_and_add(&known->begun, 1);
	__builtin_memcpy(known->address, with, sizeof(known->address));
	return 0;
}
