// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// Counts per process image, destination and verdict: these are the truth of the report. Events carry the edges.
#pragma once

#include "address.h"
#include "flow_rows.h"
#include "subject.h"

static __always_inline void describe_caller(const struct rf_caller *caller, struct rf_actor *actor)
{
	struct task_struct *task = caller->task;

	actor->cgroup = cgroup_of(task);
	actor->parent_tgid = task->real_parent->tgid;
	actor->gid = caller->gid;
	actor->net_ns = task->nsproxy->net_ns->ns.inum;
	read_comm(task, actor->comm);
	read_comm(task->real_parent, actor->parent_comm);
	actor->exe_flags = RF_EXE_UNKNOWN;
	if (caller->record) {
		actor->exe = caller->record->exe;
		actor->exe_flags = caller->record->exe_flags;
	}
}

/* A packet has no calling process: the socket's stamp tells who made it, and the record what is left to tell. */
static __always_inline struct rf_process *describe_owner(const struct rf_socket *socket, struct rf_actor *actor)
{
	struct rf_process *record = process_of(socket->tgid);
	struct rf_fence *state = the_fence();

	actor->cgroup = state ? state->cgroup : 0;
	actor->exe_flags = RF_EXE_UNKNOWN;
	__builtin_memcpy(actor->comm, socket->comm, sizeof(actor->comm));
	if (!record || record->exec_ns != socket->exec_ns) {
		if (scope.everyone) {
			actor->exe = socket->exe;
			actor->exe_flags = socket->exe_flags;
		}
		return NULL;
	}
	actor->exe = record->exe;
	actor->exe_flags = record->exe_flags;
	actor->parent_tgid = record->parent_tgid;
	return record;
}

static __always_inline void announce_process(struct rf_process *record)
{
	struct rf_process_event *event;

	if (!record || record->announced)
		return;
	record->announced = 1;
	event = bpf_ringbuf_reserve(&events, sizeof(*event), 0);
	if (!event) {
		count_loss(RF_LOSS_EVENTS);
		return;
	}
	event->kind = RF_EVENT_PROCESS;
	event->tgid = record->tgid;
	event->exec_ns = record->exec_ns;
	event->exe = record->exe;
	event->parent_tgid = record->parent_tgid;
	event->args_len = record->args_len;
	bpf_probe_read_kernel(event->args, sizeof(event->args), record->args);
	bpf_ringbuf_submit(event, wake_flags());
}

static __always_inline void announce_verdict(const struct rf_flow_key *key, const struct rf_actor *actor, __u32 tid,
					     __u32 flow, __u64 now)
{
	struct rf_verdict_event *event = bpf_ringbuf_reserve(&events, sizeof(*event), 0);

	if (!event) {
		count_loss(RF_LOSS_EVENTS);
		return;
	}
	event->kind = RF_EVENT_VERDICT;
	event->flow = flow;
	event->time_ns = now;
	event->key = *key;
	event->actor = *actor;
	event->tid = tid;
	event->unused = 0;
	bpf_ringbuf_submit(event, wake_flags());
}

/* One judged call: what record_verdict needs besides the caller. */
struct rf_call {
	struct rf_address address;
	struct rf_question question;
	__u16 port;
	__u8 protocol;
	__u8 hook;      /* enum rf_hook */
	__u8 direction; /* enum rf_direction */
	__u8 unused[3];
};

static __always_inline int ask(struct rf_call *call)
{
	return ask_policy(&call->question, &call->address, call->port, call->protocol);
}

static __always_inline void fill_key(const struct rf_call *call, struct rf_flow_key *key)
{
	const struct rf_verdict *verdict = &call->question.verdict;
	struct rf_policy *policy = policy_in(call->question.slot);

	key->generation = policy ? policy->generation : 0;
	key->domain = call->question.domain;
	key->direction = call->direction;
	key->bit = verdict->bit;
	key->shadow_bit = verdict->shadow_bit;
	key->port = call->port;
	key->protocol = call->protocol;
	key->reason = verdict->reason;
	key->action = verdict->action;
	key->shadow_action = verdict->shadow_action;
	key->hook = call->hook;
	__builtin_memcpy(key->address, &call->address, sizeof(key->address));
}

/* Counts a verdict at a call, tells user space, and returns the row that counts it. */
static __noinline __u32 record_verdict(const struct rf_call *call, const struct rf_caller *caller)
{
	__u64 now = bpf_ktime_get_boot_ns();
	struct rf_flow_key key = {};
	struct rf_actor actor = {};
	__u32 index;

	fill_key(call, &key);
	key.exec_ns = caller->record ? caller->record->exec_ns : 0;
	key.tgid = caller->tgid;
	key.uid = caller->uid;
	describe_caller(caller, &actor);
	index = flow_of(&key, &actor, now);
	count_verdict(index, now);
	announce_process(caller->record);
	announce_verdict(&key, &actor, caller->tid, index, now);
	return index;
}

static __always_inline void fill_owner(const struct rf_socket *owner, struct rf_flow_key *key)
{
	key->exec_ns = owner->exec_ns;
	key->tgid = owner->tgid;
	key->uid = owner->uid;
}

/* The same for a packet, of nobody where `owner` is NULL. A verdict that repeats is counted; only the first is told. */
__noinline __u32 record_packet(const struct rf_call *call, const struct rf_socket *owner)
{
	__u64 now = bpf_ktime_get_boot_ns();
	struct rf_flow_key key = {};
	struct rf_process *record = NULL;
	struct rf_actor actor = { .exe_flags = RF_EXE_UNKNOWN };
	__u32 index, *known;

	if (!call)
		return 0;
	fill_key(call, &key);
	if (owner)
		fill_owner(owner, &key);
	known = bpf_map_lookup_elem(&flow_index, &key);
	if (known) {
		count_verdict(*known, now);
		return *known;
	}
	if (owner)
		record = describe_owner(owner, &actor);
	index = flow_of(&key, &actor, now);
	count_verdict(index, now);
	announce_process(record);
	announce_verdict(&key, &actor, 0, index, now);
	return index;
}

/* 0 if no row counts that verdict yet. */
__noinline __u32 find_row(const struct rf_call *call, const struct rf_socket *owner)
{
	struct rf_flow_key key = {};
	__u32 *known;

	if (!call || !owner)
		return 0;
	fill_key(call, &key);
	fill_owner(owner, &key);
	known = bpf_map_lookup_elem(&flow_index, &key);
	return known ? *known : 0;
}

/* The row of a verdict that was counted before, with an earlier packet; else it is counted now. */
static __always_inline __u32 row_of_packet(const struct rf_call *call, const struct rf_socket *owner)
{
	__u32 known = find_row(call, owner);

	return known ? known : record_packet(call, owner);
}
