// SPDX-License-Identifier: Apache-2.0
// Receives what the other workers send, outside of what is measured.
#include "worker.h"
#include <sys/socket.h>
#include <unistd.h>

#define BACKLOG 4096
#define RECEIVE_BUFFER (8 << 20)
#define ESTABLISHED_MAX 64

static int udp_served[TARGETS], tcp_served[TARGETS];
static int established[ESTABLISHED_MAX], established_count;

static int bind_served(int type, unsigned int host, int port)
{
	struct sockaddr_in address = address_of(host, port);
	int bytes = RECEIVE_BUFFER, fd = check(socket(AF_INET, type | SOCK_NONBLOCK, 0), "make a served socket");

	check(setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &bytes, sizeof(bytes)), "enlarge a receive buffer");
	check(bind(fd, (struct sockaddr *)&address, sizeof(address)), "bind a served socket");
	return fd;
}

int serve(int index, unsigned int host)
{
	struct sockaddr_in bound;
	socklen_t length = sizeof(bound);
	int port;

	udp_served[index] = bind_served(SOCK_DGRAM, host, 0);
	check(getsockname(udp_served[index], (struct sockaddr *)&bound, &length), "read a served port");
	port = ntohs(bound.sin_port);
	tcp_served[index] = bind_served(SOCK_STREAM, host, port);
	check(listen(tcp_served[index], BACKLOG), "listen");
	return port;
}

/* Empties a connection that still sends; closes one that has ended. */
static long drain_established(void)
{
	char buffer[65536];
	long count = 0;
	ssize_t bytes;

	for (int index = 0; index < established_count; index++) {
		while ((bytes = recv(established[index], buffer, sizeof(buffer), MSG_DONTWAIT)) > 0)
			count++;
		if (bytes < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
			continue;
		close(established[index]);
		established[index--] = established[--established_count];
	}
	return count;
}

/* Most connections were reset by their caller before anybody looked; those that live are kept. */
static void keep(int fd)
{
	char byte;
	ssize_t bytes = recv(fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT);
	bool lives = bytes > 0 || (bytes < 0 && (errno == EAGAIN || errno == EWOULDBLOCK));

	if (lives && established_count < ESTABLISHED_MAX)
		established[established_count++] = fd;
	else
		close(fd);
}

long drain(void)
{
	char buffer[PAYLOAD_BYTES];
	long count = drain_established();
	int fd;

	for (int index = 0; index < TARGETS; index++) {
		while (recv(udp_served[index], buffer, sizeof(buffer), 0) >= 0)
			count++;
		while ((fd = accept(tcp_served[index], NULL, NULL)) >= 0) {
			keep(fd);
			count++;
		}
	}
	return count;
}
