/*
 * C with libmnl, as a careful C program does it: every attribute is found, checked and copied into a struct, and the
 * structs are kept. With -DSTRINGS addresses are text in them (inet_ntop), as scripts have them.
 */
#include <arpa/inet.h>
#include <libmnl/libmnl.h>
#include <linux/if_link.h>
#include <linux/neighbour.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <sys/socket.h>
#include "measure.h"

#ifdef STRINGS
typedef char address[INET6_ADDRSTRLEN];
typedef char hardware[3 * 32];
#else
typedef unsigned char address[16];
typedef unsigned char hardware[32];
#endif

struct route {
	struct rtmsg header;
	uint32_t table, priority, iif, oif, flow, mark, pref, nexthop, expires, ttl_propagate;
	address dst, src, gateway, prefsrc;
	struct rta_cacheinfo cacheinfo;
	uint32_t metrics[RTAX_MAX + 1];
};

struct link {
	struct ifinfomsg header;
	char name[IFNAMSIZ], qdisc[IFNAMSIZ], kind[16], alias[256], phys_port_name[IFNAMSIZ], parent[64], parent_bus[16];
	hardware address, broadcast, permanent;
	/* Those that are a number, by attribute. */
	uint32_t numbers[IFLA_MAX + 1];
	struct rtnl_link_stats stats;
	struct rtnl_link_stats64 stats64;
	struct rtnl_link_ifmap map;
	uint32_t inet[32], inet6[80], inet6_flags;
	uint64_t inet6_stats[64], icmp6_stats[16];
	struct ifla_cacheinfo inet6_cacheinfo;
	unsigned char token[16], inet6_mode;
	uint32_t xdp_attached;
};

struct neighbour {
	struct ndmsg header;
	address dst;
	hardware lladdr;
	struct nda_cacheinfo cacheinfo;
	uint32_t probes, vlan, port, vni, ifindex, master, link_netnsid, protocol, flags_ext, nh_id;
};

static struct mnl_socket *sock;
static unsigned int sequence;
static char buffer[32768] __attribute__((aligned(4)));

static void open_socket(void)
{
	int one = 1;

	sock = mnl_socket_open(NETLINK_ROUTE);
	if (!sock || mnl_socket_bind(sock, 0, MNL_SOCKET_AUTOPID) < 0)
		fail("socket");
	mnl_socket_setsockopt(sock, NETLINK_EXT_ACK, &one, sizeof one);
	mnl_socket_setsockopt(sock, NETLINK_CAP_ACK, &one, sizeof one);
}

static void put_address(address to, const struct nlattr *attr, int family)
{
	if (mnl_attr_get_payload_len(attr) != (family == AF_INET ? 4 : 16))
		fail("address");
#ifdef STRINGS
	inet_ntop(family, mnl_attr_get_payload(attr), to, INET6_ADDRSTRLEN);
#else
	memcpy(to, mnl_attr_get_payload(attr), mnl_attr_get_payload_len(attr));
#endif
}

static void put_hardware(hardware to, const struct nlattr *attr)
{
	const unsigned char *from = mnl_attr_get_payload(attr);
	int length = mnl_attr_get_payload_len(attr);

	if (length > 32)
		fail("hardware address");
#ifdef STRINGS
	static const char digits[] = "0123456789abcdef";

	for (int i = 0; i < length; i++, to += 3) {
		to[0] = digits[from[i] >> 4];
		to[1] = digits[from[i] & 15];
		to[2] = i == length - 1 ? 0 : ':';
	}
#else
	memcpy(to, from, length);
#endif
}

static void put_bytes(void *to, size_t size, const struct nlattr *attr)
{
	size_t length = mnl_attr_get_payload_len(attr);

	memcpy(to, mnl_attr_get_payload(attr), length < size ? length : size);
}

static uint32_t number(const struct nlattr *attr)
{
	switch (mnl_attr_get_payload_len(attr)) {
	case 1:
		return mnl_attr_get_u8(attr);
	case 2:
		return mnl_attr_get_u16(attr);
	case 4:
		return mnl_attr_get_u32(attr);
	}
	fail("number");
	return 0;
}

static void decode_metrics(struct route *route, const struct nlattr *nest)
{
	const struct nlattr *attr;

	mnl_attr_for_each_nested(attr, nest)
		if (mnl_attr_get_type(attr) <= RTAX_MAX && mnl_attr_get_type(attr) != RTAX_CC_ALGO)
			route->metrics[mnl_attr_get_type(attr)] = number(attr);
}

static void decode_route(const struct nlmsghdr *message, struct route *route)
{
	const struct nlattr *attr;
	int family;

	memset(route, 0, sizeof *route);
	route->header = *(struct rtmsg *)mnl_nlmsg_get_payload(message);
	family = route->header.rtm_family;
	mnl_attr_for_each(attr, message, sizeof route->header) {
		switch (mnl_attr_get_type(attr)) {
		case RTA_TABLE:
			route->table = number(attr);
			break;
		case RTA_DST:
			put_address(route->dst, attr, family);
			break;
		case RTA_SRC:
			put_address(route->src, attr, family);
			break;
		case RTA_GATEWAY:
			put_address(route->gateway, attr, family);
			break;
		case RTA_PREFSRC:
			put_address(route->prefsrc, attr, family);
			break;
		case RTA_PRIORITY:
			route->priority = number(attr);
			break;
		case RTA_IIF:
			route->iif = number(attr);
			break;
		case RTA_OIF:
			route->oif = number(attr);
			break;
		case RTA_FLOW:
			route->flow = number(attr);
			break;
		case RTA_MARK:
			route->mark = number(attr);
			break;
		case RTA_PREF:
			route->pref = number(attr);
			break;
		case RTA_NH_ID:
			route->nexthop = number(attr);
			break;
		case RTA_EXPIRES:
			route->expires = number(attr);
			break;
		case RTA_TTL_PROPAGATE:
			route->ttl_propagate = number(attr);
			break;
		case RTA_CACHEINFO:
			put_bytes(&route->cacheinfo, sizeof route->cacheinfo, attr);
			break;
		case RTA_METRICS:
			decode_metrics(route, attr);
			break;
		}
	}
}

static void decode_families(struct link *link, const struct nlattr *nest)
{
	const struct nlattr *family, *attr;

	mnl_attr_for_each_nested(family, nest) {
		int inet = mnl_attr_get_type(family) == AF_INET;

		mnl_attr_for_each_nested(attr, family) {
			if (inet) {
				if (mnl_attr_get_type(attr) == IFLA_INET_CONF)
					put_bytes(link->inet, sizeof link->inet, attr);
				continue;
			}
			switch (mnl_attr_get_type(attr)) {
			case IFLA_INET6_FLAGS:
				link->inet6_flags = number(attr);
				break;
			case IFLA_INET6_CONF:
				put_bytes(link->inet6, sizeof link->inet6, attr);
				break;
			case IFLA_INET6_STATS:
				put_bytes(link->inet6_stats, sizeof link->inet6_stats, attr);
				break;
			case IFLA_INET6_ICMP6STATS:
				put_bytes(link->icmp6_stats, sizeof link->icmp6_stats, attr);
				break;
			case IFLA_INET6_CACHEINFO:
				put_bytes(&link->inet6_cacheinfo, sizeof link->inet6_cacheinfo, attr);
				break;
			case IFLA_INET6_TOKEN:
				put_bytes(link->token, sizeof link->token, attr);
				break;
			case IFLA_INET6_ADDR_GEN_MODE:
				link->inet6_mode = mnl_attr_get_u8(attr);
				break;
			}
		}
	}
}

static void put_text(char *to, size_t size, const struct nlattr *attr)
{
	size_t length = strnlen(mnl_attr_get_str(attr), mnl_attr_get_payload_len(attr));

	if (length >= size)
		length = size - 1;
	memcpy(to, mnl_attr_get_str(attr), length);
	to[length] = 0;
}

static void decode_link(const struct nlmsghdr *message, struct link *link)
{
	const struct nlattr *attr, *inner;

	memset(link, 0, sizeof *link);
	link->header = *(struct ifinfomsg *)mnl_nlmsg_get_payload(message);
	mnl_attr_for_each(attr, message, sizeof link->header) {
		int type = mnl_attr_get_type(attr);

		switch (type) {
		case IFLA_IFNAME:
			put_text(link->name, sizeof link->name, attr);
			break;
		case IFLA_QDISC:
			put_text(link->qdisc, sizeof link->qdisc, attr);
			break;
		case IFLA_IFALIAS:
			put_text(link->alias, sizeof link->alias, attr);
			break;
		case IFLA_PHYS_PORT_NAME:
			put_text(link->phys_port_name, sizeof link->phys_port_name, attr);
			break;
		case IFLA_PARENT_DEV_NAME:
			put_text(link->parent, sizeof link->parent, attr);
			break;
		case IFLA_PARENT_DEV_BUS_NAME:
			put_text(link->parent_bus, sizeof link->parent_bus, attr);
			break;
		case IFLA_ADDRESS:
			put_hardware(link->address, attr);
			break;
		case IFLA_BROADCAST:
			put_hardware(link->broadcast, attr);
			break;
		case IFLA_PERM_ADDRESS:
			put_hardware(link->permanent, attr);
			break;
		case IFLA_STATS:
			put_bytes(&link->stats, sizeof link->stats, attr);
			break;
		case IFLA_STATS64:
			put_bytes(&link->stats64, sizeof link->stats64, attr);
			break;
		case IFLA_MAP:
			put_bytes(&link->map, sizeof link->map, attr);
			break;
		case IFLA_AF_SPEC:
			decode_families(link, attr);
			break;
		case IFLA_LINKINFO:
			mnl_attr_for_each_nested(inner, attr)
				if (mnl_attr_get_type(inner) == IFLA_INFO_KIND)
					put_text(link->kind, sizeof link->kind, inner);
			break;
		case IFLA_XDP:
			mnl_attr_for_each_nested(inner, attr)
				if (mnl_attr_get_type(inner) == IFLA_XDP_ATTACHED)
					link->xdp_attached = number(inner);
			break;
		default:
			if (type <= IFLA_MAX && mnl_attr_get_payload_len(attr) <= 4)
				link->numbers[type] = number(attr);
		}
	}
}

static void decode_neighbour(const struct nlmsghdr *message, struct neighbour *neighbour)
{
	const struct nlattr *attr;
	int family;

	memset(neighbour, 0, sizeof *neighbour);
	neighbour->header = *(struct ndmsg *)mnl_nlmsg_get_payload(message);
	family = neighbour->header.ndm_family;
	mnl_attr_for_each(attr, message, sizeof neighbour->header) {
		switch (mnl_attr_get_type(attr)) {
		case NDA_DST:
			put_address(neighbour->dst, attr, family);
			break;
		case NDA_LLADDR:
			put_hardware(neighbour->lladdr, attr);
			break;
		case NDA_CACHEINFO:
			put_bytes(&neighbour->cacheinfo, sizeof neighbour->cacheinfo, attr);
			break;
		case NDA_PROBES:
			neighbour->probes = number(attr);
			break;
		case NDA_VLAN:
			neighbour->vlan = number(attr);
			break;
		case NDA_PORT:
			neighbour->port = number(attr);
			break;
		case NDA_VNI:
			neighbour->vni = number(attr);
			break;
		case NDA_IFINDEX:
			neighbour->ifindex = number(attr);
			break;
		case NDA_MASTER:
			neighbour->master = number(attr);
			break;
		case NDA_LINK_NETNSID:
			neighbour->link_netnsid = number(attr);
			break;
		case NDA_PROTOCOL:
			neighbour->protocol = number(attr);
			break;
		case NDA_FLAGS_EXT:
			neighbour->flags_ext = number(attr);
			break;
		case NDA_NH_ID:
			neighbour->nh_id = number(attr);
			break;
		}
	}
}

/* All that a dump gives, as it grows. */
static struct {
	void *items;
	long count, room;
} list;

static void *next(size_t size)
{
	if (list.count == list.room) {
		list.room = list.room ? 2 * list.room : 64;
		list.items = realloc(list.items, list.room * size);
		if (!list.items)
			fail("realloc");
	}
	return (char *)list.items + size * list.count++;
}

static int keep_route(const struct nlmsghdr *message, void *data)
{
	decode_route(message, next(sizeof(struct route)));
	return MNL_CB_OK;
}

static int keep_link(const struct nlmsghdr *message, void *data)
{
	decode_link(message, next(sizeof(struct link)));
	return MNL_CB_OK;
}

static int keep_neighbour(const struct nlmsghdr *message, void *data)
{
	decode_neighbour(message, next(sizeof(struct neighbour)));
	return MNL_CB_OK;
}

/* Sends the request and hands what comes back to `keep` until the end of the dump, or the acknowledgement. */
static void ask(struct nlmsghdr *request, mnl_cb_t keep, void *data)
{
	int length, state;

	request->nlmsg_seq = ++sequence;
	if (mnl_socket_sendto(sock, request, request->nlmsg_len) < 0)
		fail("send");
	do {
		length = mnl_socket_recvfrom(sock, buffer, sizeof buffer);
		if (length < 0)
			fail("recv");
		state = mnl_cb_run(buffer, length, sequence, mnl_socket_get_portid(sock), keep, data);
		if (state < 0)
			fail("answer");
	} while (state > MNL_CB_STOP);
}

static long dump(int type, size_t header, int family, mnl_cb_t keep)
{
	char room[64];
	struct nlmsghdr *request = mnl_nlmsg_put_header(room);

	request->nlmsg_type = type;
	request->nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
	*(unsigned char *)mnl_nlmsg_put_extra_header(request, header) = family;
	ask(request, keep, NULL);
	long count = list.count;

	free(list.items);
	memset(&list, 0, sizeof list);
	return count;
}

static long routes(long count, int before)
{
	return dump(RTM_GETROUTE, sizeof(struct rtmsg), AF_INET, keep_route);
}

static long links(long count, int before)
{
	return dump(RTM_GETLINK, sizeof(struct ifinfomsg), AF_UNSPEC, keep_link);
}

static long neighbours(long count, int before)
{
	return dump(RTM_GETNEIGH, sizeof(struct ndmsg), AF_INET, keep_neighbour);
}


/* One request: the way to an address. */
static int one_route(const struct nlmsghdr *message, void *data)
{
	decode_route(message, data);
	return MNL_CB_OK;
}

static long lookup(long count, int before)
{
	char room[128];
	struct route route;

	for (long i = 0; i < count; i++) {
		struct nlmsghdr *request = mnl_nlmsg_put_header(room);
		struct rtmsg *header = mnl_nlmsg_put_extra_header(request, sizeof *header);

		request->nlmsg_type = RTM_GETROUTE;
		request->nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK;
		header->rtm_family = AF_INET;
		header->rtm_dst_len = 32;
		header->rtm_flags = RTM_F_LOOKUP_TABLE;
		mnl_attr_put_u32(request, RTA_DST, htonl(0xc0000200 + 3 + i % 200));
		route.table = 0;
		ask(request, one_route, &route);
		if (!route.table)
			fail("route");
	}
	return count;
}

/* The route number `i` of a table, as prepare.ts makes it. */
static void put_route(struct nlmsghdr *request, uint32_t table, long i, unsigned oif)
{
	struct rtmsg *header = mnl_nlmsg_put_extra_header(request, sizeof *header);

	request->nlmsg_type = RTM_NEWROUTE;
	request->nlmsg_flags = NLM_F_REQUEST | NLM_F_CREATE | NLM_F_EXCL;
	header->rtm_family = AF_INET;
	header->rtm_dst_len = 32;
	header->rtm_protocol = RTPROT_BOOT;
	header->rtm_type = RTN_UNICAST;
	mnl_attr_put_u32(request, RTA_TABLE, table);
	mnl_attr_put_u32(request, RTA_DST, htonl(0x0a000000 + i));
	mnl_attr_put_u32(request, RTA_GATEWAY, htonl(0xc0000202));
	mnl_attr_put_u32(request, RTA_OIF, oif);
}

static long insert(long count, int before)
{
	char room[128];
	unsigned oif = if_nametoindex("v0");

	for (long i = 0; i < count; i++) {
		struct nlmsghdr *request = mnl_nlmsg_put_header(room);

		put_route(request, 1000 + before, i, oif);
		request->nlmsg_flags |= NLM_F_ACK;
		ask(request, NULL, NULL);
	}
	return count;
}

/* So many in a send; the last one of them is acknowledged. */
#define CHUNK 128

static long insert_batched(long count, int before)
{
	static char room[CHUNK * 128];
	unsigned oif = if_nametoindex("v0");

	for (long i = 0; i < count; i += CHUNK) {
		long end = i + CHUNK < count ? i + CHUNK : count;
		char *at = room;

		for (long each = i; each < end; each++) {
			struct nlmsghdr *request = mnl_nlmsg_put_header(at);

			put_route(request, 1000 + before, each, oif);
			if (each == end - 1) {
				request->nlmsg_flags |= NLM_F_ACK;
				request->nlmsg_seq = ++sequence;
			}
			at += request->nlmsg_len;
		}
		if (mnl_socket_sendto(sock, room, at - room) < 0)
			fail("send");
		/* Refusals of the others come before it, with the number 0. */
		int length = mnl_socket_recvfrom(sock, buffer, sizeof buffer);

		if (length < 0 || mnl_cb_run(buffer, length, sequence, mnl_socket_get_portid(sock), NULL, NULL) < 0)
			fail("insert");
	}
	return count;
}

static void open_group(void)
{
	int group = RTNLGRP_IPV4_ROUTE, size = 1 << 29;

	open_socket();
	if (setsockopt(mnl_socket_get_fd(sock), SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof size) < 0)
		fail("buffer");
	mnl_socket_setsockopt(sock, NETLINK_ADD_MEMBERSHIP, &group, sizeof group);
}

static int event(const struct nlmsghdr *message, void *data)
{
	struct route route;

	decode_route(message, &route);
	++*(long *)data;
	return MNL_CB_OK;
}

static long events(long count, int before)
{
	long seen = 0;

	while (seen < count) {
		int length = mnl_socket_recvfrom(sock, buffer, sizeof buffer);

		if (length < 0 || mnl_cb_run(buffer, length, 0, 0, event, &seen) < 0)
			fail("events");
	}
	return seen;
}

int main(int argc, char **argv)
{
	static const struct job jobs[] = {
		{ "routes", routes, open_socket },
		{ "links", links, open_socket },
		{ "neighbours", neighbours, open_socket },
		{ "lookup", lookup, open_socket },
		{ "insert", insert, open_socket },
		{ "insert-batched", insert_batched, open_socket },
		{ "events", events, open_group },
		{ NULL },
	};

	return measure(jobs, argc, argv);
}
