// SPDX-License-Identifier: Apache-2.0
// UDP sockets with a past, told to send once more after the policy changed:
//
//   old-datagrams KEPT CALM GONE
//
// KEPT and CALM are ports on 127.0.0.1 that both policies allow, GONE one that only the first does; so is 127.0.0.2. Says
// "ready", waits for a line of input, and prints for each way out what its last send came to. What goes out then says
// "late", or "corked" if it was queued before and is let go. KEPT is flooded; CALM gets nothing but what was queued.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/udp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static struct sockaddr_in kept, calm, gone, port_zero;

static struct sockaddr_in at(const char *address, int port)
{
	struct sockaddr_in place = { .sin_family = AF_INET, .sin_port = htons(port) };

	inet_pton(AF_INET, address, &place.sin_addr);
	return place;
}

static int made(void)
{
	int fd = socket(AF_INET, SOCK_DGRAM, 0);

	if (fd < 0)
		exit(1);
	return fd;
}

static void must(int result)
{
	if (result < 0) {
		perror("old-datagrams");
		exit(1);
	}
}

static int connected(const struct sockaddr_in *to)
{
	int fd = made();

	must(connect(fd, (const struct sockaddr *)to, sizeof(*to)));
	return fd;
}

static long to(int fd, const struct sockaddr_in *place, const char *text, int flags)
{
	return sendto(fd, text, strlen(text), flags, (const struct sockaddr *)place, sizeof(*place));
}

static int corked(const struct sockaddr_in *place)
{
	int fd = made();

	must(setsockopt(fd, IPPROTO_UDP, UDP_CORK, &(int){ 1 }, sizeof(int)));
	must(to(fd, place, "corked", 0));
	return fd;
}

/* Sends what was queued; the call does not say what became of it. */
static void uncork(int fd)
{
	must(setsockopt(fd, IPPROTO_UDP, UDP_CORK, &(int){ 0 }, sizeof(int)));
}

static void tell(const char *name, long result)
{
	printf("%s: %s\n", name, result < 0 ? strerrorname_np(errno) : "sent");
	fflush(stdout);
}

int main(int argc, char **argv)
{
	struct sockaddr nowhere = { .sa_family = AF_UNSPEC };
	struct pollfd input = { .events = POLLIN };
	int held, again, elsewhere, zero, queued[2];

	if (argc != 4)
		return 2;
	kept = at("127.0.0.1", atoi(argv[1]));
	calm = at("127.0.0.1", atoi(argv[2]));
	gone = at("127.0.0.1", atoi(argv[3]));
	port_zero = at("127.0.0.2", 0);
	held = made();
	must(to(held, &gone, "early ", MSG_MORE));
	queued[0] = corked(&gone);
	queued[1] = corked(&calm);
	again = connected(&gone);
	elsewhere = connected(&kept);
	must(to(elsewhere, &gone, "early", 0));
	zero = connected(&port_zero);
	puts("ready");
	fflush(stdout);
	/* sends without a rest, so that a packet is the first to meet the new policy */
	while (!poll(&input, 1, 0))
		send(elsewhere, "kept", 4, 0);
	must(read(0, &(char){ 0 }, 1));
	send(again, "late", 4, 0);
	connect(again, &nowhere, sizeof(nowhere));
	tell("connected once", to(again, &gone, "late", 0));
	tell("another since", to(elsewhere, &gone, "late", 0));
	to(zero, &kept, "kept", 0);
	tell("port 0", send(zero, "late", 4, 0));
	to(held, &gone, "late", 0);
	uncork(queued[0]);
	uncork(queued[1]);
	tell("fresh", to(made(), &gone, "late", 0));
	return 0;
}
