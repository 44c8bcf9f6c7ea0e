// SPDX-License-Identifier: Apache-2.0
// A FUSE file system in which every name is the same program: file-server MOUNTPOINT PROGRAM. Serves until
// the process ends that started it.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/fuse.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#define PROGRAM_NODE 2
#define REQUEST_BYTES (1 << 20)

static int device;
static const char *content;
static struct stat program;

static void fail(const char *what)
{
	fprintf(stderr, "Cannot %s: %s\n", what, strerror(errno));
	exit(1);
}

static void answer(uint64_t unique, int error, const void *data, size_t size)
{
	struct fuse_out_header header = { .len = sizeof(header) + size, .error = -error, .unique = unique };
	struct iovec parts[] = { { &header, sizeof(header) }, { (void *)data, size } };

	if (writev(device, parts, 2) < 0 && errno != ENOENT)
		fail("answer");
}

static struct fuse_attr attributes(uint64_t node)
{
	struct fuse_attr attr = { .ino = node, .nlink = 1, .blksize = 4096, .mode = S_IFDIR | 0755 };

	if (node == PROGRAM_NODE) {
		attr.mode = S_IFREG | 0755;
		attr.size = program.st_size;
	}
	return attr;
}

static void serve(const struct fuse_in_header *in, const void *body)
{
	switch (in->opcode) {
	case FUSE_INIT: {
		struct fuse_init_out out = { .major = 7, .minor = 31, .max_write = 65536 };

		answer(in->unique, 0, &out, sizeof(out));
		break;
	}
	case FUSE_LOOKUP: {
		struct fuse_entry_out out = { .nodeid = PROGRAM_NODE, .attr = attributes(PROGRAM_NODE), .entry_valid = 60 };

		answer(in->unique, 0, &out, sizeof(out));
		break;
	}
	case FUSE_GETATTR: {
		struct fuse_attr_out out = { .attr_valid = 60, .attr = attributes(in->nodeid) };

		answer(in->unique, 0, &out, sizeof(out));
		break;
	}
	case FUSE_OPEN: {
		struct fuse_open_out out = {};

		answer(in->unique, 0, &out, sizeof(out));
		break;
	}
	case FUSE_READ: {
		const struct fuse_read_in *read = body;
		size_t left = read->offset < (uint64_t)program.st_size ? program.st_size - read->offset : 0;

		answer(in->unique, 0, content + read->offset, left < read->size ? left : read->size);
		break;
	}
	case FUSE_RELEASE:
	case FUSE_FLUSH:
		answer(in->unique, 0, NULL, 0);
		break;
	case FUSE_FORGET:
	case FUSE_BATCH_FORGET:
	case FUSE_INTERRUPT:
		break; /* no answer is wanted */
	default:
		answer(in->unique, ENOSYS, NULL, 0);
	}
}

int main(int argc, char **argv)
{
	char options[128];
	static char request[REQUEST_BYTES];
	int file;

	if (argc != 3)
		return 1;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	file = open(argv[2], O_RDONLY);
	if (file < 0 || fstat(file, &program))
		fail("open the program");
	content = mmap(NULL, program.st_size, PROT_READ, MAP_PRIVATE, file, 0);
	device = open("/dev/fuse", O_RDWR);
	snprintf(options, sizeof(options), "fd=%d,rootmode=40000,user_id=0,group_id=0,allow_other", device);
	if (device < 0 || mount("file-server", argv[1], "fuse.file-server", MS_NOSUID | MS_NODEV, options))
		fail("mount");
	for (;;) {
		ssize_t size = read(device, request, sizeof(request));

		if (size < 0 && (errno == EINTR || errno == ENOENT))
			continue;
		if (size < 0)
			return 0;
		serve((void *)request, request + sizeof(struct fuse_in_header));
	}
}
