// SPDX-License-Identifier: Apache-2.0
// A program that connects, and the ways to start it that a shell has no words for. Static, so that it runs in an
// empty root too.
//
//   connect PORT...        connects to each port of loopback, prints "PORT RESULT"
//   early ARGS             makes the next socket now, then does ARGS
//   uid NUMBER ARGS        changes the effective user, then does ARGS
//   fork ARGS              a child without an exec does ARGS
//   thread ARGS            a second thread does ARGS
//   named NAME ARGS        renames the task, then does ARGS
//   swap FILE OVER ARGS    renames FILE over OVER, then does ARGS
//   remove FILE ARGS       removes FILE, then does ARGS
//   down NAME ARGS         goes down as long as there is a folder NAME, then does ARGS
//   claim FILE ARGS        changes /proc/self/exe to FILE in a user namespace of its own, then does ARGS
//   run FILE ARGS          executes FILE from a descriptor
//   run-moved FILE TO ARGS the same, after the file was renamed
//   run-memory FILE ARGS   executes a copy that lives in memory
//   run-unnamed FILE ARGS  executes a copy on disk that never had a name
//   run-thread FILE ARGS   executes FILE from a thread that is not the first one
//   run-tree DIR FILE ARGS executes FILE of a detached copy of the mount at DIR
//   /PATH ARGS             does ARGS: what an interpreter is given first
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/mount.h>
#include <linux/prctl.h>
#include <pthread.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

static void fail(const char *what)
{
	fprintf(stderr, "Cannot %s: %s\n", what, strerror(errno));
	exit(1);
}

static int early_socket = -1;

static int new_socket(void)
{
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	if (fd < 0)
		fail("make a socket");
	return fd;
}

static void connect_to(const char *port)
{
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons(atoi(port)) };
	int fd = early_socket < 0 ? new_socket() : early_socket;

	early_socket = -1;
	to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	printf("%s %s\n", port, connect(fd, (struct sockaddr *)&to, sizeof(to)) ? strerrorname_np(errno) : "ok");
	close(fd);
}

static void act(char **args);

static void *act_in_thread(void *args)
{
	act(args);
	return NULL;
}

static void in_thread(void *(*what)(void *), void *args)
{
	pthread_t thread;

	if (pthread_create(&thread, NULL, what, args))
		fail("start a thread");
	pthread_join(thread, NULL);
}

static void in_child(char **args)
{
	int status;

	fflush(stdout);
	if (!fork()) {
		act(args);
		exit(0);
	}
	wait(&status);
}

/* The kernel lets a process change its executable once nothing of the old one is mapped: puts copies in its place. */
static void copy_own_image(void)
{
	FILE *maps = fopen("/proc/self/maps", "r");
	char line[8192], own[4096] = "";

	if (!maps || readlink("/proc/self/exe", own, sizeof(own) - 1) < 0)
		fail("read own mappings");
	while (fgets(line, sizeof(line), maps)) {
		unsigned long start, end;
		char mode[5];
		void *copy;

		if (!strstr(line, own) || sscanf(line, "%lx-%lx %4s", &start, &end, mode) != 3)
			continue;
		copy = mmap(NULL, end - start, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
		memcpy(copy, (void *)start, end - start);
		mprotect(copy, end - start,
			 PROT_READ | (mode[1] == 'w' ? PROT_WRITE : 0) | (mode[2] == 'x' ? PROT_EXEC : 0));
		if (mremap(copy, end - start, end - start, MREMAP_MAYMOVE | MREMAP_FIXED, start) == MAP_FAILED)
			fail("replace a mapping");
	}
	fclose(maps);
}

/* The kernel wants every field right: taken from /proc/self/stat, whose fields 26-28, 45-51 they are. */
static void claim(const char *file)
{
	unsigned long long field[53] = {};
	struct prctl_mm_map map = { .exe_fd = open(file, O_RDONLY) };
	char text[4096];
	FILE *stat = fopen("/proc/self/stat", "r");
	char *at;

	copy_own_image();
	if (unshare(CLONE_NEWUSER))
		fail("make a user namespace");
	if (!stat || !fgets(text, sizeof(text), stat))
		fail("read /proc/self/stat");
	at = strrchr(text, ')') + 2;
	for (int i = 3; i <= 52; i++) {
		char *end = strchr(at, ' ');

		field[i] = strtoull(at, NULL, 10);
		at = end ? end + 1 : at;
	}
	map.start_code = field[26];
	map.end_code = field[27];
	map.start_stack = field[28];
	map.start_data = field[45];
	map.end_data = field[46];
	map.start_brk = field[47];
	map.brk = (uintptr_t)sbrk(0);
	map.arg_start = field[48];
	map.arg_end = field[49];
	map.env_start = field[50];
	map.env_end = field[51];
	if (prctl(PR_SET_MM, PR_SET_MM_MAP, &map, sizeof(map), 0))
		fail("change /proc/self/exe");
	if (readlink("/proc/self/exe", text, sizeof(text)) != (ssize_t)strlen(file) || memcmp(text, file, strlen(file)))
		fail("find the change in /proc/self/exe");
}

static void copy_into(int to, const char *file)
{
	int from = open(file, O_RDONLY);
	struct stat stat;

	if (to < 0 || from < 0 || fstat(from, &stat))
		fail("open the copy");
	for (off_t done = 0; done < stat.st_size;)
		if (sendfile(to, from, &done, stat.st_size - done) <= 0)
			fail("copy");
	fchmod(to, 0755);
	close(from);
}

static void run(int fd, char **args)
{
	if (fd < 0)
		fail("open the program");
	syscall(SYS_execveat, fd, "", args - 1, environ, AT_EMPTY_PATH);
	fail("execute from a descriptor");
}

/* A file that is open for writing cannot be executed. */
static void run_reopened(int fd, char **args)
{
	char path[64];
	int again;

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	again = open(path, O_RDONLY | O_CLOEXEC);
	close(fd);
	run(again, args);
}

static void *run_in_thread(void *arguments)
{
	char **args = arguments;

	execve(args[0], args, environ);
	fail("execute from a thread");
	return NULL;
}

static void run_moved(char **args)
{
	int fd = open(args[0], O_PATH | O_CLOEXEC);

	if (rename(args[0], args[1]))
		fail("rename the program");
	run(fd, args + 2);
}

static void run_tree(char **args)
{
	int tree = syscall(SYS_open_tree, AT_FDCWD, args[0], OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC);

	run(openat(tree, args[1], O_PATH | O_CLOEXEC), args + 2);
}

static void act(char **args)
{
	const char *verb = args[0];

	if (strchr(verb, '/')) {
		act(args + 1);
	} else if (!strcmp(verb, "connect")) {
		for (args++; *args; args++)
			connect_to(*args);
		fflush(stdout);
	} else if (!strcmp(verb, "early")) {
		early_socket = new_socket();
		act(args + 1);
	} else if (!strcmp(verb, "uid")) {
		if (setresuid(-1, atoi(args[1]), -1))
			fail("change the user");
		act(args + 2);
	} else if (!strcmp(verb, "fork")) {
		in_child(args + 1);
	} else if (!strcmp(verb, "thread")) {
		in_thread(act_in_thread, args + 1);
	} else if (!strcmp(verb, "named")) {
		prctl(PR_SET_NAME, args[1]);
		act(args + 2);
	} else if (!strcmp(verb, "swap")) {
		if (rename(args[1], args[2]))
			fail("rename");
		act(args + 3);
	} else if (!strcmp(verb, "remove")) {
		if (unlink(args[1]))
			fail("remove");
		act(args + 2);
	} else if (!strcmp(verb, "down")) {
		while (!chdir(args[1]))
			;
		act(args + 2);
	} else if (!strcmp(verb, "claim")) {
		claim(args[1]);
		act(args + 2);
	} else if (!strcmp(verb, "run")) {
		run(open(args[1], O_PATH | O_CLOEXEC), args + 2);
	} else if (!strcmp(verb, "run-moved")) {
		run_moved(args + 1);
	} else if (!strcmp(verb, "run-memory")) {
		int fd = memfd_create(args[1], MFD_CLOEXEC);

		copy_into(fd, args[1]);
		run(fd, args + 2);
	} else if (!strcmp(verb, "run-unnamed")) {
		int fd = open(".", O_TMPFILE | O_RDWR, 0755);

		copy_into(fd, args[1]);
		run_reopened(fd, args + 2);
	} else if (!strcmp(verb, "run-thread")) {
		in_thread(run_in_thread, args + 1);
	} else if (!strcmp(verb, "run-tree")) {
		run_tree(args + 1);
	} else {
		fprintf(stderr, "Cannot \"%s\": no such verb\n", verb);
		exit(1);
	}
}

int main(int argc, char **argv)
{
	if (argc < 2)
		return 1;
	act(argv + 1);
	return 0;
}
