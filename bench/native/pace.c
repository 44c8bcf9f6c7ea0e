// SPDX-License-Identifier: Apache-2.0
// Calls at a steady rate, and the CPU time that they take.
#include "worker.h"
#include <time.h>

#define NS_PER_S 1000000000L
#define NS_PER_MS 1000000L

static long cpu_time_ns(void)
{
	struct timespec time;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
	return time.tv_sec * NS_PER_S + time.tv_nsec;
}

static void sleep_until(long ns)
{
	struct timespec time = { .tv_sec = ns / NS_PER_S, .tv_nsec = ns % NS_PER_S };

	while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &time, NULL) == EINTR)
		;
}

void pace(const struct call_kind *kind, long rate, long milliseconds, long *calls, long *cpu_ns)
{
	long start = now_ns(), end = start + milliseconds * NS_PER_MS, cpu = cpu_time_ns();

	for (*calls = 0; start + *calls * (NS_PER_S / rate) < end; ++*calls) {
		sleep_until(start + *calls * (NS_PER_S / rate));
		kind->call(*calls);
	}
	*cpu_ns = cpu_time_ns() - cpu;
}
