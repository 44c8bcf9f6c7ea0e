// SPDX-License-Identifier: Apache-2.0
// Calls by the 32-bit convention of x86, from a 64-bit program: prints what setsockopt() with a source route, setsockopt()
// with a time to live, and io_uring_setup() came to. A kernel without that convention ends it by a signal.
#define _GNU_SOURCE
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>

#define SETSOCKOPT 366
#define IO_URING_SETUP 425

static long call(long number, long a, long b, long c, long d, long e)
{
	long result = number;

	__asm__ volatile("int $0x80" : "+a"(result) : "b"(a), "c"(b), "d"(c), "S"(d), "D"(e)
			 : "memory", "cc", "r8", "r9", "r10", "r11");
	return (int)result;
}

static void tell(const char *name, long result)
{
	printf("%s %s\n", name, result < 0 ? strerrorname_np(-result) : "ok");
}

int main(void)
{
	/* a 32-bit call has room for an address below 4 GiB only */
	unsigned char *low = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT, -1, 0);
	unsigned char route[] = { 131, 7, 4, 127, 0, 0, 1, 0 }; /* loose, by way of 127.0.0.1 */
	int fd = socket(AF_INET, SOCK_DGRAM, 0);

	if (low == MAP_FAILED || fd < 0)
		return 1;
	memcpy(low, route, sizeof(route));
	tell("route", call(SETSOCKOPT, fd, IPPROTO_IP, IP_OPTIONS, (long)low, sizeof(route)));
	low[0] = 64;
	memset(low + 1, 0, 3);
	tell("ttl", call(SETSOCKOPT, fd, IPPROTO_IP, IP_TTL, (long)low, 4));
	memset(low, 0, 4096);
	tell("ring", call(IO_URING_SETUP, 1, (long)low, 0, 0, 0));
	return 0;
}
