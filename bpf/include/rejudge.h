// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// A new policy judges old flows too: the first packet after the change asks again, for the process that the socket's
// stamp names, and the iterators ask for the sockets that send nothing.
#pragma once

#include "call.h"

/* Who owns this socket, for a question by the policy at hand; false where it could not be asked. */
static __always_inline bool ask_stamp(struct rf_policy *policy, struct rf_socket *socket, struct rf_question *question)
{
	question->slot = policy->slot;
	if (!(socket->flags & RF_SOCKET_PER_PACKET))
		return !classify_stamp(RF_EGRESS, socket, question);
	/* No verdict of such a socket is kept, so its generation is the row's alone. */
	question->subject_row = socket->subject_row;
	if (socket->generation == policy->generation && socket->subject_row != RF_NO_ROW)
		return true;
	if (classify_stamp(RF_EGRESS, socket, question))
		return false;
	if (begin_settling(socket)) {
		socket->subject_row = question->subject_row;
		socket->generation = policy->generation;
		end_settling(socket);
	}
	return true;
}

static __always_inline void settle_again(struct rf_socket *socket, const struct rf_policy *policy,
					 const struct rf_question *question, __u32 flow)
{
	if (!begin_settling(socket))
		return;
	socket->subject_row = question->subject_row;
	socket->generation = policy->generation;
	socket->flow = flow;
	if (question->verdict.action == RF_DENY)
		socket->flags |= RF_SOCKET_REVOKED;
	else
		socket->flags &= ~RF_SOCKET_REVOKED;
	end_settling(socket);
}

/* Asks the policy in the question's slot about the destination that the socket was let out to, and fills in `call` with
 * it. Returns 1 if it may go on. The call is the caller's, whose stack has room for one only. */
__noinline int rejudge(struct rf_call *call, struct rf_socket *socket)
{
	struct rf_policy *policy;
	__u32 flow;

	if (!call || !socket)
		return 0;
	policy = policy_in(call->question.slot);
	if (!policy)
		return 0;
	__builtin_memcpy(&call->address, socket->address, sizeof(call->address));
	call->hook = RF_HOOK_PACKET;
	call->direction = RF_EGRESS;
	call->port = socket->port;
	call->protocol = socket->protocol;
	if (classify_stamp(RF_EGRESS, socket, &call->question))
		return 0;
	classify_peer(policy, &call->address, call->port, call->protocol, &call->question.peer);
	if (decide(&call->question))
		return 0;
	flow = record_packet(call, socket);
	settle_again(socket, policy, &call->question, flow);
	return call->question.verdict.action == RF_ALLOW;
}

/* True while the policy in force lets this judged socket go on. Where it is asked again, `call` names the socket's
 * destination afterwards. */
static __always_inline bool still_allowed(struct rf_socket *socket, struct rf_call *call)
{
	struct rf_policy *policy = the_policy();

	if (!policy)
		return false;
	if (socket->generation == policy->generation)
		return !(socket->flags & RF_SOCKET_REVOKED);
	call->question.slot = policy->slot;
	return rejudge(call, socket);
}
