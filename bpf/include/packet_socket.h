// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// AF_PACKET sockets of a run that keeps CAP_NET_RAW: they meet no hook of the cgroup, so an interface drops what they
// send.
#pragma once

#include "call.h"

#define RF_AF_PACKET 17
#define RF_TC_NEXT (-1) /* whoever else is attached, and then the wire */
#define RF_TC_DROP 2

/* Who sends: such a packet passes here within the call that sends it. The verdict does not rest on it. */
static __always_inline void stamp_sender(struct rf_socket *stamp)
{
	struct task_struct *task = current_task();
	struct rf_process *record = process_of(task->tgid);

	if (!record || !record->fenced)
		return;
	stamp->tgid = task->tgid;
	stamp->uid = task->cred->euid.val;
	stamp->exec_ns = record->exec_ns;
	read_comm(task, stamp->comm);
}

static __always_inline int judge_packet_socket(struct __sk_buff *skb)
{
	struct rf_call call = { .protocol = RF_AF_PACKET, .hook = RF_HOOK_TC };
	struct rf_policy *policy = the_policy();
	struct rf_fence *state = the_fence();
	struct bpf_sock *sk = skb->sk;
	struct rf_socket stamp = {};

	if (!sk || sk->family != RF_AF_PACKET || !state ||
	    bpf_skb_ancestor_cgroup_id(skb, state->cgroup_level) != state->cgroup)
		return RF_TC_NEXT;
	if (!policy)
		return RF_TC_DROP;
	if (!can_deny(policy))
		return RF_TC_NEXT;
	stamp_sender(&stamp);
	refuse_for(RF_REASON_FAMILY, policy, &call.question);
	record_packet(&call, &stamp);
	return call.question.verdict.action == RF_DENY ? RF_TC_DROP : RF_TC_NEXT;
}
