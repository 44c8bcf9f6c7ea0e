// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// All maps. Sizes that depend on the host or on the policy are set by user space before loading.
#pragma once

#include "abi.h"
#include "core_types.h"
#include <bpf/bpf_helpers.h>

/* --- subjects ------------------------------------------------------------------------------------------- */

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, 65536); /* user space raises it to the kernel's threads-max */
	__type(key, __u32);
	__type(value, struct rf_process);
} processes SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, 16384);
	__type(key, struct rf_exe_key);
	__type(value, struct rf_executable);
} executables SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct rf_fence);
} fence SEC(".maps");

/* --- policy --------------------------------------------------------------------------------------------- */

/* Whoever sets nothing loads, and has verified, everything. */
const volatile struct rf_scope scope SEC(".rodata.scope") = {
	.search_steps = 21,
	.search_steps6 = 21,
	.cgroups = 1,
	.ancestors = 1,
	.names = 1,
};

/* Whoever sets nothing refuses no device. */
const volatile struct rf_devices devices SEC(".rodata.devices") = {};

/* A new policy is written beside the old one, into the other slot, and takes effect when `active` changes. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, RF_POLICY_SLOTS);
	__type(key, __u32);
	__type(value, struct rf_policy);
} policy SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u32);
} active SEC(".maps");

/* An update of a map of maps returns when every program that ran before has ended: user space puts `grace_mark` there
 * and knows that nobody reads the old slot any more. Nothing looks into either. */
struct grace_mark {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u32);
} grace_mark SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS);
	__uint(max_entries, 1);
	__type(key, __u32);
	__array(values, struct grace_mark);
} grace SEC(".maps");

/* The policy. User space writes its tables through mappings, not element by element. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct rf_block);
} rows SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct rf_summary);
} summaries SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct rf_interval);
} intervals SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct rf_interval6);
} intervals6 SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u32);
} interval_index SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u32);
} transitions SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct rf_accept);
} accepts SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, RF_POLICY_SLOTS * RF_ANCESTOR_PATTERNS);
	__type(key, __u32);
	__type(value, struct rf_ancestor_rows);
} ancestor_rows SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1);
	__type(key, struct rf_comm);
	__type(value, __u32);
} comms SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1);
	__type(key, struct rf_cgroup);
	__type(value, struct rf_cgroup_rows);
} cgroups SEC(".maps");

/* Cgroups that the policy knows by their path before they exist: whoever makes one has it listed, agent or no agent. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, 2 * RF_EXPECTED_CGROUPS);
	__type(key, struct rf_cgroup_path);
	__type(value, struct rf_cgroup_rows);
} expected_cgroups SEC(".maps");

/* Room for a key of it, as the stack has none. */
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct rf_cgroup_path);
} expected_key SEC(".maps");

/*
 * Cgroups made since an agent began, until user space knows whose each is. For all policies: none replaces it. Its memory, 1 MiB, is there
 * from the start: without an entry a cgroup counts as the one above, and the hook that makes it cannot wait for memory.
 */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, RF_NEW_CGROUPS); /* of a run: 1, as it has none */
	__type(key, __u64);
	__type(value, __u64); /* boot clock: when it was made */
} new_cgroups SEC(".maps");

/* The row of each subject that turned up: the AND of its dimensions, put together once. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, 1);
	__type(key, struct rf_subject);
	__type(value, __u32);
} subject_index SEC(".maps");

/* When the agent was heard of last, and for how long that is good. In a run nobody writes it. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct rf_attendance);
} attendance SEC(".maps");

/* --- flows ---------------------------------------------------------------------------------------------- */

struct {
	__uint(type, BPF_MAP_TYPE_SK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC | BPF_F_CLONE);
	__type(key, int);
	__type(value, struct rf_socket);
} sockets SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_SK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC | BPF_F_CLONE);
	__type(key, int);
	__type(value, struct rf_listener);
} listeners SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, 16384);
	__type(key, struct rf_flow_key);
	__type(value, __u32);
} flow_index SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 16384);
	__type(key, __u32);
	__type(value, struct rf_flow);
} flows SEC(".maps");

/* Peers of unconnected sockets: whose bytes are whose, and to whom an answer is a reply. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, RF_PEERS);
	__type(key, struct rf_peer_key);
	__type(value, struct rf_peer_state);
} peers SEC(".maps");

/* The same peers in the order in which they came: who is forgotten first when there are too many. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, RF_PEERS);
	__type(key, __u32);
	__type(value, struct rf_peer_key);
} peer_order SEC(".maps");

/* Cookies of sockets that were closed, each at a place of its own (peers.h). Whoever closes later may take the place; then
 * the peers of the first one count as in use. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, RF_CLOSED_SOCKETS);
	__type(key, __u32);
	__type(value, __u64);
} closed_sockets SEC(".maps");

/* --- to user space -------------------------------------------------------------------------------------- */

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 2 * 1024 * 1024);
} events SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, RF_LOSS_KINDS);
	__type(key, __u32);
	__type(value, __u64);
} losses SEC(".maps");
