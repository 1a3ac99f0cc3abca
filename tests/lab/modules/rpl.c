/* Makes a module of RPL in routes, which is a part of the kernel or nowhere. */
#include <linux/kprobes.h>
#include <linux/module.h>
#include <net/addrconf.h>
#include <net/ip6_route.h>
#include <net/rpl.h>

/* What it calls and the kernel has, but for no module: a probe's place is a function's address. */
static void *address_of(const char *function)
{
	struct kprobe probe = { .symbol_name = function };

	if (register_kprobe(&probe))
		return NULL;
	unregister_kprobe(&probe);
	return probe.addr;
}

static typeof(ip6_route_input) *route_input;
static typeof(ipv6_chk_rpl_srh_loop) *has_loop;

void ip6_route_input(struct sk_buff *skb)
{
	route_input(skb);
}

int ipv6_chk_rpl_srh_loop(struct net *net, const struct in6_addr *segs, unsigned char nsegs)
{
	return has_loop(net, segs, nsegs);
}

static int __init rpl_module_init(void)
{
	route_input = address_of("ip6_route_input");
	has_loop = address_of("ipv6_chk_rpl_srh_loop");
	return route_input && has_loop ? rpl_init() : -ENOENT;
}

static void __exit rpl_module_exit(void)
{
	rpl_exit();
}

module_init(rpl_module_init);
module_exit(rpl_module_exit);
MODULE_ALIAS("rtnl-lwt-RPL");
MODULE_DESCRIPTION("RPL in routes");
MODULE_LICENSE("GPL");
