// SPDX-License-Identifier: Apache-2.0
// Asks the C library it is linked with for the addresses of a name: linked with musl, as on Alpine.
#include <netdb.h>
#include <stdio.h>
#include <sys/socket.h>

int main(int count, char **words)
{
	struct addrinfo hints = { .ai_socktype = SOCK_STREAM }, *found;
	int error = count == 2 ? getaddrinfo(words[1], "80", &hints, &found) : EAI_NONAME;

	if (error) {
		fprintf(stderr, "Cannot resolve a name: %s\n", gai_strerror(error));
		return 1;
	}
	freeaddrinfo(found);
	return 0;
}
