// SPDX-License-Identifier: Apache-2.0
// Sends one datagram each from sockets that are closed at once, first on one CPU, then on another, so that the cookies
// of the second half equal those of the end of the first half in their lower bits: each CPU counts cookies on its own.
//
//   closed-twins COUNT BITS    COUNT sockets on each CPU, BITS lower bits; prints "ok"
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static void fail(const char *what)
{
	fprintf(stderr, "Cannot %s: %s\n", what, strerror(errno));
	exit(1);
}

static void move_to(int cpu)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	if (sched_setaffinity(0, sizeof(set), &set))
		fail("move to another CPU");
}

static uint64_t cookie_of(int fd)
{
	uint64_t cookie = 0;
	socklen_t length = sizeof(cookie);

	if (fd < 0 || getsockopt(fd, SOL_SOCKET, SO_COOKIE, &cookie, &length))
		fail("read a socket's cookie");
	return cookie;
}

static uint64_t send_once(void)
{
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons(9) };
	int fd = socket(AF_INET, SOCK_DGRAM, 0);
	uint64_t cookie = cookie_of(fd);

	to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (sendto(fd, "x", 1, 0, (struct sockaddr *)&to, sizeof(to)) < 0)
		fail("send");
	close(fd);
	return cookie;
}

/* Takes cookies until the next one ends in these bits. */
static void skip_to(uint64_t bits, uint64_t mask)
{
	uint64_t cookie = 0;

	do {
		int fd = socket(AF_UNIX, SOCK_DGRAM, 0);

		cookie = cookie_of(fd);
		close(fd);
	} while (((cookie + 1) & mask) != (bits & mask));
}

int main(int argc, char **argv)
{
	int count = argc > 2 ? atoi(argv[1]) : 0;
	uint64_t mask = argc > 2 ? (1ULL << atoi(argv[2])) - 1 : 0;
	uint64_t first = 0;

	move_to(0);
	for (int i = 0; i < count; i++) {
		uint64_t cookie = send_once();

		if (i == count / 2)
			first = cookie;
	}
	move_to(1);
	skip_to(first, mask);
	for (int i = 0; i < count; i++)
		send_once();
	puts("ok");
	return 0;
}
