// SPDX-License-Identifier: Apache-2.0
// When a new policy takes effect, as a process sees it that goes on calling.
#include "worker.h"
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define TRY_EVERY_NS 50000L
#define NS_PER_MS 1000000L

static bool tells_refusal(int result, const char *what)
{
	if (result >= 0)
		return false;
	if (errno != EPERM)
		fail(what);
	return true;
}

bool is_refused(unsigned int host, int port)
{
	struct sockaddr_in address = address_of(host, port);
	int fd = check(socket(AF_INET, SOCK_DGRAM, 0), "make a UDP socket");
	bool refused = tells_refusal(sendto(fd, "", 1, 0, (struct sockaddr *)&address, sizeof(address)),
				     "send to an address");

	close(fd);
	return refused;
}

static int established_socket(unsigned int host, int port)
{
	struct sockaddr_in address = address_of(host, port);
	int fd = check(socket(AF_INET, SOCK_DGRAM, 0), "make a UDP socket");

	check(connect(fd, (struct sockaddr *)&address, sizeof(address)), "connect over UDP");
	return fd;
}

/*
 * Tries until a new socket is refused (or served) and, where it is refused, until one that was connected before is
 * too. Tells the clock's time of both, 0 for what did not happen in time.
 */
void watch(bool refused, long milliseconds, unsigned int host, int port, long *new_ns, long *old_ns)
{
	struct timespec pause = { .tv_nsec = TRY_EVERY_NS };
	long end = now_ns() + milliseconds * NS_PER_MS;
	int fd = refused ? established_socket(host, port) : -1;

	*new_ns = *old_ns = 0;
	while (now_ns() < end && (!*new_ns || (refused && !*old_ns))) {
		if (!*new_ns && is_refused(host, port) == refused)
			*new_ns = now_ns();
		if (refused && !*old_ns && tells_refusal(send(fd, "", 1, 0), "send over a connected socket"))
			*old_ns = now_ns();
		nanosleep(&pause, NULL);
	}
	if (fd >= 0)
		close(fd);
}
