/* Makes a module of ioam6 in routes, which is a part of the kernel or nowhere. */
#include <linux/module.h>
#include <net/ioam6.h>

static int __init ioam6_module_init(void)
{
	return ioam6_iptunnel_init();
}

static void __exit ioam6_module_exit(void)
{
	ioam6_iptunnel_exit();
}

module_init(ioam6_module_init);
module_exit(ioam6_module_exit);
MODULE_ALIAS("rtnl-lwt-IOAM6");
MODULE_DESCRIPTION("IOAM6 in routes");
MODULE_LICENSE("GPL");
