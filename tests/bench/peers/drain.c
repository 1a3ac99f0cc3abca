/* The floor: asks for a dump, receives all of it, and looks at nothing but the length and type of each message. */
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>
#include <unistd.h>
#include "measure.h"

static long drain(int type, int family)
{
	/* The kernel never fills a dump's datagram beyond 32 KiB. */
	static char buffer[32768] __attribute__((aligned(4)));
	static int fd = -1;
	struct {
		struct nlmsghdr header;
		struct ifinfomsg body; /* the longest of the three, which all begin with the family */
	} request = { 0 };
	long seen = 0;

	if (fd < 0 && (fd = socket(AF_NETLINK, SOCK_RAW, NETLINK_ROUTE)) < 0)
		fail("socket");
	request.header.nlmsg_type = type;
	request.header.nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
	request.header.nlmsg_len = sizeof request;
	request.body.ifi_family = family;
	if (send(fd, &request, sizeof request, 0) < 0)
		fail("send");
	for (;;) {
		int length = recv(fd, buffer, sizeof buffer, 0);
		struct nlmsghdr *at = (struct nlmsghdr *)buffer;

		if (length < 0)
			fail("recv");
		for (; NLMSG_OK(at, length); at = NLMSG_NEXT(at, length)) {
			if (at->nlmsg_type == NLMSG_DONE)
				return seen;
			if (at->nlmsg_type == NLMSG_ERROR)
				fail("dump");
			seen++;
		}
	}
}

static long routes(long count, int before)
{
	return drain(RTM_GETROUTE, AF_INET);
}

static long links(long count, int before)
{
	return drain(RTM_GETLINK, AF_UNSPEC);
}

static long neighbours(long count, int before)
{
	return drain(RTM_GETNEIGH, AF_INET);
}

int main(int argc, char **argv)
{
	static const struct job jobs[] = {
		{ "routes", routes },
		{ "links", links },
		{ "neighbours", neighbours },
		{ NULL },
	};

	return measure(jobs, argc, argv);
}
