/*
 * Causes messages that the kernel sends unasked.
 *
 * unasked router DEV: sends an advertisement of a router on DEV, with a prefix, a DNS server and a domain.
 * unasked multicast DEV ADDRESS: opens a multicast routing daemon's socket with DEV, and sends a packet from ADDRESS;
 * ends when stdin does.
 */
#include <arpa/inet.h>
#include <linux/mroute.h>
#include <net/if.h>
#include <netinet/icmp6.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static void check(int result, const char *what)
{
	if (result < 0) {
		perror(what);
		exit(1);
	}
}

static void router(const char *dev)
{
	static const unsigned char packet[] = {
		134, 0, 0, 0, 64, 0, 0x07, 0x08, 0, 0, 0, 0, 0, 0, 0, 0,
		/* Prefix 2001:db8:1::/64, onlink and autoconf, valid for 3600 s, preferred for 1800 s. */
		3, 4, 64, 0xc0, 0, 0, 0x0e, 0x10, 0, 0, 0x07, 0x08, 0, 0, 0, 0,
		0x20, 0x01, 0x0d, 0xb8, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
		/* DNS servers 2001:db8::53 and 2001:db8::54, for 600 s. */
		25, 5, 0, 0, 0, 0, 0x02, 0x58,
		0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x53,
		0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x54,
		/* Domain example.org, for 300 s. */
		31, 3, 0, 0, 0, 0, 0x01, 0x2c,
		7, 'e', 'x', 'a', 'm', 'p', 'l', 'e', 3, 'o', 'r', 'g', 0, 0, 0, 0,
	};
	int fd = socket(AF_INET6, SOCK_RAW, IPPROTO_ICMPV6), hops = 255, off = 0;
	struct sockaddr_in6 to = { .sin6_family = AF_INET6, .sin6_scope_id = if_nametoindex(dev) };

	check(fd, "socket");
	check(setsockopt(fd, IPPROTO_IPV6, IPV6_MULTICAST_HOPS, &hops, sizeof hops), "hops");
	check(setsockopt(fd, IPPROTO_IPV6, IPV6_MULTICAST_LOOP, &off, sizeof off), "loop");
	inet_pton(AF_INET6, "ff02::1", &to.sin6_addr);
	check(sendto(fd, packet, sizeof packet, 0, (struct sockaddr *)&to, sizeof to), "sendto");
}

static void multicast(const char *dev, const char *address)
{
	int fd = socket(AF_INET, SOCK_RAW, IPPROTO_IGMP), sender = socket(AF_INET, SOCK_DGRAM, 0), one = 1, hops = 9;
	struct vifctl vif = { .vifc_vifi = 0, .vifc_flags = VIFF_USE_IFINDEX, .vifc_threshold = 1 };
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons(9) };
	struct in_addr from;

	check(fd, "socket");
	check(setsockopt(fd, IPPROTO_IP, MRT_INIT, &one, sizeof one), "MRT_INIT");
	vif.vifc_lcl_ifindex = (int)if_nametoindex(dev);
	check(setsockopt(fd, IPPROTO_IP, MRT_ADD_VIF, &vif, sizeof vif), "MRT_ADD_VIF");
	inet_pton(AF_INET, address, &from);
	check(setsockopt(sender, IPPROTO_IP, IP_MULTICAST_IF, &from, sizeof from), "IP_MULTICAST_IF");
	check(setsockopt(sender, IPPROTO_IP, IP_MULTICAST_TTL, &hops, sizeof hops), "IP_MULTICAST_TTL");
	inet_pton(AF_INET, "239.1.2.3", &to.sin_addr);
	check(sendto(sender, "hello", 5, 0, (struct sockaddr *)&to, sizeof to), "sendto");
	getchar();
}

int main(int count, char **args)
{
	if (count == 3 && strcmp(args[1], "router") == 0) router(args[2]);
	else if (count == 4 && strcmp(args[1], "multicast") == 0) multicast(args[2], args[3]);
	else return 2;
	return 0;
}
