// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// What fork, exec, exit, the scans and the entry into the fence do to the records.
#pragma once

#include "image.h"
#include "life_events.h"
#include "quarantine.h"

static __always_inline void announce_empty_tree(void)
{
	struct rf_tree_event *event = bpf_ringbuf_reserve(&events, sizeof(*event), 0);

	if (!event) {
		count_loss(RF_LOSS_EVENTS);
		return;
	}
	event->kind = RF_EVENT_TREE_EMPTY;
	event->unused = 0;
	event->time_ns = bpf_ktime_get_boot_ns();
	bpf_ringbuf_submit(event, BPF_RB_FORCE_WAKEUP);
}

/* Whoever is inside a run and has a record counts as live: on_exit takes away by the record, too. Nobody waits for the
 * end of everyone. */
static __always_inline bool is_counted(const struct rf_process *record)
{
	return !scope.everyone && record->fenced;
}

static __always_inline void store_child(struct process_scratch *s, struct rf_fence *state, __u32 tgid)
{
	if (bpf_map_update_elem(&processes, &tgid, &s->record, BPF_ANY)) {
		count_loss(RF_LOSS_PROCESSES);
		if (is_counted(&s->record))
			__sync_fetch_and_add(&state->orphans, 1);
	} else if (is_counted(&s->record)) {
		__sync_fetch_and_add(&state->live, 1);
	}
}

/* A copy of the parent's record. What another thread was writing just then is asked again. */
static __always_inline void copy_record(struct rf_process *from, struct rf_process *to)
{
	__u32 before = *(volatile __u32 *)&from->sequence;

	bpf_probe_read_kernel(to, sizeof(*to), from);
	if (!unwritten(from, before))
		to->image.generation = 0;
	to->known.generation = 0;
	to->sequence = fresh_sequence();
}

/* Exec leaves one thread, and it is here: nobody else writes, and writing in place cannot fail. A packet may read
 * meanwhile, and sees by the odd number that half is new. */
static __always_inline void replace_record(struct rf_process *old, struct rf_process *record)
{
	record->sequence |= 1;
	old->sequence = record->sequence;
	__sync_fetch_and_add(&old->sequence, 0); /* the barrier */
	bpf_probe_read_kernel(old, sizeof(*old), record);
	__sync_fetch_and_add(&old->sequence, 1);
}

static __always_inline void on_fork(struct task_struct *parent, struct task_struct *child)
{
	struct process_scratch *s = the_scratch(SCRATCH_TRACEPOINT);
	__u32 tgid = BPF_CORE_READ(child, tgid);
	__u32 parent_tgid = BPF_CORE_READ(parent, tgid);
	struct rf_fence *state = the_fence();
	struct rf_process *from, *known;

	if (!s || !state || tgid != (__u32)BPF_CORE_READ(child, pid) || (BPF_CORE_READ(child, flags) & PF_KTHREAD))
		return; /* a thread, or the kernel's own; what that one executes gets its record then */
	known = process_of(tgid);
	if (known && known->start_ns == BPF_CORE_READ(child, start_boottime))
		return; /* while one program follows another, both see it */
	from = process_of(parent_tgid);
	if (!from) {
		describe_task(child, s);
		s->record.parent_tgid = parent_tgid;
		s->record.fenced |= state->orphans != 0;
	} else {
		copy_record(from, &s->record);
		become_ancestor(&s->record);
		s->record.parent_exec_ns = s->record.exec_ns;
		s->record.start_ns = BPF_CORE_READ(child, start_boottime);
		s->record.exec_ns = s->record.start_ns;
		s->record.tgid = tgid;
		s->record.parent_tgid = parent_tgid;
		s->record.announced = 0;
		if (scope.everyone)
			inherit_quarantine(parent_tgid, from->start_ns, tgid, s->record.start_ns);
	}
	store_child(s, state, tgid);
}

static __always_inline void on_exec(struct task_struct *task)
{
	struct process_scratch *s = the_scratch(SCRATCH_TRACEPOINT);
	__u32 tgid = BPF_CORE_READ(task, tgid);
	struct rf_fence *state = the_fence();
	struct rf_process *old;

	if (!s || !state)
		return;
	old = process_of(tgid);
	if (old && old->exec_id == BPF_CORE_READ(task, self_exec_id))
		return; /* seen by the program before this one */
	if (old) {
		copy_record(old, &s->record);
		become_ancestor(&s->record);
	} else {
		begin_record(task, s);
		s->record.fenced |= state->orphans != 0;
	}
	s->record.exec_id = BPF_CORE_READ(task, self_exec_id);
	describe_image(task, s);
	s->record.exec_ns = bpf_ktime_get_boot_ns();
	s->record.announced = scope.everyone;
	read_args(task, &s->record);
	if (old)
		replace_record(old, &s->record);
	else
		store_child(s, state, tgid);
	if (scope.everyone)
		tell_exec(task, &s->record);
}

static __always_inline void on_exit(struct task_struct *task)
{
	__u32 tgid = BPF_CORE_READ(task, tgid);
	struct rf_fence *state = the_fence();
	struct rf_exit_event event = {};
	struct rf_process *record;
	bool counted, watched = false;

	if (BPF_CORE_READ(task, signal, live.counter) > 0)
		return; /* other threads live on */
	record = process_of(tgid);
	if (!record || !state)
		return;
	counted = is_counted(record);
	if (scope.everyone) {
		watched = describe_exit(task, record, &event);
		bpf_map_delete_elem(&quarantined, &tgid);
	}
	if (bpf_map_delete_elem(&processes, &tgid))
		return; /* two last threads at once: the other one counted */
	if (watched && bpf_ringbuf_output(&events, &event, sizeof(event), wake_flags()))
		count_loss(RF_LOSS_EVENTS);
	if (counted && __sync_fetch_and_add(&state->live, -1) == 1)
		announce_empty_tree();
}

static __always_inline void scan_task(struct task_struct *task)
{
	struct process_scratch *s = the_scratch(SCRATCH_ITERATOR);
	__u32 tgid = BPF_CORE_READ(task, tgid);

	if (!s || tgid != (__u32)BPF_CORE_READ(task, pid) || (BPF_CORE_READ(task, flags) & PF_KTHREAD))
		return;
	if (BPF_CORE_READ(task, signal, live.counter) <= 0 || process_of(tgid))
		return;
	describe_task(task, s);
	s->record.args_len = 0;
	bpf_map_update_elem(&processes, &tgid, &s->record, BPF_NOEXIST);
	/* It may have died between the look and the write: nobody would delete the record. */
	if (BPF_CORE_READ(task, signal, live.counter) <= 0)
		bpf_map_delete_elem(&processes, &tgid);
}

struct line_merge {
	struct rf_process *from;
	struct rf_process *to;
	__u32 changed;
};

static long merge_step(__u32 index, struct line_merge *merge)
{
	if (index >= RF_LINE_LENGTH || index >= merge->from->line_count)
		return 1;
	merge->changed |= lengthen_line(merge->to, &merge->from->line[index], 0);
	return 0;
}

static __always_inline bool merge_lines(struct rf_process *from, struct rf_process *to)
{
	struct line_merge merge = { .from = from, .to = to };

	bpf_loop(RF_LINE_LENGTH, merge_step, &merge, 0);
	merge.changed |= lengthen_line(to, &from->exe, from->exe_flags);
	if (from->line_cut && !to->line_cut) {
		to->line_cut = 1;
		merge.changed = 1;
	}
	return merge.changed;
}

/* What the parent has, and what it is, the child has too; true if that is news. */
static __always_inline bool inherit_line(struct rf_process *parent, struct rf_process *child)
{
	__u64 all = parent->image.ancestor_bits | parent->image.own_bits;
	__u64 trusted = parent->image.trusted_ancestor_bits;
	bool changed = merge_lines(parent, child);

	if (is_trusted(parent->exe_flags))
		trusted |= parent->image.own_bits;
	changed |= (all & ~child->image.ancestor_bits) || (trusted & ~child->image.trusted_ancestor_bits);
	child->image.ancestor_bits |= all;
	child->image.trusted_ancestor_bits |= trusted;
	return changed;
}

static __always_inline void scan_lineage(struct task_struct *task)
{
	struct rf_process *record = process_of(BPF_CORE_READ(task, tgid));
	struct rf_fence *state = the_fence();
	struct rf_process *parent;

	if (!record || !state)
		return;
	parent = process_of(record->parent_tgid);
	if (parent && parent != record && inherit_line(parent, record))
		state->changed += 1;
}

/*
 * The caller is the launcher; its parent is the supervisor, and that one's parent whoever asked for the run. The
 * line of the fenced tree begins there: our own images are nobody's ancestors.
 */
static __always_inline int enter_fence(void)
{
	struct task_struct *task = (struct task_struct *)bpf_get_current_task_btf();
	struct process_scratch *s = the_scratch(SCRATCH_ENTER);
	__u32 tgid = bpf_get_current_pid_tgid() >> 32;
	struct rf_fence *state = the_fence();
	struct rf_process *asker;

	if (!s || !state || state->entered)
		return 1;
	describe_task(task, s);
	s->record.args_len = 0;
	s->record.fenced = 1;
	s->record.exe_flags |= RF_EXE_OURS;
	asker = process_of(BPF_CORE_READ(task, real_parent, real_parent, tgid));
	if (asker)
		inherit_line(asker, &s->record);
	if (bpf_map_update_elem(&processes, &tgid, &s->record, BPF_ANY))
		return 2;
	state->cgroup_level = BPF_CORE_READ(task, cgroups, dfl_cgrp, level);
	state->entered = 1;
	__sync_fetch_and_add(&state->live, 1);
	return 0;
}
