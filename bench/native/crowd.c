// SPDX-License-Identifier: Apache-2.0
// Processes that are there and do nothing.
#include "worker.h"
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#define CROWD_MAX 20000

static pid_t crowded[CROWD_MAX];
static long crowd_size;

long crowd(long count)
{
	pid_t parent = getpid();

	for (; crowd_size < count && crowd_size < CROWD_MAX; crowd_size++) {
		pid_t child = check(fork(), "fork");

		if (child == 0) {
			prctl(PR_SET_PDEATHSIG, SIGKILL);
			while (getppid() == parent)
				pause();
			_exit(0);
		}
		crowded[crowd_size] = child;
	}
	return crowd_size;
}

void disperse(void)
{
	while (crowd_size > 0) {
		kill(crowded[--crowd_size], SIGKILL);
		waitpid(crowded[crowd_size], NULL, 0);
	}
}
