/* Prints messages of NETLINK_CRYPTO and of AF_SMC as the kernel's headers (v6.1 and newer) lay them out, for
 * golden-crypto-smc.json: gcc -Wall make_golden.c -o /tmp/make_golden && /tmp/make_golden > golden-crypto-smc.json, then deno fmt */
#include <stdio.h>
#include <string.h>
#include <arpa/inet.h>
#include <linux/types.h>
#include <linux/netlink.h>
#include <linux/inet_diag.h>
#include <linux/cryptouser.h>
#ifndef IB_DEVICE_NAME_MAX
#define IB_DEVICE_NAME_MAX 64
#endif
#include <linux/smc_diag.h>

static unsigned char buf[4096];
static unsigned len;

static void *put(const void *data, unsigned size)
{
	void *at = buf + len;
	memcpy(at, data, size);
	len += NLMSG_ALIGN(size);
	return at;
}
static void start(int type, int flags)
{
	struct nlmsghdr h = { .nlmsg_type = type, .nlmsg_flags = flags, .nlmsg_seq = 7, .nlmsg_pid = 9 };
	memset(buf, 0, sizeof(buf));
	len = 0;
	put(&h, sizeof(h));
}
static void attr(int type, const void *data, unsigned size)
{
	struct nlattr a = { .nla_len = sizeof(a) + size, .nla_type = type };
	put(&a, sizeof(a));
	put(data, size);
}
static void end(const char *name)
{
	static const char *comma = "";
	((struct nlmsghdr *)buf)->nlmsg_len = len;
	printf("%s  { \"name\": \"%s\", \"hex\": \"", comma, name);
	for (unsigned i = 0; i < len; i++) printf("%02x", buf[i]);
	printf("\" }");
	comma = ",\n";
}
static void alg(int type, int flags, const char *name, const char *driver, __u32 cra)
{
	struct crypto_user_alg a = { .cru_refcnt = 2, .cru_flags = cra };
	__u32 priority = 300;
	start(type, flags);
	strcpy(a.cru_name, name);
	strcpy(a.cru_driver_name, driver);
	strcpy(a.cru_module_name, "kernel");
	put(&a, sizeof(a));
	if (type == CRYPTO_MSG_GETALG) attr(CRYPTOCFGA_PRIORITY_VAL, &priority, 4);
}
#define REPLY(id, kind, cra, ...) do { struct kind r = { __VA_ARGS__ }; \
	alg(CRYPTO_MSG_GETALG, NLM_F_MULTI, "n(" #id ")", "d-" #id, cra); \
	attr(CRYPTOCFGA_##id, &r, sizeof(r)); end(#id); } while (0)
#define STAT(id, kind, ...) do { struct kind r = { __VA_ARGS__ }; \
	alg(CRYPTO_MSG_GETSTAT, 0, "n(" #id ")", "d-" #id, 0x403); \
	attr(CRYPTOCFGA_##id, &r, sizeof(r)); end(#id); } while (0)

int main(void)
{
	printf("[\n");
	REPLY(REPORT_LARVAL, crypto_report_larval, 0x10, .type = "larval");
	REPLY(REPORT_HASH, crypto_report_hash, 0x40e, .type = "shash", .blocksize = 64, .digestsize = 32);
	REPLY(REPORT_BLKCIPHER, crypto_report_blkcipher, 0x2c85, .type = "skcipher", .geniv = "<none>", .blocksize = 16,
	      .min_keysize = 16, .max_keysize = 32, .ivsize = 12);
	REPLY(REPORT_AEAD, crypto_report_aead, 0x403, .type = "aead", .geniv = "<none>", .blocksize = 1,
	      .maxauthsize = 16, .ivsize = 12);
	REPLY(REPORT_COMPRESS, crypto_report_comp, 0x402, .type = "compression");
	REPLY(REPORT_RNG, crypto_report_rng, 0x40c, .type = "rng", .seedsize = 48);
	REPLY(REPORT_CIPHER, crypto_report_cipher, 0x401, .type = "cipher", .blocksize = 16, .min_keysize = 8,
	      .max_keysize = 24);
	REPLY(REPORT_AKCIPHER, crypto_report_akcipher, 0x406, .type = "akcipher");
	REPLY(REPORT_KPP, crypto_report_kpp, 0x408, .type = "kpp");
	REPLY(REPORT_ACOMP, crypto_report_acomp, 0x40a, .type = "acomp");
	STAT(STAT_HASH, crypto_stat_hash, "shash", 1, 1ULL << 40, 3);
	STAT(STAT_BLKCIPHER, crypto_stat_cipher, "skcipher", 1, 2, 3, 4, 5);
	STAT(STAT_AEAD, crypto_stat_aead, "aead", 1, 2, 3, 4, 5);
	STAT(STAT_COMPRESS, crypto_stat_compress, "compression", 1, 2, 3, 4, 5);
	STAT(STAT_RNG, crypto_stat_rng, "rng", 1, 2, 3, 4);
	STAT(STAT_CIPHER, crypto_stat_cipher, "cipher", 1, 2, 3, 4, 5);
	STAT(STAT_AKCIPHER, crypto_stat_akcipher, "akcipher", 1, 2, 3, 4, 5, 6, 7);
	STAT(STAT_KPP, crypto_stat_kpp, "kpp", 1, 2, 3, 4);
	STAT(STAT_ACOMP, crypto_stat_compress, "acomp", 1, 2, 3, 4, 5);

	struct smc_diag_req req = { .diag_family = 43, .diag_ext = 0x1f };
	start(20, NLM_F_REQUEST | NLM_F_DUMP);
	put(&req, sizeof(req));
	end("smc_diag_req");

	struct smc_diag_msg msg = { .diag_family = 43, .diag_state = 1, .diag_mode = 2, .diag_uid = 1000, .diag_inode = 5 };
	struct smc_diag_conninfo conn = { 1, 2, 3, 4, { 0, 5, 6 }, { 0, 7, 8 }, { 0, 9, 10 }, { 0, 11, 12 }, 13, 14, 15, 16,
					  { 0, 17, 18 }, { 0, 19, 20 }, { 0, 21, 22 } };
	struct smc_diag_lgrinfo lgr = { { { 1, "mlx5_0", 2, "fe80::1", "fe80::2" } }, 1 };
	struct smcd_diag_dmbinfo dmb = { 1, 2, 3, 4, 5 };
	struct smc_diag_fallback fallback = { 0x03030000, 1 };
	__u8 shutdown = 3;
	msg.id.idiag_sport = htons(443);
	msg.id.idiag_dport = htons(50000);
	inet_pton(AF_INET6, "2001:db8::1", msg.id.idiag_src);
	inet_pton(AF_INET6, "2001:db8::2", msg.id.idiag_dst);
	msg.id.idiag_if = 2;
	msg.id.idiag_cookie[0] = 6;
	msg.id.idiag_cookie[1] = 1;
	start(20, NLM_F_MULTI);
	put(&msg, sizeof(msg));
	attr(SMC_DIAG_CONNINFO, &conn, sizeof(conn));
	attr(SMC_DIAG_LGRINFO, &lgr, sizeof(lgr));
	attr(SMC_DIAG_SHUTDOWN, &shutdown, 1);
	attr(SMC_DIAG_DMBINFO, &dmb, sizeof(dmb));
	attr(SMC_DIAG_FALLBACK, &fallback, sizeof(fallback));
	end("smc_diag_msg");
	printf("\n]\n");
	return 0;
}
