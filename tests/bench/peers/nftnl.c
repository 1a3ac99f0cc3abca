/* C with libnftnl: lists the elements of a set and the rules of a table, each as an object of the library that is kept. */
#include <arpa/inet.h>
#include <libmnl/libmnl.h>
#include <libnftnl/rule.h>
#include <libnftnl/set.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter.h>
#include "measure.h"

static struct mnl_socket *sock;
static unsigned int sequence;
static char buffer[0xffff] __attribute__((aligned(4)));

static void prepare(void)
{
	sock = mnl_socket_open(NETLINK_NETFILTER);
	if (!sock || mnl_socket_bind(sock, 0, MNL_SOCKET_AUTOPID) < 0)
		fail("socket");
}

static void dump(struct nlmsghdr *message, mnl_cb_t each, void *to)
{
	ssize_t length;
	int more = 1;

	if (mnl_socket_sendto(sock, message, message->nlmsg_len) < 0)
		fail("send");
	while (more > 0) {
		length = mnl_socket_recvfrom(sock, buffer, sizeof buffer);
		if (length < 0)
			fail("receive");
		more = mnl_cb_run(buffer, length, sequence, mnl_socket_get_portid(sock), each, to);
	}
	if (more < 0)
		fail("dump");
}

static int each_elements(const struct nlmsghdr *message, void *to)
{
	return nftnl_set_elems_nlmsg_parse(message, to) < 0 ? MNL_CB_ERROR : MNL_CB_OK;
}

static int count_element(struct nftnl_set_elem *element, void *to)
{
	(void)element;
	++*(long *)to;
	return 0;
}

static long elements(long count, int before)
{
	struct nftnl_set *set = nftnl_set_alloc();
	struct nlmsghdr *message;
	long seen = 0;

	(void)count, (void)before;
	nftnl_set_set_str(set, NFTNL_SET_TABLE, "bench");
	nftnl_set_set_str(set, NFTNL_SET_NAME, "s");
	message = nftnl_nlmsg_build_hdr(buffer, NFT_MSG_GETSETELEM, NFPROTO_IPV4, NLM_F_DUMP, ++sequence);
	nftnl_set_elems_nlmsg_build_payload(message, set);
	dump(message, each_elements, set);
	nftnl_set_elem_foreach(set, count_element, &seen);
	nftnl_set_free(set);
	return seen;
}

static int each_rule(const struct nlmsghdr *message, void *to)
{
	struct nftnl_rule *rule = nftnl_rule_alloc();

	if (nftnl_rule_nlmsg_parse(message, rule) < 0)
		return MNL_CB_ERROR;
	nftnl_rule_list_add_tail(rule, to);
	return MNL_CB_OK;
}

static int count_rule(struct nftnl_rule *rule, void *to)
{
	(void)rule;
	++*(long *)to;
	return 0;
}

static long rules(long count, int before)
{
	struct nftnl_rule_list *list = nftnl_rule_list_alloc();
	long seen = 0;

	(void)count, (void)before;
	dump(nftnl_nlmsg_build_hdr(buffer, NFT_MSG_GETRULE, NFPROTO_IPV4, NLM_F_DUMP, ++sequence), each_rule, list);
	nftnl_rule_list_foreach(list, count_rule, &seen);
	nftnl_rule_list_free(list);
	return seen;
}

int main(int argc, char **argv)
{
	static const struct job jobs[] = { { "nft-list", elements, prepare }, { "nft-rules", rules, prepare }, { 0 } };

	return measure(jobs, argc, argv);
}
