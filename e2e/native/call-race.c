// SPDX-License-Identifier: Apache-2.0
// Threads that are different subjects call at the same time, on one socket:
//
//   call-race uid|gid|comm NAME OTHER SECONDS
//
// One thread is NAME for good, one is OTHER, and a third changes from one to the other and back before each call. A policy
// allows NAME and nobody else. Prints a line for each call that ended otherwise, and "tried N" in the end.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define PORT 9

static const char *kind;
static char **names;
static time_t end;
static int shared, tried[3];

/* The system call changes the calling thread, the C library's function all of them. */
static void become(const char *name)
{
	int id = atoi(name);
	long failed = !strcmp(kind, "comm") ? prctl(PR_SET_NAME, name)
					    : syscall(!strcmp(kind, "uid") ? SYS_setresuid : SYS_setresgid, -1, id, -1);

	if (failed) {
		printf("Cannot become %s %s: %s\n", kind, name, strerror(errno));
		exit(1);
	}
}

static void expect(const char *call, int result, bool allowed)
{
	if (allowed ? result < 0 && errno == EPERM : result >= 0 || errno != EPERM)
		dprintf(1, "%s of %s: %s\n", call, names[!allowed], result < 0 ? strerrorname_np(errno) : "ok");
}

static void call(bool allowed)
{
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons(PORT) };
	int fresh;

	to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	expect("sendto", sendto(shared, "x", 1, MSG_DONTWAIT, (struct sockaddr *)&to, sizeof(to)), allowed);
	fresh = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	expect("connect", connect(fresh, (struct sockaddr *)&to, sizeof(to)), allowed);
	close(fresh);
}

static void *keep(void *name)
{
	bool allowed = name == names[0];

	become(name);
	for (; time(NULL) < end; tried[!allowed]++)
		call(allowed);
	return NULL;
}

static void *change(void *unused)
{
	for (; time(NULL) < end || tried[2] & 1; tried[2]++) {
		become(names[tried[2] & 1]);
		call(!(tried[2] & 1));
	}
	return unused;
}

int main(int argc, char **argv)
{
	pthread_t thread[3];

	if (argc != 5)
		return 1;
	kind = argv[1];
	names = argv + 2;
	end = time(NULL) + 1 + atoi(argv[4]);
	shared = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	pthread_create(&thread[0], NULL, keep, names[0]);
	pthread_create(&thread[1], NULL, keep, names[1]);
	pthread_create(&thread[2], NULL, change, NULL);
	for (int i = 0; i < 3; i++)
		pthread_join(thread[i], NULL);
	printf("tried %d\n", tried[0] + tried[1] + tried[2]);
	return 0;
}
