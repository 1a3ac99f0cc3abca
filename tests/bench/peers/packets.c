/*
 * Sends datagrams to port 7 of this host: packets COUNT. The last byte of each is 0 and 1 in turn. It does not wait for
 * those before, which are in a queue of netfilter.
 */
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>

int main(int argc, char **argv)
{
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons(7), .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int most = 1 << 30, fd = socket(AF_INET, SOCK_DGRAM, 0);
	long count = argc == 2 ? atol(argv[1]) : 0;
	char data[64] = "";

	if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_SNDBUFFORCE, &most, sizeof most))
		return perror("socket"), 1;
	for (long i = 0; i < count; i++) {
		data[sizeof data - 1] = i & 1;
		if (sendto(fd, data, sizeof data, 0, (struct sockaddr *)&to, sizeof to) < 0)
			return perror("sendto"), 1;
	}
	return 0;
}
