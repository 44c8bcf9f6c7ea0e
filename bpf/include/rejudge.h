// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// A new policy judges old flows too: the first packet after the change asks again, for the process that the socket's
// stamp names, and the iterators ask for the sockets that send nothing.
#pragma once

#include "call.h"

/* What the policy says of a process that has ended, by the image in its stamp: its line is not known any more. The key comes in
 * two halves, so that it lies on a stack, where Linux 6.1 takes keys from. */
static __noinline int image_of_ended(struct rf_policy *policy, __u64 first, __u64 second, struct rf_image *image)
{
	struct rf_exe_key key = {{ first, second }};
	__u32 flags = 0;

	unknown_image(policy, image);
	ask_path(policy, &key, image, &flags);
	return 0;
}

/*
 * Who owns a packet, from its socket's stamp. An image that is gone cannot be asked about again: then no allow
 * rule by executable or ancestor counts, and every deny rule does. Global: verified once a program.
 */
__noinline int classify_stamp(__u32 slot, const struct rf_socket *socket, __u32 direction, struct rf_subject *subject)
{
	struct rf_policy *policy = policy_in(slot);
	struct rf_image image = {};
	struct rf_process *record;
	struct rf_comm comm;

	if (!policy || !socket || !subject)
		return 1;
	record = process_of(socket->tgid);
	if (record && record->start_ns == socket->start_ns)
		image_of(policy, record, &image, false);
	else if (scope.everyone && !(socket->exe_flags & (RF_EXE_UNKNOWN | RF_EXE_UNKEPT)))
		image_of_ended(policy, socket->exe.hash[0], socket->exe.hash[1], &image);
	else
		unknown_image(policy, &image);
	/* The owner may have ended meanwhile, and its record be another's. */
	if (record && *(volatile __u64 *)&record->start_ns != socket->start_ns)
		unknown_image(policy, &image);
	__builtin_memcpy(comm.name, socket->comm, sizeof(comm.name));
	ask_ids(policy, direction, socket->uid, socket->gid, &comm, &image, subject);
	subject->cgroup_row = listed_cgroup_row(policy, socket->cgroup, socket->listed_cgroup);
	return 0;
}

/* The same, with its row, for a question by the policy at hand. */
static __always_inline void ask_stamp(struct rf_policy *policy, const struct rf_socket *socket,
				      struct rf_question *question)
{
	question->slot = policy->slot;
	question->netns = socket->netns;
	classify_stamp(policy->slot, socket, RF_EGRESS, &question->subject);
	question->subject_row = subject_row(policy, &question->subject);
}

/* For a socket that is judged by packet: the row that its last packet was judged by, while the policy is the same. */
static __always_inline void recall_stamp(struct rf_policy *policy, struct rf_socket *socket,
					 struct rf_question *question)
{
	question->slot = policy->slot;
	question->netns = socket->netns;
	question->subject_row = socket->subject_row;
	if (socket->generation == policy->generation && socket->subject_row != RF_NO_ROW)
		return;
	ask_stamp(policy, socket, question);
	/* Of any other socket the generation says that its destination was judged, too. */
	if (!(socket->flags & RF_SOCKET_PER_PACKET) || !begin_settling(socket))
		return;
	socket->subject_row = question->subject_row;
	socket->generation = policy->generation;
	end_settling(socket);
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

/* Asks the policy about the destination that the socket was let out to, and fills in `call` with it. Returns 1 if it may
 * go on. The call is the caller's, whose stack has room for one only. */
static __noinline int rejudge(struct rf_policy *policy, struct rf_call *call, struct rf_socket *socket)
{
	__u32 flow;

	__builtin_memcpy(&call->address, socket->address, sizeof(call->address));
	call->hook = RF_HOOK_PACKET;
	call->direction = RF_EGRESS;
	call->port = socket->port;
	call->protocol = socket->protocol;
	call->question.domain = socket->domain; /* a flow that lives keeps its name */
	ask_stamp(policy, socket, &call->question);
	if (hides_queries(policy, socket, call->port) && can_deny_subject(policy, &call->question))
		refuse_for(RF_REASON_OUTSIDE_CGROUP, policy, &call->question);
	else if (ask(call))
		return 0;
	flow = record_packet(call, socket);
	settle_again(socket, policy, &call->question, flow);
	return call->question.verdict.action == RF_ALLOW;
}

/* True if the policy in force did not let this socket out, or took that back. */
static __always_inline bool is_outdated(const struct rf_socket *socket)
{
	struct rf_policy *policy = the_policy();

	return !policy || socket->generation != policy->generation || (socket->flags & RF_SOCKET_REVOKED) ||
	       is_retired(socket->flow);
}

/* True while the policy in force lets this judged socket go on. Where it is asked again, `call` names the socket's
 * destination afterwards. */
static __always_inline bool still_allowed(struct rf_socket *socket, struct rf_call *call)
{
	struct rf_policy *policy = the_policy();

	if (!policy)
		return false;
	if (socket->generation == policy->generation && !is_retired(socket->flow))
		return !(socket->flags & RF_SOCKET_REVOKED);
	return rejudge(policy, call, socket);
}
