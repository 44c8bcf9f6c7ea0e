// SPDX-License-Identifier: Apache-2.0
// TCP connections that a policy lets be, and the next one does not:
//
//   old-connections PORT PORT6
//
// Connects to PORT of 127.0.0.1 three times, once with IP options in its packets, and to PORT6 of ::1, and writes the name
// of each connection into it. Listens, says "port N", and accepts one connection. Says "ready", waits for a line of input,
// ends what it sends on each connection, on one of them with a segment that holds data, and waits for the end of its input.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static long must(long result)
{
	if (result < 0) {
		perror("old-connections");
		exit(1);
	}
	return result;
}

static int connected(const char *name, const struct sockaddr *to, socklen_t size)
{
	int fd = must(socket(to->sa_family, SOCK_STREAM, 0));

	must(connect(fd, to, size));
	must(write(fd, name, strlen(name)));
	return fd;
}

int main(int argc, char **argv)
{
	struct sockaddr_in v4 = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	struct sockaddr_in6 v6 = { .sin6_family = AF_INET6, .sin6_addr = IN6ADDR_LOOPBACK_INIT };
	unsigned char nothing[4] = { 1, 1, 1, 0 }; /* three no-operations and the end of the options */
	struct sockaddr_in here = v4;
	socklen_t size = sizeof(here);
	int listener = must(socket(AF_INET, SOCK_STREAM, 0));
	int fds[5];

	if (argc != 3)
		return 2;
	v4.sin_port = htons(atoi(argv[1]));
	v6.sin6_port = htons(atoi(argv[2]));
	fds[0] = connected("marked", (struct sockaddr *)&v4, sizeof(v4));
	must(setsockopt(fds[0], IPPROTO_IP, IP_OPTIONS, nothing, sizeof(nothing)));
	fds[1] = connected("late", (struct sockaddr *)&v4, sizeof(v4));
	must(setsockopt(fds[1], IPPROTO_TCP, TCP_CORK, &(int){ 1 }, sizeof(int)));
	fds[2] = connected("v4", (struct sockaddr *)&v4, sizeof(v4));
	fds[3] = connected("v6", (struct sockaddr *)&v6, sizeof(v6));
	must(bind(listener, (struct sockaddr *)&here, sizeof(here)));
	must(listen(listener, 1));
	must(getsockname(listener, (struct sockaddr *)&here, &size));
	printf("port %d\n", ntohs(here.sin_port));
	fflush(stdout);
	fds[4] = must(accept(listener, NULL, NULL));
	puts("ready");
	fflush(stdout);
	must(read(0, &(char){ 0 }, 1));
	/* what follows fails where the connection was reset */
	send(fds[1], "data", 4, MSG_NOSIGNAL);
	for (int i = 0; i < 5; i++)
		shutdown(fds[i], SHUT_WR);
	while (read(0, &(char){ 0 }, 1) > 0)
		;
	return 0;
}
