/* C with libnetfilter_conntrack: lists all flows, each as an object of the library that is kept. */
#include <libnetfilter_conntrack/libnetfilter_conntrack.h>
#include <stdint.h>
#include <sys/socket.h>
#include "measure.h"

static struct nfct_handle *handle;
static struct nf_conntrack **flows;
static long seen;

static int each(enum nf_conntrack_msg_type type, struct nf_conntrack *flow, void *unused)
{
	(void)type, (void)unused;
	flows[seen++] = flow;
	return NFCT_CB_STOLEN;
}

static void prepare(void)
{
	handle = nfct_open(CONNTRACK, 0);
	if (!handle || nfct_callback_register(handle, NFCT_T_ALL, each, NULL))
		fail("conntrack");
}

static long run(long count, int before)
{
	uint32_t family = AF_UNSPEC;

	(void)before;
	flows = calloc(2 * count, sizeof *flows);
	seen = 0;
	if (nfct_query(handle, NFCT_Q_DUMP, &family) < 0)
		fail("dump");
	for (long i = 0; i < seen; i++)
		nfct_destroy(flows[i]);
	free(flows);
	return seen;
}

int main(int argc, char **argv)
{
	static const struct job jobs[] = { { "conntrack-list", run, prepare }, { 0 } };

	return measure(jobs, argc, argv);
}
