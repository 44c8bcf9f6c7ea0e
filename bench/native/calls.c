// SPDX-License-Identifier: Apache-2.0
// The calls that are measured.
#include "worker.h"
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Calls before the clock starts, as a part of those timed: the process just took the CPU from another one. */
#define WARM_UP_PART 8
/*
 * Where rotating calls go: 1024 hosts, one in every thirteenth of the /24 that bench/src/rules gives its rules, in an
 * order that jumps. No socket, and no cache that holds less, sees one twice in a row.
 */
#define HOSTS 1024
#define HOST_ORDER 517
#define HOST_STRIDE (13 << 8)

static struct sockaddr_in targets[TARGETS], hosts[HOSTS];
static int udp_connecting, udp_free, udp_connected, tcp_connected;
static char payload[PAYLOAD_BYTES];

static void connect_to(const struct sockaddr_in *target)
{
	check(connect(udp_connecting, (const struct sockaddr *)target, sizeof(*target)), "connect over UDP");
}

static void send_to(const struct sockaddr_in *target)
{
	check(sendto(udp_free, payload, PAYLOAD_BYTES, 0, (const struct sockaddr *)target, sizeof(*target)),
	      "send to an address");
}

static const struct sockaddr_in *host_of(long index)
{
	return &hosts[index * HOST_ORDER % HOSTS];
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
	connect_to(&targets[0]);
}

static void call_udp_connect_rotating(long index)
{
	connect_to(host_of(index));
}

static void call_udp_connect_send(long index)
{
	connect_to(host_of(index));
	check(send(udp_connecting, payload, PAYLOAD_BYTES, 0), "send over UDP");
}

static void call_udp_sendto(long index)
{
	send_to(&targets[0]);
}

static void call_udp_sendto_alternating(long index)
{
	send_to(&targets[index % TARGETS]);
}

static void call_udp_sendto_rotating(long index)
{
	send_to(host_of(index));
}

static void call_udp_send(long index)
{
	check(send(udp_connected, payload, PAYLOAD_BYTES, 0), "send over a connected socket");
}

static void call_tcp_write(long index)
{
	check(send(tcp_connected, payload, PAYLOAD_BYTES, 0), "send over a TCP connection");
}

/* Closed with a reset: thousands of connections in TIME_WAIT would use up the ports. */
static void tcp_connect_to(const struct sockaddr_in *target)
{
	struct linger reset = { .l_onoff = 1 };
	int fd = check(socket(AF_INET, SOCK_STREAM, 0), "make a TCP socket");

	check(connect(fd, (const struct sockaddr *)target, sizeof(*target)), "connect over TCP");
	check(setsockopt(fd, SOL_SOCKET, SO_LINGER, &reset, sizeof(reset)), "set SO_LINGER");
	check(close(fd), "close a TCP socket");
}

static void call_tcp_connect(long index)
{
	tcp_connect_to(&targets[0]);
}

static void call_tcp_connect_rotating(long index)
{
	tcp_connect_to(host_of(index));
}

static const struct call_kind kinds[] = {
	{ .name = "nothing", .call = call_nothing },
	{ .name = "getppid", .call = call_getppid },
	{ .name = "udp-connect", .call = call_udp_connect },
	{ .name = "udp-connect-rotating", .call = call_udp_connect_rotating, .warm_up = HOSTS },
	{ .name = "udp-connect-send", .call = call_udp_connect_send },
	{ .name = "udp-sendto", .call = call_udp_sendto },
	{ .name = "udp-sendto-alternating", .call = call_udp_sendto_alternating },
	{ .name = "udp-sendto-rotating", .call = call_udp_sendto_rotating },
	{ .name = "udp-send", .call = call_udp_send },
	{ .name = "tcp-write", .call = call_tcp_write },
	{ .name = "tcp-connect", .call = call_tcp_connect },
	{ .name = "tcp-connect-rotating", .call = call_tcp_connect_rotating },
};

const struct call_kind *find_call(const char *name)
{
	for (size_t index = 0; index < sizeof(kinds) / sizeof(kinds[0]); index++) {
		if (strcmp(name, kinds[index].name) == 0)
			return &kinds[index];
	}
	return NULL;
}

long time_calls(const struct call_kind *kind, long count)
{
	long warm_up = kind->warm_up ? kind->warm_up : count / WARM_UP_PART, start;

	for (long index = 0; index < warm_up; index++)
		kind->call(index);
	start = now_ns();
	for (long index = 0; index < count; index++)
		kind->call(index);
	return now_ns() - start;
}

static int connected_socket(int type, const char *what)
{
	int fd = check(socket(AF_INET, type, 0), what);

	check(connect(fd, (struct sockaddr *)&targets[0], sizeof(targets[0])), what);
	return fd;
}

void make_sockets(unsigned int host, const int ports[TARGETS])
{
	int on = 1;

	for (int index = 0; index < TARGETS; index++)
		targets[index] = address_of(host, ports[index]);
	for (unsigned int index = 0; index < HOSTS; index++)
		hosts[index] = address_of(host + index * HOST_STRIDE, ports[0]);
	udp_connecting = check(socket(AF_INET, SOCK_DGRAM, 0), "make a UDP socket");
	udp_free = check(socket(AF_INET, SOCK_DGRAM, 0), "make a UDP socket");
	udp_connected = connected_socket(SOCK_DGRAM, "connect over UDP");
	tcp_connected = connected_socket(SOCK_STREAM, "connect over TCP");
	check(setsockopt(tcp_connected, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on)), "set TCP_NODELAY");
}
