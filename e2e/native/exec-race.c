// SPDX-License-Identifier: Apache-2.0
// Sends without pause from threads, children and io_uring while a thread executes another program, over and over:
//
//   exec-race WEAK STRONG COUNT SECONDS
//
// WEAK and STRONG are copies of this program; a policy lets only STRONG send. Each executes the other one, COUNT times
// in all or until the time is up. Prints what must not be, one line each: a datagram of WEAK that arrived, a call of
// STRONG that was refused, a call of WEAK that was not. In the end "left N" of COUNT, and "received N".
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <linux/io_uring.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define THREADS 2
#define RING_ENTRIES 8
#define RING_EVERY 16
#define MOST_PAUSE_US 400

extern char **environ;

static bool strong;
static struct sockaddr_in target;

static void fail(const char *what)
{
	printf("Cannot %s: %s\n", what, strerror(errno));
	exit(1);
}

static void expect(const char *call, bool refused)
{
	if (refused == strong)
		dprintf(1, "%s of %s was %s\n", call, strong ? "strong" : "weak", refused ? "refused" : "let through");
}

static const char *word(void)
{
	return strong ? "strong" : "weak";
}

static void send_once(int fd)
{
	ssize_t sent = sendto(fd, word(), strlen(word()), MSG_DONTWAIT, (struct sockaddr *)&target, sizeof(target));

	if (sent >= 0 || errno == EPERM)
		expect("sendto", sent < 0);
}

static void connect_once(void)
{
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return;
	expect("connect", connect(fd, (struct sockaddr *)&target, sizeof(target)) != 0);
	close(fd);
}

/* Whoever executes shall not wait for a CPU. */
static void be_idle(void)
{
	struct sched_param none = {};

	if (sched_setscheduler(0, SCHED_IDLE, &none))
		fail("leave the CPU to others");
}

static void *call_for_ever(void *unused)
{
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	be_idle();
	for (;;) {
		send_once(fd);
		connect_once();
	}
	return unused;
}

static void *fork_for_ever(void *unused)
{
	be_idle();
	for (;;) {
		if (!fork()) {
			connect_once();
			_exit(0);
		}
		usleep(200);
	}
	return unused;
}

/* Lets the kernel's own threads of this process send, and does not wait for them. */
static void *ring_for_ever(void *polled)
{
	struct io_uring_params params = { .flags = polled ? IORING_SETUP_SQPOLL : 0, .sq_thread_idle = 1000 };
	int socket_fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	int ring;
	struct iovec data = { (void *)word(), strlen(word()) };
	struct msghdr message = { .msg_name = &target, .msg_namelen = sizeof(target), .msg_iov = &data, .msg_iovlen = 1 };
	struct io_uring_sqe *entries;
	uint32_t *tail, *head, *array, *done, *seen;
	char *queue, *completions;

	be_idle();
	while ((ring = syscall(SYS_io_uring_setup, RING_ENTRIES, &params)) < 0)
		if (errno != EAGAIN)
			fail("set up a ring");
	queue = mmap(NULL, params.sq_off.array + RING_ENTRIES * 4, PROT_READ | PROT_WRITE, MAP_SHARED, ring,
		     IORING_OFF_SQ_RING);
	completions = mmap(NULL, params.cq_off.cqes + params.cq_entries * sizeof(struct io_uring_cqe),
			   PROT_READ | PROT_WRITE, MAP_SHARED, ring, IORING_OFF_CQ_RING);
	entries = mmap(NULL, RING_ENTRIES * sizeof(*entries), PROT_READ | PROT_WRITE, MAP_SHARED, ring,
		       IORING_OFF_SQES);
	head = (void *)(queue + params.sq_off.head);
	tail = (void *)(queue + params.sq_off.tail);
	array = (void *)(queue + params.sq_off.array);
	done = (void *)(completions + params.cq_off.tail);
	seen = (void *)(completions + params.cq_off.head);
	for (;;) {
		uint32_t at = *tail;

		if (at - __atomic_load_n(head, __ATOMIC_ACQUIRE) < RING_ENTRIES) {
			entries[at % RING_ENTRIES] = (struct io_uring_sqe){ .opcode = IORING_OP_SENDMSG,
									    .flags = IOSQE_ASYNC,
									    .fd = socket_fd,
									    .addr = (uintptr_t)&message };
			array[at % RING_ENTRIES] = at % RING_ENTRIES;
			__atomic_store_n(tail, at + 1, __ATOMIC_RELEASE);
		}
		syscall(SYS_io_uring_enter, ring, polled ? 0 : 1, 0, polled ? IORING_ENTER_SQ_WAKEUP : 0, NULL, 0);
		__atomic_store_n(seen, __atomic_load_n(done, __ATOMIC_ACQUIRE), __ATOMIC_RELEASE);
	}
	return polled;
}

struct next {
	char *program;
	char **args;
};

static void *execute(void *arguments)
{
	struct next *next = arguments;

	usleep(rand() % MOST_PAUSE_US);
	execve(next->program, next->args, environ);
	fail("execute");
	return NULL;
}

static void start(void *(*what)(void *), void *argument)
{
	pthread_t thread;

	if (pthread_create(&thread, NULL, what, argument))
		fail("start a thread");
}

/* step PORT LEFT WEAK STRONG END: one program of the chain. */
static void step(char **argv)
{
	int left = atoi(argv[3]);
	char text[16];
	char *args[] = { argv[strong ? 4 : 5], "step", argv[2], text, argv[4], argv[5], argv[6], NULL };
	struct next next = { args[0], args };

	target = (struct sockaddr_in){ .sin_family = AF_INET, .sin_port = htons(atoi(argv[2])) };
	target.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	connect_once(); /* with the first instructions */
	if (!left || time(NULL) >= atol(argv[6])) {
		printf("left %d\n", left);
		exit(0);
	}
	snprintf(text, sizeof(text), "%d", left - 1);
	srand(left);
	for (int i = 0; i < THREADS; i++)
		start(call_for_ever, NULL);
	start(fork_for_ever, NULL);
	if (left % RING_EVERY < 2) /* both of them: the end of a ring takes milliseconds */
		start(ring_for_ever, left & RING_EVERY ? &next : NULL);
	if (left & 4)
		start(execute, &next);
	else
		execute(&next);
	pause();
}

static void *receive_for_ever(void *arguments)
{
	int *fd_and_count = arguments;
	char text[16];

	for (;;) {
		ssize_t size = recv(fd_and_count[0], text, sizeof(text), 0);

		fd_and_count[1]++;
		if (size != (ssize_t)strlen("strong"))
			dprintf(1, "a datagram of weak arrived\n");
	}
	return NULL;
}

int main(int argc, char **argv)
{
	struct sockaddr_in own = { .sin_family = AF_INET };
	socklen_t size = sizeof(own);
	int receiver[2] = { socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0) };
	int status;
	char port[16], end[24];

	signal(SIGCHLD, SIG_IGN);
	if (argc == 7) {
		close(receiver[0]);
		strong = !strcmp(argv[0], argv[5]);
		step(argv);
	}
	if (argc != 5)
		return 1;
	signal(SIGCHLD, SIG_DFL);
	own.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (bind(receiver[0], (struct sockaddr *)&own, size) || getsockname(receiver[0], (struct sockaddr *)&own, &size))
		fail("bind");
	snprintf(port, sizeof(port), "%d", ntohs(own.sin_port));
	snprintf(end, sizeof(end), "%ld", time(NULL) + atol(argv[4]));
	start(receive_for_ever, receiver);
	if (!fork()) {
		close(receiver[0]);
		execl(argv[1], argv[1], "step", port, argv[3], argv[1], argv[2], end, NULL);
		fail("execute");
	}
	if (wait(&status) < 0 || status)
		printf("the chain ended with status %d\n", status);
	printf("received %d\n", receiver[1]);
	return 0;
}
