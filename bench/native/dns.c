// SPDX-License-Identifier: Apache-2.0
// Asks for names, and answers those who ask. Both are as small as they can be: what is measured is the way between them.
#include "worker.h"
#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#define DNS_PORT 53
#define HEADER_BYTES 12
#define MESSAGE_BYTES 512
#define QUESTION_AT HEADER_BYTES
#define PATIENCE_S 5
#define FIRST_ADDRESS 0xc0000201 /* 192.0.2.1 */

struct header {
	unsigned short id, flags, questions, answers, authorities, additional;
};

/* As every answer refers to the name of the question. */
struct address_record {
	unsigned short name, type, class, ttl[2], length, address[2];
};

static int bound_socket(unsigned int host)
{
	struct sockaddr_in address = address_of(host, DNS_PORT);
	int fd = check(socket(AF_INET, SOCK_DGRAM, 0), "make a resolver's socket");

	check(bind(fd, (struct sockaddr *)&address, sizeof(address)), "bind a resolver's socket");
	return fd;
}

/* Turns a query into its answer, which has as many addresses as the digit says that the name begins with. */
static size_t answer_in_place(unsigned char *message, size_t length)
{
	struct header *header = (struct header *)message;
	struct address_record record = {
		.name = htons(0xc000 | QUESTION_AT),
		.type = htons(1),
		.class = htons(1),
		.ttl = { 0, htons(300) },
		.length = htons(4),
	};
	unsigned int address;
	int count = message[QUESTION_AT + 1] - '0';

	header->flags = htons(0x8180);
	header->answers = htons(count);
	for (int index = 0; index < count; index++) {
		address = htonl(FIRST_ADDRESS + index);
		memcpy(record.address, &address, sizeof(address));
		memcpy(message + length, &record, sizeof(record));
		length += sizeof(record);
	}
	return length;
}

void resolve(unsigned int host)
{
	unsigned char message[MESSAGE_BYTES];
	int fd = bound_socket(host);

	puts("ok");
	fflush(stdout);
	for (;;) {
		struct sockaddr_in asker;
		socklen_t size = sizeof(asker);
		ssize_t length = recvfrom(fd, message, sizeof(message), 0, (struct sockaddr *)&asker, &size);

		if (length > HEADER_BYTES)
			sendto(fd, message, answer_in_place(message, length), 0, (struct sockaddr *)&asker, size);
	}
}

static size_t write_query(unsigned char *message, const char *name)
{
	struct header header = { .flags = htons(0x0100), .questions = htons(1) };
	unsigned char *at = message + HEADER_BYTES;

	memcpy(message, &header, sizeof(header));
	while (*name) {
		size_t length = strcspn(name, ".");

		*at++ = length;
		memcpy(at, name, length);
		at += length;
		name += length + (name[length] == '.');
	}
	memcpy(at, "\0\0\1\0\1", 5); /* the root, A, IN */
	return at + 5 - message;
}

static int asking_socket(unsigned int host)
{
	struct sockaddr_in resolver = address_of(host, DNS_PORT);
	struct timeval patience = { .tv_sec = PATIENCE_S };
	int fd = check(socket(AF_INET, SOCK_DGRAM, 0), "make a socket to ask");

	check(setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience)), "set SO_RCVTIMEO");
	check(connect(fd, (struct sockaddr *)&resolver, sizeof(resolver)), "connect to a resolver");
	return fd;
}

/* False if the query was refused. */
static bool ask_once(int fd, const unsigned char *query, size_t length)
{
	unsigned char answer[MESSAGE_BYTES];

	if (send(fd, query, length, 0) < 0) {
		check(errno == EPERM ? 0 : -1, "ask");
		return false;
	}
	do
		check(recv(fd, answer, sizeof(answer), 0), "receive an answer");
	while (memcmp(answer, query, sizeof(unsigned short)) != 0);
	return true;
}

long ask(unsigned int host, const char *name, long count, long warm_up, long *times_ns)
{
	static unsigned short id;
	unsigned char query[MESSAGE_BYTES];
	size_t length = write_query(query, name);
	int fd = asking_socket(host);
	long refused = 0;

	for (long index = -warm_up; index < count; index++) {
		long start;
		bool answered;

		id++;
		memcpy(query, &id, sizeof(id));
		start = now_ns();
		answered = ask_once(fd, query, length);
		if (index < 0)
			continue;
		times_ns[index] = now_ns() - start;
		refused += !answered;
	}
	close(fd);
	return refused;
}

unsigned long network_cookie(void)
{
	unsigned long cookie;
	socklen_t size = sizeof(cookie);
	int fd = check(socket(AF_INET, SOCK_DGRAM, 0), "make a socket");

	check(getsockopt(fd, SOL_SOCKET, SO_NETNS_COOKIE, &cookie, &size), "read SO_NETNS_COOKIE");
	close(fd);
	return cookie;
}
