// SPDX-License-Identifier: Apache-2.0
// Sockets in network namespaces that their process has left, told to send once more after the policy changed:
//
//   namespaces PORT
//
// Connects to PORT of 127.0.0.1 here, and in two network namespaces of its own to itself, by TCP and by UDP. A thread goes
// from one of the two to the other and back without pause. Says "ready", waits for a line of input, and prints for each
// socket whether what it sends now arrives, and for each namespace what a new connection comes to.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#define SPACES 2

struct pair {
	int near, far;
};

struct space {
	int fd;
	struct pair tcp, udp;
};

static struct sockaddr_in place = { .sin_family = AF_INET };
static struct space spaces[SPACES];

static long must(const char *what, long result)
{
	if (result < 0) {
		fprintf(stderr, "Cannot %s: %s\n", what, strerror(errno));
		exit(1);
	}
	return result;
}

static int made(int type)
{
	return must("make a socket", socket(AF_INET, type, 0));
}

static int bound(int type)
{
	int fd = made(type);

	must("bind", bind(fd, (struct sockaddr *)&place, sizeof(place)));
	return fd;
}

static int connected(int type)
{
	int fd = made(type);

	must("connect", connect(fd, (struct sockaddr *)&place, sizeof(place)));
	return fd;
}

static int gets(struct pair pair, const char *text)
{
	struct timeval patience = { .tv_usec = 300000 };
	char got[5] = "";

	must("set a timeout", setsockopt(pair.far, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience)));
	send(pair.near, text, 4, MSG_NOSIGNAL);
	return recv(pair.far, got, 4, 0) == 4 && !strcmp(got, text);
}

static void fill(struct space *space)
{
	struct ifreq loopback = { .ifr_name = "lo", .ifr_flags = IFF_UP };
	int listener;

	must("make a network namespace", unshare(CLONE_NEWNET));
	space->fd = must("open it", open("/proc/thread-self/ns/net", O_RDONLY));
	must("start loopback", ioctl(made(SOCK_DGRAM), SIOCSIFFLAGS, &loopback));
	listener = bound(SOCK_STREAM);
	must("listen", listen(listener, 8));
	space->tcp.near = connected(SOCK_STREAM);
	space->tcp.far = must("accept", accept(listener, NULL, NULL));
	space->udp.far = bound(SOCK_DGRAM);
	space->udp.near = connected(SOCK_DGRAM);
	must("be heard", gets(space->tcp, "soon") && gets(space->udp, "soon") ? 0 : -1);
}

static void enter(int space)
{
	must("enter a namespace", setns(spaces[space].fd, CLONE_NEWNET));
}

static void *hop(void *unused)
{
	for (int i = 0;; i++)
		enter(i % SPACES);
	return unused;
}

static void tell(int space)
{
	enter(space);
	printf("tcp %d %s\n", space, gets(spaces[space].tcp, "late") ? "arrived" : "nothing");
	printf("udp %d %s\n", space, gets(spaces[space].udp, "late") ? "arrived" : "nothing");
	printf("new %d %s\n", space,
	       connect(made(SOCK_STREAM), (struct sockaddr *)&place, sizeof(place)) ? strerrorname_np(errno) : "ok");
}

int main(int argc, char **argv)
{
	pthread_t thread;
	int outside[2];

	if (argc != 2)
		return 2;
	place.sin_port = htons(atoi(argv[1]));
	place.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	outside[0] = connected(SOCK_STREAM);
	outside[1] = connected(SOCK_DGRAM);
	for (int i = 0; i < 2; i++)
		must("send", send(outside[i], "soon", 4, 0));
	must("make a user namespace", unshare(CLONE_NEWUSER));
	for (int i = 0; i < SPACES; i++)
		fill(&spaces[i]);
	pthread_create(&thread, NULL, hop, NULL);
	puts("ready");
	fflush(stdout);
	must("read", read(0, &(char){ 0 }, 1));
	for (int i = 0; i < 2; i++)
		send(outside[i], "late", 4, MSG_NOSIGNAL);
	for (int i = 0; i < SPACES; i++)
		tell(i);
	return 0;
}
