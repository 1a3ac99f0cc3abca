/* C with libnetfilter_queue: reads the packets of queue 0, and drops those whose last byte is 1. */
#include <arpa/inet.h>
#include <errno.h>
#include <libnetfilter_queue/libnetfilter_queue.h>
#include <linux/netfilter.h>
#include <stdint.h>
#include <sys/socket.h>
#include "measure.h"

static struct nfq_handle *handle;
static char buffer[0xffff] __attribute__((aligned(4)));
static long seen;

static int each(struct nfq_q_handle *queue, struct nfgenmsg *message, struct nfq_data *data, void *unused)
{
	struct nfqnl_msg_packet_hdr *header = nfq_get_msg_packet_hdr(data);
	unsigned char *payload;
	int length = nfq_get_payload(data, &payload);

	(void)message, (void)unused;
	seen++;
	return nfq_set_verdict(queue, ntohl(header->packet_id), payload[length - 1] ? NF_DROP : NF_ACCEPT, 0, NULL);
}

static void prepare(void)
{
	struct nfq_q_handle *queue;
	int most = 1 << 30;

	handle = nfq_open();
	if (!handle || !(queue = nfq_create_queue(handle, 0, each, NULL)) ||
	    nfq_set_mode(queue, NFQNL_COPY_PACKET, 0xffff) < 0 || nfq_set_queue_maxlen(queue, 1 << 20) < 0 ||
	    setsockopt(nfq_fd(handle), SOL_SOCKET, SO_RCVBUFFORCE, &most, sizeof most))
		fail("queue");
}

static long run(long count, int before)
{
	(void)before;
	for (seen = 0; seen < count;) {
		ssize_t length = recv(nfq_fd(handle), buffer, sizeof buffer, 0);

		if (length < 0)
			fail("recv");
		nfq_handle_packet(handle, buffer, length);
	}
	return seen;
}

int main(int argc, char **argv)
{
	static const struct job jobs[] = { { "queue", run, prepare }, { 0 } };

	return measure(jobs, argc, argv);
}
