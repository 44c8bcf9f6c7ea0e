// SPDX-License-Identifier: Apache-2.0
// Makes socket calls when told to, and says how long they took. In C, because a foreign function call from
// JavaScript costs as much as the programs that are measured.
//
// One order per line of standard input, one answer per line of standard output; ends with standard input.
//   pin CPU                 stays on this CPU
//   enter FD                runs the program fence_enter on itself
//   isolate                 goes into a network namespace of its own
//   join PID                goes into the network namespace of that process
//   become COMMAND          becomes this shell command, and answers nothing any more
//   run COMMAND             runs this shell command, answers its output in one line
//   serve HOST              binds a UDP and a TCP socket there twice, answers "PORT PORT" (each for both protocols)
//   drain                   throws away what arrived on the served sockets, answers the number
//   target HOST PORT PORT   makes the sockets that call there
//   probe HOST PORT         sends there once, answers "refused" or "passed"
//   refused|passed HOST PORT MS  tries until it is, answers the times of CLOCK_MONOTONIC for new and old sockets
//   pace CALL RATE MS       makes RATE calls a second, answers their number and the nanoseconds of CPU time
//   crowd COUNT             has so many children that only wait, until it ends; answers their number
//   network                 answers the cookie of its network namespace
//   resolve HOST            answers DNS queries there, and no order any more
//   ask HOST NAME COUNT     asks there for a name, answers how often that was refused, and the nanoseconds of each time
//   CALL COUNT              makes COUNT calls, answers the nanoseconds that all of them took
#include "worker.h"
#include <arpa/inet.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define WORDS 5
#define ASKED_MAX 1000
#define ASKED_FIRST 20 /* queries before the clock starts: the process just took the CPU from another one */

void fail(const char *what)
{
	printf("error Cannot %s: %s\n", what, strerror(errno));
	fflush(stdout);
	exit(1);
}

int check(int result, const char *what)
{
	if (result < 0)
		fail(what);
	return result;
}

struct sockaddr_in address_of(unsigned int host, int port)
{
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons(port) };

	address.sin_addr.s_addr = htonl(host);
	return address;
}

long now_ns(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec * 1000000000L + time.tv_nsec;
}

static unsigned int host_of(const char *text)
{
	struct in_addr address;

	if (inet_pton(AF_INET, text, &address) != 1) {
		errno = EINVAL;
		fail("read an address");
	}
	return ntohl(address.s_addr);
}

static void pin(int cpu)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	check(sched_setaffinity(0, sizeof(set), &set), "stay on a CPU");
}

static void enter(int program)
{
	union bpf_attr attributes = { .test = { .prog_fd = program } };

	check(syscall(SYS_bpf, BPF_PROG_TEST_RUN, &attributes, sizeof(attributes)), "enter the fence");
	errno = EPERM;
	check(attributes.test.retval == 0 ? 0 : -1, "enter the fence");
}

static void join_namespace(int pid)
{
	char path[64];
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/ns/net", pid);
	fd = check(open(path, O_RDONLY | O_CLOEXEC), "open a network namespace");
	check(setns(fd, CLONE_NEWNET), "go into a network namespace");
	close(fd);
}

static void run(const char *command)
{
	FILE *output = popen(command, "r");
	int byte;

	if (!output)
		fail("run a command");
	while ((byte = fgetc(output)) != EOF)
		putchar(byte == '\n' ? ' ' : byte);
	putchar('\n');
	pclose(output);
}

static const struct call_kind *call_named(const char *name)
{
	const struct call_kind *kind = find_call(name);

	if (!kind) {
		errno = EINVAL;
		fail("obey an unknown order");
	}
	return kind;
}

static void answer_asked(unsigned int host, const char *name, long count)
{
	long times_ns[ASKED_MAX];

	errno = EINVAL;
	check(count > 0 && count <= ASKED_MAX ? 0 : -1, "ask so often");
	printf("%ld", ask(host, name, count, ASKED_FIRST, times_ns));
	for (long index = 0; index < count; index++)
		printf(" %ld", times_ns[index]);
	putchar('\n');
}

/* Orders that answer "ok". */
static bool prepare(char *const word[WORDS])
{
	const char *order = word[0];

	if (strcmp(order, "pin") == 0) {
		pin(atoi(word[1]));
	} else if (strcmp(order, "enter") == 0) {
		enter(atoi(word[1]));
	} else if (strcmp(order, "isolate") == 0) {
		check(unshare(CLONE_NEWNET), "make a network namespace");
	} else if (strcmp(order, "join") == 0) {
		join_namespace(atoi(word[1]));
	} else if (strcmp(order, "target") == 0) {
		make_sockets(host_of(word[1]), (int[TARGETS]){ atoi(word[2]), atoi(word[3]) });
	} else {
		return false;
	}
	puts("ok");
	return true;
}

static void answer(char *const word[WORDS])
{
	const char *order = word[0];
	long first, second;

	if (strcmp(order, "serve") == 0) {
		first = serve(0, host_of(word[1]));
		printf("%ld %d\n", first, serve(1, host_of(word[1])));
	} else if (strcmp(order, "drain") == 0) {
		printf("%ld\n", drain());
	} else if (strcmp(order, "probe") == 0) {
		puts(is_refused(host_of(word[1]), atoi(word[2])) ? "refused" : "passed");
	} else if (strcmp(order, "refused") == 0 || strcmp(order, "passed") == 0) {
		watch(order[0] == 'r', atol(word[3]), host_of(word[1]), atoi(word[2]), &first, &second);
		printf("%ld %ld\n", first, second);
	} else if (strcmp(order, "crowd") == 0) {
		printf("%ld\n", crowd(atol(word[1])));
	} else if (strcmp(order, "network") == 0) {
		printf("%lu\n", network_cookie());
	} else if (strcmp(order, "resolve") == 0) {
		resolve(host_of(word[1]));
	} else if (strcmp(order, "ask") == 0) {
		answer_asked(host_of(word[1]), word[2], atol(word[3]));
	} else if (strcmp(order, "pace") == 0) {
		pace(call_named(word[1]), atol(word[2]), atol(word[3]), &first, &second);
		printf("%ld %ld\n", first, second);
	} else {
		printf("%ld\n", time_calls(call_named(order), atol(word[1])));
	}
}

static void obey(char *line)
{
	char *word[WORDS], *next;

	line[strcspn(line, "\n")] = '\0';
	if (strncmp(line, "become ", 7) == 0) {
		execl("/bin/sh", "sh", "-c", line + 7, NULL);
		fail("become a command");
	}
	if (strncmp(line, "run ", 4) == 0) {
		run(line + 4);
		fflush(stdout);
		return;
	}
	for (int index = 0; index < WORDS; index++) {
		next = strtok(index == 0 ? line : NULL, " ");
		word[index] = next ? next : "";
	}
	if (!prepare(word))
		answer(word);
	fflush(stdout);
}

int main(void)
{
	char line[1024];

	while (fgets(line, sizeof(line), stdin))
		obey(line);
	disperse();
	return 0;
}
