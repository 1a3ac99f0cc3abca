/** States and policies in the words of `ip xfrm`, each with the object that means the same. */
import type { PolicyInput } from "../../../families/xfrm/policies.ts";
import type { StateInput } from "../../../families/xfrm/states.ts";

/** Arguments of `ip xfrm policy add`, and the same policy. */
export const POLICIES: readonly (readonly [words: string, policy: PolicyInput])[] = [
  [
    "src 10.9.0.0/24 dst 10.8.0.0/24 dir out tmpl src 10.9.0.1 dst 10.9.0.2 proto esp mode tunnel",
    {
      dir: "out",
      sel: { src: "10.9.0.0/24", dst: "10.8.0.0/24" },
      tmpl: [{ src: "10.9.0.1", dst: "10.9.0.2", proto: "esp", mode: "tunnel" }],
    },
  ],
  [
    "src 10.9.0.1 dst 10.8.0.1 proto tcp sport 5 dport 6 dir out priority 100 mark 1 mask 0xff if_id 7 " +
    "tmpl src 10.9.0.1 dst 10.8.0.1 proto esp spi 0x100 reqid 3 mode tunnel",
    {
      dir: "out",
      sel: { src: "10.9.0.1", dst: "10.8.0.1/32", proto: "tcp", sport: 5, dport: 6 },
      priority: 100,
      mark: { value: 1, mask: 0xff },
      ifId: 7,
      tmpl: [{ src: "10.9.0.1", dst: "10.8.0.1", proto: "esp", spi: 0x100, reqid: 3, mode: "tunnel" }],
    },
  ],
  [
    "src 2001:db8::/32 dst ::/0 dev lo dir in flag icmp limit byte-soft 5 limit packet-hard 7 limit time-hard 500 " +
    "limit time-use-soft 400 tmpl proto ah mode transport tmpl proto esp reqid 8 mode transport level use",
    {
      dir: "in",
      sel: { src: "2001:db8::/32", dev: "lo" },
      flags: ["icmp"],
      lft: { softByteLimit: 5, hardPacketLimit: 7, hardAddExpiresSeconds: 500, softUseExpiresSeconds: 400 },
      tmpl: [{ proto: "ah" }, { proto: "esp", reqid: 8, optional: true }],
    },
  ],
  [
    "src 2001:db8:1::1 dst 2001:db8:2::/48 proto ipv6-icmp type 128 code 3 dir fwd action block priority 7 mark 9",
    {
      dir: "fwd",
      sel: { src: "2001:db8:1::1", dst: "2001:db8:2::/48", proto: "ipv6-icmp", sport: 128, dport: 3 },
      action: "block",
      priority: 7,
      mark: { value: 9 },
    },
  ],
  [
    "src 10.0.0.0/8 dst 192.0.2.0/24 proto 99 dir fwd flag localok tmpl src 10.9.0.1 dst 10.9.0.2 proto comp " +
    "mode tunnel level use tmpl src 2001:db8::1 dst 2001:db8::2 proto esp mode beet",
    {
      dir: "fwd",
      sel: { src: "10.0.0.0/8", dst: "192.0.2.0/24", proto: 99 },
      flags: ["localok"],
      tmpl: [
        { src: "10.9.0.1", dst: "10.9.0.2", proto: "comp", mode: "tunnel", optional: true },
        { src: "2001:db8::1", dst: "2001:db8::2", proto: "esp", mode: "beet" },
      ],
    },
  ],
];

/** A key of 16 bytes. */
export const KEY16 = "00112233445566778899aabbccddeeff";
/** A key of 20 bytes. */
export const KEY20: string = `${KEY16}01020304`;
/** A key of 32 bytes. */
export const KEY32: string = `${KEY16}${KEY16}`;

/** Arguments of `ip xfrm state add`, and the same state. */
export const STATES: readonly (readonly [words: string, state: StateInput])[] = [
  [
    `src 10.9.0.1 dst 10.9.0.2 proto esp spi 0x100 mode tunnel aead rfc4106(gcm(aes)) 0x${KEY20} 128`,
    {
      src: "10.9.0.1",
      dst: "10.9.0.2",
      proto: "esp",
      spi: 0x100,
      mode: "tunnel",
      aead: { name: "rfc4106(gcm(aes))", key: KEY20, icvLength: 128 },
    },
  ],
  [
    `src 10.9.0.1 dst 10.9.0.2 proto esp spi 0x101 reqid 5 replay-window 32 flag noecn flag nopmtudisc ` +
    `enc cbc(aes) 0x${KEY16} auth-trunc hmac(sha256) 0x${KEY32} 128 limit byte-soft 1000 limit time-hard 3600 ` +
    "encap espinudp 4500 4501 192.0.2.7 sel src 10.1.0.0/16 dst 10.2.0.0/16 proto tcp dport 80",
    {
      src: "10.9.0.1",
      dst: "10.9.0.2",
      proto: "esp",
      spi: 0x101,
      reqid: 5,
      replayWindow: 32,
      flags: ["noecn", "nopmtudisc"],
      crypt: { name: "cbc(aes)", key: KEY16 },
      authTrunc: { name: "hmac(sha256)", key: KEY32, truncLength: 128 },
      lft: { softByteLimit: 1000, hardAddExpiresSeconds: 3600 },
      encap: { type: "espinudp", sport: 4500, dport: 4501, oa: "192.0.2.7" },
      sel: { src: "10.1.0.0/16", dst: "10.2.0.0/16", proto: "tcp", dport: 80 },
    },
  ],
  [
    `src 2001:db8::1 dst 2001:db8::2 proto esp spi 0x102 mode tunnel mark 7 mask 0xff if_id 9 replay-window 128 ` +
    `flag esn extra-flag dont-encap-dscp output-mark 5 mask 0x7 tfcpad 100 enc cbc(aes) 0x${KEY32} ` +
    `auth hmac(sha1) 0x${KEY20}`,
    {
      src: "2001:db8::1",
      dst: "2001:db8::2",
      proto: "esp",
      spi: 0x102,
      mode: "tunnel",
      mark: { value: 7, mask: 0xff },
      ifId: 9,
      replayWindow: 128,
      flags: ["esn"],
      extraFlags: ["dont-encap-dscp"],
      setMark: 5,
      setMarkMask: 7,
      tfcpad: 100,
      crypt: { name: "cbc(aes)", key: KEY32 },
      auth: { name: "hmac(sha1)", key: KEY20 },
    },
  ],
  [
    `src 10.9.0.1 dst 10.9.0.2 proto ah spi 0x103 mode transport auth hmac(sha256) 0x${KEY32}`,
    {
      src: "10.9.0.1",
      dst: "10.9.0.2",
      proto: "ah",
      spi: 0x103,
      auth: { name: "hmac(sha256)", key: KEY32 },
    },
  ],
  [
    "src 10.9.0.1 dst 10.9.0.2 proto comp spi 0x104 mode tunnel comp deflate",
    { src: "10.9.0.1", dst: "10.9.0.2", proto: "comp", spi: 0x104, mode: "tunnel", comp: { name: "deflate" } },
  ],
];

const CONTEXT = "system_u:object_r:unlabeled_t", secCtx = { ctxAlg: 1, ctxDoi: 1, context: CONTEXT };

/** A policy that few kernels take: with a security context, and of the second type. */
export const RARE_POLICIES: typeof POLICIES = [
  [
    `src 10.9.0.0/24 dst 10.8.0.0/24 dev lo ctx ${CONTEXT} dir in ptype sub action block index 9 priority 3`,
    {
      dir: "in",
      sel: { src: "10.9.0.0/24", dst: "10.8.0.0/24", dev: "lo" },
      secCtx,
      type: "sub",
      action: "block",
      index: 9,
      priority: 3,
    },
  ],
];

/** States that few kernels take: with a security context, for hardware, and of mobile IPv6. */
export const RARE_STATES: typeof STATES = [
  [
    // ip takes the bytes of the first number in reverse.
    "src 10.9.0.1 dst 10.9.0.2 proto esp spi 0x105 mode beet seq 0x7000000 replay-seq 5 replay-oseq 6 flag decap-dscp " +
    "flag wildrecv flag icmp flag af-unspec flag align4 extra-flag oseq-may-wrap " +
    `aead rfc4106(gcm(aes)) 0x${KEY20} 96 encap espintcp 1 2 0.0.0.0 ctx ${CONTEXT} limit byte-hard 9 ` +
    "limit packet-soft 8 limit time-use-hard 7 limit time-soft 6",
    {
      src: "10.9.0.1",
      dst: "10.9.0.2",
      proto: "esp",
      spi: 0x105,
      mode: "beet",
      seq: 7,
      replay: { seq: 5, oseq: 6 },
      flags: ["decap-dscp", "wildrecv", "icmp", "af-unspec", "align4"],
      extraFlags: ["oseq-may-wrap"],
      aead: { name: "rfc4106(gcm(aes))", key: KEY20, icvLength: 96 },
      encap: { type: "espintcp", sport: 1, dport: 2 },
      secCtx,
      lft: { hardByteLimit: 9, softPacketLimit: 8, hardUseExpiresSeconds: 7, softAddExpiresSeconds: 6 },
    },
  ],
  [
    "src 10.9.0.1 dst 10.9.0.2 proto esp spi 0x106 mode transport replay-window 64 replay-seq 5 replay-oseq 6 " +
    `replay-seq-hi 1 replay-oseq-hi 2 flag esn aead rfc4106(gcm(aes)) 0x${KEY20} 128 offload dev lo dir in`,
    {
      src: "10.9.0.1",
      dst: "10.9.0.2",
      proto: "esp",
      spi: 0x106,
      replayEsn: { replayWindow: 64, seq: 5, oseq: 6, seqHi: 1, oseqHi: 2 },
      flags: ["esn"],
      aead: { name: "rfc4106(gcm(aes))", key: KEY20, icvLength: 128 },
      offload: { dev: "lo", flags: ["inbound"] },
    },
  ],
  [
    "src 2001:db8::1 dst 2001:db8::2 proto hao mode ro coa 2001:db8::3",
    { src: "2001:db8::1", dst: "2001:db8::2", proto: "hao", mode: "ro", coaddr: "2001:db8::3" },
  ],
];
