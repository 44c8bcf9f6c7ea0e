// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// For an agent: when a socket was opened.
#pragma once

#include "loss.h"

struct {
	__uint(type, BPF_MAP_TYPE_SK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, int);
	__type(value, struct rf_opened);
} opened SEC(".maps");

/* `sk` is whatever kind of socket the program has. */
static __always_inline void note_opening(void *sk)
{
	struct rf_opened *when = bpf_sk_storage_get(&opened, sk, 0, BPF_SK_STORAGE_GET_F_CREATE);

	if (!when) {
		count_loss(RF_LOSS_SOCKETS);
		return;
	}
	when->opened_ns = bpf_ktime_get_boot_ns();
	when->established_ns = 0;
	when->ended_by = RF_ENDED_BY_NOBODY;
}
