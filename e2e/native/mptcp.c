// SPDX-License-Identifier: Apache-2.0
// Both ends of an MPTCP connection:
//
//   mptcp serve PORT COMMAND...    listens at every address, and becomes COMMAND; a child takes connections until that ends
//   mptcp connect ADDRESS PORT     connects, sends, prints what came of it, and waits for the end of its input
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#ifndef IPPROTO_MPTCP
#define IPPROTO_MPTCP 262
#endif

static long must(const char *what, long result)
{
	if (result < 0) {
		fprintf(stderr, "Cannot %s: %s\n", what, strerror(errno));
		exit(1);
	}
	return result;
}

static struct sockaddr_in at(const char *address, const char *port)
{
	struct sockaddr_in place = { .sin_family = AF_INET, .sin_port = htons(atoi(port)) };

	inet_pton(AF_INET, address, &place.sin_addr);
	return place;
}

static void serve(int listener)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	for (;;) {
		int fd = must("accept", accept(listener, NULL, NULL));
		char text[16];

		must("echo", write(fd, text, must("read", read(fd, text, sizeof(text)))));
	}
}

static void become(const char *port, char **command)
{
	struct sockaddr_in here = at("0.0.0.0", port);
	int listener = must("make a socket", socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, IPPROTO_MPTCP));

	must("bind", bind(listener, (struct sockaddr *)&here, sizeof(here)));
	must("listen", listen(listener, 8));
	if (!must("fork", fork()))
		serve(listener);
	execvp(command[0], command);
	must("execute", -1);
}

static const char *talk(const struct sockaddr_in *to)
{
	int fd = must("make a socket", socket(AF_INET, SOCK_STREAM, IPPROTO_MPTCP));

	if (connect(fd, (const struct sockaddr *)to, sizeof(*to)) || send(fd, "hello", 5, MSG_NOSIGNAL) < 0)
		return strerrorname_np(errno);
	return read(fd, (char[16]){}, 16) == 5 ? "echo" : "nothing";
}

int main(int argc, char **argv)
{
	struct sockaddr_in to;

	if (argc > 3 && !strcmp(argv[1], "serve"))
		become(argv[2], argv + 3);
	if (argc != 4)
		return 2;
	to = at(argv[2], argv[3]);
	puts(talk(&to));
	fflush(stdout);
	while (read(0, &(char){ 0 }, 1) > 0)
		;
	return 0;
}
