// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// Socket options that put another destination into the packet than the one that was judged.
#pragma once

#include "call.h"

#define RF_PAGE 4096
#define SOL_IP 0
#define SOL_IPV6 41
#define IP_OPTIONS 4
#define IPV6_2292PKTOPTIONS 6
#define IPV6_2292RTHDR 5
#define IPV6_RTHDR 57
#define IPOPT_LSRR 131
#define IPOPT_SSRR 137
#define IP_OPTIONS_MAX 40

/* True if a byte anywhere in the IPv4 options could be the kind of a source route. Walking the options would spare
 * the rare other option that holds such a byte as data; it costs the verifier 200,000 instructions. */
static __always_inline bool has_source_route(const __u8 *option, const __u8 *end)
{
	for (int i = 0; i < IP_OPTIONS_MAX; i++) {
		if (option + i + 1 > end)
			return false;
		if (option[i] == IPOPT_LSRR || option[i] == IPOPT_SSRR)
			return true;
	}
	return false;
}

static __always_inline bool hides_destination(struct bpf_sockopt *ctx)
{
	if (ctx->optlen <= 0)
		return false;
	if (ctx->level == SOL_IP && ctx->optname == IP_OPTIONS)
		return has_source_route(ctx->optval, ctx->optval_end);
	return ctx->level == SOL_IPV6 && (ctx->optname == IPV6_RTHDR || ctx->optname == IPV6_2292RTHDR ||
					  ctx->optname == IPV6_2292PKTOPTIONS);
}

static __always_inline int judge_option(struct bpf_sockopt *ctx)
{
	struct rf_policy *policy = the_policy();
	struct rf_call call = { .hook = RF_HOOK_SETSOCKOPT };
	struct rf_caller caller = {};
	bool hidden = hides_destination(ctx);

	/* The kernel shows one page of the value and fails the call unless we disclaim the rest. */
	if (ctx->optlen > RF_PAGE)
		ctx->optlen = 0;
	if (!hidden || !find_caller(&caller))
		return RF_PASS;
	if (!policy)
		return RF_REFUSE;
	ask_caller(policy, &caller, &call.question);
	if (!scope.everyone)
		refuse_for(RF_REASON_SOURCE_ROUTE, policy, &call.question);
	else if (!refuse_held(RF_REASON_SOURCE_ROUTE, policy, &call.question))
		return RF_PASS;
	record_verdict(&call, &caller);
	return to_return(&call.question.verdict);
}
