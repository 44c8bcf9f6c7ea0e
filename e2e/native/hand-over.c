// SPDX-License-Identifier: Apache-2.0
// Sockets that one program makes and another uses:
//
//   hand-over inherit|pass USER PORT    makes sockets, and has the program USER use them, in a process of its own
//   hand-over lend COMMAND...           makes them, and becomes COMMAND, with a UNIX socket for input that holds them
//   hand-over relay USER PORT           has USER use those of its input
//
// They stay open over fork and exec, or go over a UNIX socket ("pass"). USER prints for each what it came to: "sendto", "udp connect"
// and "tcp connect" to PORT of 127.0.0.1, and "listen" on a socket that was bound here. Then it prints the ports of that
// listener and of one that listened before it came, takes a line of input, and prints how many connections it can accept
// from each.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

enum made { SENDER, DATAGRAMS, STREAM, BOUND, LISTENER, COUNT };

union control {
	char bytes[CMSG_SPACE(COUNT * sizeof(int))];
	struct cmsghdr header;
};

static struct sockaddr_in place = { .sin_family = AF_INET };

static long must(const char *what, long result)
{
	if (result < 0) {
		fprintf(stderr, "Cannot %s: %s\n", what, strerror(errno));
		exit(1);
	}
	return result;
}

static void make(int *sockets)
{
	struct sockaddr_in here = place;

	here.sin_port = 0;
	for (int i = 0; i < COUNT; i++)
		sockets[i] = must("make a socket", socket(AF_INET, i < STREAM ? SOCK_DGRAM : SOCK_STREAM, 0));
	for (int i = BOUND; i <= LISTENER; i++)
		must("bind", bind(sockets[i], (struct sockaddr *)&here, sizeof(here)));
	must("listen", listen(sockets[LISTENER], 8));
}

static struct msghdr message(union control *control, struct iovec *data)
{
	return (struct msghdr){ .msg_iov = data,
				.msg_iovlen = 1,
				.msg_control = control->bytes,
				.msg_controllen = sizeof(control->bytes) };
}

static void pass(int over, const int *sockets)
{
	struct iovec data = { "x", 1 };
	union control control = {};
	struct msghdr header = message(&control, &data);

	control.header = (struct cmsghdr){ .cmsg_level = SOL_SOCKET,
					   .cmsg_type = SCM_RIGHTS,
					   .cmsg_len = CMSG_LEN(COUNT * sizeof(int)) };
	memcpy(CMSG_DATA(&control.header), sockets, COUNT * sizeof(int));
	must("pass sockets", sendmsg(over, &header, 0));
}

static void take(int over, int *sockets)
{
	char byte;
	struct iovec data = { &byte, 1 };
	union control control = {};
	struct msghdr header = message(&control, &data);

	must("take sockets", recvmsg(over, &header, 0));
	memcpy(sockets, CMSG_DATA(&control.header), COUNT * sizeof(int));
}

static void tell(const char *name, long result)
{
	printf("%s %s\n", name, result < 0 ? strerrorname_np(errno) : "ok");
}

static int port_of(int fd)
{
	struct sockaddr_in here;
	socklen_t size = sizeof(here);

	must("find the port", getsockname(fd, (struct sockaddr *)&here, &size));
	return ntohs(here.sin_port);
}

static int accepted(int fd)
{
	int count = 0;

	must("stop waiting", fcntl(fd, F_SETFL, O_NONBLOCK));
	while (accept(fd, NULL, NULL) >= 0)
		count++;
	return count;
}

static void use(const int *sockets)
{
	const struct sockaddr *to = (struct sockaddr *)&place;

	tell("sendto", sendto(sockets[SENDER], "x", 1, 0, to, sizeof(place)));
	tell("udp-connect", connect(sockets[DATAGRAMS], to, sizeof(place)));
	tell("tcp-connect", connect(sockets[STREAM], to, sizeof(place)));
	tell("listen", listen(sockets[BOUND], 8));
	printf("ports %d %d\n", port_of(sockets[BOUND]), port_of(sockets[LISTENER]));
	fflush(stdout);
	must("read", read(0, &(char){ 0 }, 1));
	printf("accepted %d %d\n", accepted(sockets[BOUND]), accepted(sockets[LISTENER]));
}

/* The other program, as PROGRAM PORT OVER SOCKET...: OVER is -1 for sockets that it has already. */
static void start(const char *program, const char *port, int over, const int *sockets)
{
	char text[COUNT + 1][12];
	char *args[COUNT + 4] = { (char *)program, (char *)port };

	for (int i = 0; i <= COUNT; i++) {
		snprintf(text[i], sizeof(text[i]), "%d", i ? sockets[i - 1] : over);
		args[i + 2] = text[i];
	}
	execv(program, args);
	must("execute", -1);
}

static void lend(char **command)
{
	int sockets[COUNT], pair[2];

	make(sockets);
	must("make a pair", socketpair(AF_UNIX, SOCK_STREAM, 0, pair));
	pass(pair[0], sockets);
	must("write", write(pair[0], "\n", 1));
	must("become the input", dup2(pair[1], 0));
	execvp(command[0], command);
	must("execute", -1);
}

int main(int argc, char **argv)
{
	int sockets[COUNT] = {}, pair[2];

	place.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (argc == COUNT + 3) {
		place.sin_port = htons(atoi(argv[1]));
		for (int i = 0; i < COUNT; i++)
			sockets[i] = atoi(argv[i + 3]);
		if (atoi(argv[2]) >= 0)
			take(atoi(argv[2]), sockets);
		use(sockets);
		return 0;
	}
	if (argc > 2 && !strcmp(argv[1], "lend"))
		lend(argv + 2);
	if (argc != 4)
		return 2;
	place.sin_port = htons(atoi(argv[3]));
	if (!strcmp(argv[1], "pass")) {
		must("make a pair", socketpair(AF_UNIX, SOCK_STREAM, 0, pair));
		if (!fork())
			start(argv[2], argv[3], pair[1], sockets);
		make(sockets);
		pass(pair[0], sockets);
	} else {
		if (!strcmp(argv[1], "relay"))
			take(0, sockets);
		else
			make(sockets);
		if (!fork())
			start(argv[2], argv[3], -1, sockets);
	}
	wait(NULL);
	return 0;
}
