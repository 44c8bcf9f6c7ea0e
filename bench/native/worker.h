// SPDX-License-Identifier: Apache-2.0
// What the parts of the worker share.
#pragma once

#define _GNU_SOURCE
#include <errno.h>
#include <netinet/in.h>
#include <stdbool.h>

#define TARGETS 2
#define PAYLOAD_BYTES 64

struct call_kind {
	const char *name;
	void (*call)(long index);
	long warm_up; /* calls before the clock starts; 0: a part of those timed */
};

/* worker.c */
void fail(const char *what);
int check(int result, const char *what);
struct sockaddr_in address_of(unsigned int host, int port);
long now_ns(void);

/* serve.c */
int serve(int index, unsigned int host);
long drain(void);

/* calls.c */
void make_sockets(unsigned int host, const int ports[TARGETS]);
const struct call_kind *find_call(const char *name);
long time_calls(const struct call_kind *kind, long count);

/* pace.c */
void pace(const struct call_kind *kind, long rate, long milliseconds, long *calls, long *cpu_ns);

/* dns.c */
void resolve(unsigned int host);
long ask(unsigned int host, const char *name, long count, long warm_up, long *times_ns);
unsigned long network_cookie(void);

/* watch.c */
bool is_refused(unsigned int host, int port);
void watch(bool refused, long milliseconds, unsigned int host, int port, long *new_ns, long *old_ns);

/* crowd.c */
long crowd(long count);
void disperse(void);
