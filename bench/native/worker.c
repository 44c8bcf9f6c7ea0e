// SPDX-License-Identifier: Apache-2.0
// Makes socket calls when told to, and says how long they took. In C, because a foreign function call from
// JavaScript costs as much as the programs that are measured.
//
// One order per line of standard input, one answer per line of standard output; ends with standard input.
//   pin CPU            stays on this CPU
//   enter FD           runs the program fence_enter on itself
//   serve              binds a UDP and a TCP socket on loopback twice, answers "PORT PORT" (each for both protocols)
//   drain              throws away what arrived on the served sockets, answers the number
//   target PORT PORT   makes the sockets that call there
//   CALL COUNT         makes COUNT calls, answers the nanoseconds that all of them took
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <linux/bpf.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define TARGETS 2
#define PAYLOAD_BYTES 64
#define BACKLOG 4096
#define RECEIVE_BUFFER (8 << 20)
/* Calls before the clock starts, as a part of those timed: the process just took the CPU from another one. */
#define WARM_UP_PART 8

static struct sockaddr_in targets[TARGETS];
static int udp_connecting, udp_free, udp_connected;
static int udp_served[TARGETS], tcp_served[TARGETS];
static char payload[PAYLOAD_BYTES];

static void fail(const char *what)
{
	printf("error Cannot %s: %s\n", what, strerror(errno));
	fflush(stdout);
	exit(1);
}

static int check(int result, const char *what)
{
	if (result < 0)
		fail(what);
	return result;
}

static struct sockaddr_in loopback(int port)
{
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons(port) };

	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	return address;
}

static void call_nothing(long index)
{
	__asm__ volatile("" : : "r"(index) : "memory");
}

static void call_getppid(long index)
{
	syscall(SYS_getppid);
}

static void call_udp_connect(long index)
{
	check(connect(udp_connecting, (struct sockaddr *)&targets[0], sizeof(targets[0])), "connect over UDP");
}

static void send_to(int target)
{
	check(sendto(udp_free, payload, PAYLOAD_BYTES, 0, (struct sockaddr *)&targets[target], sizeof(targets[target])),
	      "send to an address");
}

static void call_udp_sendto(long index)
{
	send_to(0);
}

static void call_udp_sendto_alternating(long index)
{
	send_to(index % TARGETS);
}

static void call_udp_send(long index)
{
	check(send(udp_connected, payload, PAYLOAD_BYTES, 0), "send over a connected socket");
}

/* Closed with a reset: thousands of connections in TIME_WAIT would use up the ports. */
static void call_tcp_connect(long index)
{
	struct linger reset = { .l_onoff = 1 };
	int fd = check(socket(AF_INET, SOCK_STREAM, 0), "make a TCP socket");

	check(connect(fd, (struct sockaddr *)&targets[0], sizeof(targets[0])), "connect over TCP");
	check(setsockopt(fd, SOL_SOCKET, SO_LINGER, &reset, sizeof(reset)), "set SO_LINGER");
	check(close(fd), "close a TCP socket");
}

static const struct {
	const char *name;
	void (*call)(long index);
} calls[] = {
	{ "nothing", call_nothing },
	{ "getppid", call_getppid },
	{ "udp-connect", call_udp_connect },
	{ "udp-sendto", call_udp_sendto },
	{ "udp-sendto-alternating", call_udp_sendto_alternating },
	{ "udp-send", call_udp_send },
	{ "tcp-connect", call_tcp_connect },
};

static long now_ns(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec * 1000000000L + time.tv_nsec;
}

static long time_calls(void (*call)(long index), long count)
{
	long start;

	for (long index = 0; index < count / WARM_UP_PART; index++)
		call(index);
	start = now_ns();
	for (long index = 0; index < count; index++)
		call(index);
	return now_ns() - start;
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

static int bind_served(int type, int port)
{
	struct sockaddr_in address = loopback(port);
	int bytes = RECEIVE_BUFFER, fd = check(socket(AF_INET, type | SOCK_NONBLOCK, 0), "make a served socket");

	check(setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &bytes, sizeof(bytes)), "enlarge a receive buffer");
	check(bind(fd, (struct sockaddr *)&address, sizeof(address)), "bind a served socket");
	return fd;
}

static int serve(int index)
{
	struct sockaddr_in bound;
	socklen_t length = sizeof(bound);
	int port;

	udp_served[index] = bind_served(SOCK_DGRAM, 0);
	check(getsockname(udp_served[index], (struct sockaddr *)&bound, &length), "read a served port");
	port = ntohs(bound.sin_port);
	tcp_served[index] = bind_served(SOCK_STREAM, port);
	check(listen(tcp_served[index], BACKLOG), "listen");
	return port;
}

static long drain(void)
{
	char buffer[PAYLOAD_BYTES];
	long count = 0;
	int fd;

	for (int index = 0; index < TARGETS; index++) {
		while (recv(udp_served[index], buffer, sizeof(buffer), 0) >= 0)
			count++;
		while ((fd = accept(tcp_served[index], NULL, NULL)) >= 0) {
			close(fd);
			count++;
		}
	}
	return count;
}

static void make_sockets(int first, int second)
{
	targets[0] = loopback(first);
	targets[1] = loopback(second);
	udp_connecting = check(socket(AF_INET, SOCK_DGRAM, 0), "make a UDP socket");
	udp_free = check(socket(AF_INET, SOCK_DGRAM, 0), "make a UDP socket");
	udp_connected = check(socket(AF_INET, SOCK_DGRAM, 0), "make a UDP socket");
	check(connect(udp_connected, (struct sockaddr *)&targets[0], sizeof(targets[0])), "connect over UDP");
}

static void obey(const char *order, long first, long second)
{
	if (strcmp(order, "pin") == 0) {
		pin(first);
		puts("ok");
	} else if (strcmp(order, "enter") == 0) {
		enter(first);
		puts("ok");
	} else if (strcmp(order, "serve") == 0) {
		first = serve(0);
		second = serve(1);
		printf("%ld %ld\n", first, second);
	} else if (strcmp(order, "drain") == 0) {
		printf("%ld\n", drain());
	} else if (strcmp(order, "target") == 0) {
		make_sockets(first, second);
		puts("ok");
	} else {
		for (size_t index = 0; index < sizeof(calls) / sizeof(calls[0]); index++) {
			if (strcmp(order, calls[index].name) != 0)
				continue;
			printf("%ld\n", time_calls(calls[index].call, first));
			return;
		}
		errno = EINVAL;
		fail("obey an unknown order");
	}
}

int main(void)
{
	char line[128], order[64];
	long first, second;

	while (fgets(line, sizeof(line), stdin)) {
		first = second = 0;
		if (sscanf(line, "%63s %ld %ld", order, &first, &second) < 1)
			continue;
		obey(order, first, second);
		fflush(stdout);
	}
	return 0;
}
