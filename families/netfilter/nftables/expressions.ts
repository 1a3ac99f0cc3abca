/**
 * Expressions of nf_tables: the instructions that a rule consists of, as the kernel has them.
 *
 * `compile` of compile.ts makes them of nft's statements. A rule of the kernel has them as {@linkcode NftExpression}; data
 * of an expression that this table does not know stays bytes.
 *
 * Source: linux/netfilter/nf_tables.h, nf_tables_compat.h, nf_nat.h, nf_log.h, nf_synproxy.h, v7.2
 *
 * @module
 */
import {
  type Attributes,
  attributes,
  be16,
  be32,
  beCount64,
  bytes,
  choice,
  type Codec,
  enumeration,
  lazy,
  listOf,
  mask,
  type Shape,
  text,
  u8,
} from "../../../core/codec/mod.ts";

/** Numbers of NFT_BITWISE_*, by name. */
export const NFT_BITWISE = { mask_xor: 0, lshift: 1, rshift: 2, and: 3, or: 4, xor: 5 } as const;
/** Numbers of NFT_BYTEORDER_*, by name. */
export const NFT_BYTEORDER = { ntoh: 0, hton: 1 } as const;
/** Numbers of NFT_CMP_*, by name. */
export const NFT_CMP = { eq: 0, neq: 1, lt: 2, lte: 3, gt: 4, gte: 5 } as const;
/** Numbers of NFT_RANGE_*, by name. */
export const NFT_RANGE = { eq: 0, neq: 1 } as const;
/** Numbers of NFT_INV_*, by name. */
export const NFT_INV = { inv: 1 } as const;
/** Numbers of NFT_CT_KEY_*, by name. */
export const NFT_CT_KEY = {
  state: 0,
  direction: 1,
  status: 2,
  mark: 3,
  secmark: 4,
  expiration: 5,
  helper: 6,
  l3protocol: 7,
  src: 8,
  dst: 9,
  protocol: 10,
  proto_src: 11,
  proto_dst: 12,
  labels: 13,
  pkts: 14,
  bytes: 15,
  avgpkt: 16,
  zone: 17,
  eventmask: 18,
  src_ip: 19,
  dst_ip: 20,
  src_ip6: 21,
  dst_ip6: 22,
  id: 23,
} as const;
/** Numbers of NFT_CT_DIRECTION_*, by name. */
export const NFT_CT_DIRECTION = { original: 0, reply: 1 } as const;
/** Numbers of NFT_DYNSET_*, by name. */
export const NFT_DYNSET = { add: 0, update: 1, delete: 2 } as const;
/** Numbers of NFT_DYNSET_FLAG_*, by name. */
export const NFT_DYNSET_FLAG = { inv: 1, expr: 2 } as const;
/** Numbers of NFT_EXTHDR_*, by name. */
export const NFT_EXTHDR = { ipv6: 0, tcpopt: 1, ipv4: 2, sctp: 3, dccp: 4 } as const;
/** Numbers of NFT_EXTHDR_FLAG_*, by name. */
export const NFT_EXTHDR_FLAG = { present: 1 } as const;
/** Numbers of NFT_FIB_RESULT_*, by name. */
export const NFT_FIB_RESULT = { oif: 1, oifname: 2, addrtype: 3 } as const;
/** Numbers of NFT_FIB_FLAG_*, by name. */
export const NFT_FIB_FLAG = { saddr: 1, daddr: 2, mark: 4, iif: 8, oif: 16, present: 32 } as const;
/** Numbers of NFT_HASH_*, by name. */
export const NFT_HASH = { jenkins: 0, sym: 1 } as const;
/** Numbers of NFT_INNER_*, by name. */
export const NFT_INNER = { vxlan: 1, geneve: 2 } as const;
/** Numbers of NFT_INNER_FLAG_*, by name. */
export const NFT_INNER_FLAG = { hdrsize: 1, ll: 2, nh: 4, th: 8 } as const;
/** Numbers of NFT_LIMIT_*, by name. */
export const NFT_LIMIT = { pkts: 0, pkt_bytes: 1 } as const;
/** Numbers of NFT_LOG_LEVEL_*, by name. */
export const NFT_LOG_LEVEL = {
  emerg: 0,
  alert: 1,
  crit: 2,
  err: 3,
  warning: 4,
  notice: 5,
  info: 6,
  debug: 7,
  audit: 8,
} as const;
/** Numbers of NFT_LOG_FLAG_*, by name. */
export const NFT_LOG_FLAG = { tcpseq: 1, tcpopt: 2, ipopt: 4, uid: 8, nflog: 16, macdecode: 32 } as const;
/** Numbers of NFT_META_KEY_*, by name. */
export const NFT_META_KEY = {
  len: 0,
  protocol: 1,
  priority: 2,
  mark: 3,
  iif: 4,
  oif: 5,
  iifname: 6,
  oifname: 7,
  iiftype: 8,
  oiftype: 9,
  skuid: 10,
  skgid: 11,
  nftrace: 12,
  rtclassid: 13,
  secmark: 14,
  nfproto: 15,
  l4proto: 16,
  bri_iifname: 17,
  bri_oifname: 18,
  pkttype: 19,
  cpu: 20,
  iifgroup: 21,
  oifgroup: 22,
  cgroup: 23,
  prandom: 24,
  secpath: 25,
  iifkind: 26,
  oifkind: 27,
  bri_iifpvid: 28,
  bri_iifvproto: 29,
  time_ns: 30,
  time_day: 31,
  time_hour: 32,
  sdif: 33,
  sdifname: 34,
  bri_broute: 35,
  bri_iifhwaddr: 37,
} as const;
/** Numbers of NFT_NAT_*, by name. */
export const NFT_NAT = { snat: 0, dnat: 1 } as const;
/** Numbers of NFT_NAT_FLAG_*, by name. */
export const NFT_NAT_FLAG = {
  map_ips: 1,
  proto_specified: 2,
  proto_random: 4,
  persistent: 8,
  proto_random_fully: 16,
  proto_offset: 32,
  netmap: 64,
} as const;
/** Numbers of NFT_NUMGEN_*, by name. */
export const NFT_NUMGEN = { incremental: 0, random: 1 } as const;
/** Numbers of NFT_OBJECT_*, by name. */
export const NFT_OBJECT = {
  counter: 1,
  quota: 2,
  ct_helper: 3,
  limit: 4,
  connlimit: 5,
  tunnel: 6,
  ct_timeout: 7,
  secmark: 8,
  ct_expect: 9,
  synproxy: 10,
} as const;
/** Numbers of NFT_OSF_FLAG_*, by name. */
export const NFT_OSF_FLAG = { version: 1 } as const;
/** Numbers of NFT_PAYLOAD_*, by name. */
export const NFT_PAYLOAD = {
  ll_header: 0,
  network_header: 1,
  transport_header: 2,
  inner_header: 3,
  tun_header: 4,
} as const;
/** Numbers of NFT_PAYLOAD_CSUM_*, by name. */
export const NFT_PAYLOAD_CSUM = { none: 0, inet: 1, sctp: 2 } as const;
/** Numbers of NFT_PAYLOAD_CSUM_FLAG_*, by name. */
export const NFT_PAYLOAD_CSUM_FLAG = { pseudohdr: 1 } as const;
/** Numbers of NFT_QUEUE_FLAG_*, by name. */
export const NFT_QUEUE_FLAG = { bypass: 1, cpu_fanout: 2 } as const;
/** Numbers of NFT_QUOTA_FLAG_*, by name. */
export const NFT_QUOTA_FLAG = { inv: 1, depleted: 2 } as const;
/** Numbers of NFT_REJECT_*, by name. */
export const NFT_REJECT = { icmp_unreach: 0, tcp_rst: 1, icmpx_unreach: 2 } as const;
/** Numbers of NFT_RT_KEY_*, by name. */
export const NFT_RT_KEY = { classid: 0, nexthop4: 1, nexthop6: 2, tcpmss: 3, xfrm: 4 } as const;
/** Numbers of NFT_SOCKET_KEY_*, by name. */
export const NFT_SOCKET_KEY = { transparent: 0, mark: 1, wildcard: 2, cgroupv2: 3 } as const;
/** Numbers of NFT_SYNPROXY_FLAG_*, by name. */
export const NFT_SYNPROXY_FLAG = { mss: 1, wscale: 2, sack_perm: 4, timestamp: 8, ecn: 16 } as const;
/** Numbers of NFT_TUNNEL_KEY_*, by name. */
export const NFT_TUNNEL_KEY = { path: 0, id: 1 } as const;
/** Numbers of NFT_TUNNEL_MODE_*, by name. */
export const NFT_TUNNEL_MODE = { none: 0, rx: 1, tx: 2 } as const;
/** Numbers of NFT_XFRM_KEY_*, by name. */
export const NFT_XFRM_KEY = { daddr_ip4: 1, daddr_ip6: 2, saddr_ip4: 3, saddr_ip6: 4, reqid: 5, spi: 6 } as const;
/** Numbers of NFT_XFRM_DIR_*, by name. */
export const NFT_XFRM_DIR = { in: 0, out: 1 } as const;
/** Numbers of NFT_VERDICT_*, by name. */
export const NFT_VERDICT = {
  drop: 0,
  accept: 1,
  stolen: 2,
  queue: 3,
  repeat: 4,
  continue: -1,
  break: -2,
  jump: -3,
  goto: -4,
  return: -5,
} as const;
/** Numbers of NFT_NFPROTO_*, by name. */
export const NFT_NFPROTO = { unspec: 0, inet: 1, ipv4: 2, arp: 3, netdev: 5, bridge: 7, ipv6: 10 } as const;

/** Numbers of object types by name: NFT_OBJECT_*. */
export type ObjectType = keyof typeof NFT_OBJECT;

/** An address family of netfilter. */
export type Nfproto = keyof typeof NFT_NFPROTO | number;

const nfproto: Codec<Nfproto> = enumeration(be32, NFT_NFPROTO);

const bei32: Codec<number> = {
  ...be32,
  name: "bei32",
  decode: (from, at) => from.view.getInt32(at),
  encode: (value, to, owner) =>
    be32.encode(Number.isInteger(value) && value >= -0x80000000 && value < 0 ? value >>> 0 : value, to, owner),
};

/** A verdict. */
export interface NftVerdict {
  /** Verdict. */
  code?: keyof typeof NFT_VERDICT | number;
  /** Chain of `jump` and `goto`. */
  chain?: string;
  /** Number of a chain that is added in the same transaction. */
  chainId?: number;
}

/** Wire form of {@linkcode NftVerdict}: NFTA_VERDICT_*. */
export const NftVerdict: Attributes<NftVerdict> = attributes((): Shape<NftVerdict> => ({
  code: [1, enumeration(bei32, NFT_VERDICT)],
  chain: [2, text],
  chainId: [3, be32],
}));

/** Codec of a quantity of 64 bits: a number, or from 2^53 a bigint, so that nothing rounds it. */
const quantity: Codec<number | bigint, number | bigint> = {
  ...beCount64,
  name: "quantity of 64 bits",
  decode(from, at, end, owner) {
    const count = beCount64.decode(from, at, end, owner);
    return Number.isSafeInteger(count) ? count : from.view.getBigUint64(at);
  },
};

/** Content of a register: bytes, or a verdict. */
export interface NftData {
  /** Bytes as the register has them. */
  value?: Uint8Array;
  /** Verdict. */
  verdict?: NftVerdict;
}

/** Wire form of {@linkcode NftData}: NFTA_DATA_*. */
export const NftData: Attributes<NftData> = attributes((): Shape<NftData> => ({
  value: [1, bytes],
  verdict: [2, NftVerdict],
}));

/** Bit operations on a register. */
export interface NftBitwise {
  /** Register that is read. */
  sreg?: number;
  /** Register that is written. */
  dreg?: number;
  /** Length in bytes. */
  len?: number;
  /** Bits that stay, of `mask_xor`. */
  mask?: NftData;
  /** Bits that are inverted, of `mask_xor`. */
  xor?: NftData;
  /** Operation. */
  op?: keyof typeof NFT_BITWISE | number;
  /** Second operand: number of bits of a shift; bytes of `and`, `or`, `xor`. */
  data?: NftData;
  /** Register of the second operand. */
  sreg2?: number;
}

/** Wire form of {@linkcode NftBitwise}: NFTA_BITWISE_*. */
export const NftBitwise: Attributes<NftBitwise> = attributes((): Shape<NftBitwise> => ({
  sreg: [1, be32],
  dreg: [2, be32],
  len: [3, be32],
  mask: [4, NftData],
  xor: [5, NftData],
  op: [6, enumeration(be32, NFT_BITWISE)],
  data: [7, NftData],
  sreg2: [8, be32],
}));

/** Byte order of a register, changed. */
export interface NftByteorder {
  /** Register that is read. */
  sreg?: number;
  /** Register that is written. */
  dreg?: number;
  /** Direction. */
  op?: keyof typeof NFT_BYTEORDER | number;
  /** Length in bytes. */
  len?: number;
  /** Size of one integer: 2, 4, 8. */
  size?: number;
}

/** Wire form of {@linkcode NftByteorder}: NFTA_BYTEORDER_*. */
export const NftByteorder: Attributes<NftByteorder> = attributes((): Shape<NftByteorder> => ({
  sreg: [1, be32],
  dreg: [2, be32],
  op: [3, enumeration(be32, NFT_BYTEORDER)],
  len: [4, be32],
  size: [5, be32],
}));

/** Comparison of a register with a value. */
export interface NftCmp {
  /** Register that is read. */
  sreg?: number;
  /** Relation. */
  op?: keyof typeof NFT_CMP | number;
  /** Value. */
  data?: NftData;
}

/** Wire form of {@linkcode NftCmp}: NFTA_CMP_*. */
export const NftCmp: Attributes<NftCmp> = attributes((): Shape<NftCmp> => ({
  sreg: [1, be32],
  op: [2, enumeration(be32, NFT_CMP)],
  data: [3, NftData],
}));

/** Limit on the number of connections. */
export interface NftConnlimit {
  /** Number of connections. */
  count?: number;
  /** `inv`: more than the number match. */
  flags?: readonly (keyof typeof NFT_INV | number)[];
}

/** Wire form of {@linkcode NftConnlimit}: NFTA_CONNLIMIT_*. */
export const NftConnlimit: Attributes<NftConnlimit> = attributes((): Shape<NftConnlimit> => ({
  count: [1, be32],
  flags: [2, mask(be32, NFT_INV)],
}));

/** Counter of packets and bytes. */
export interface NftCounter {
  /** Number of bytes; from 2^53 a bigint. */
  bytes?: number | bigint;
  /** Number of packets; from 2^53 a bigint. */
  packets?: number | bigint;
}

/** Wire form of {@linkcode NftCounter}: NFTA_COUNTER_*. */
export const NftCounter: Attributes<NftCounter> = attributes((): Shape<NftCounter> => ({
  bytes: [1, quantity],
  packets: [2, quantity],
}));

/** Field of the packet's connection, read or written. */
export interface NftCt {
  /** Register that is written. */
  dreg?: number;
  /** Field. */
  key?: keyof typeof NFT_CT_KEY | number;
  /** Direction. */
  direction?: keyof typeof NFT_CT_DIRECTION | number;
  /** Register with the field's new value. */
  sreg?: number;
}

/** Wire form of {@linkcode NftCt}: NFTA_CT_*. */
export const NftCt: Attributes<NftCt> = attributes((): Shape<NftCt> => ({
  dreg: [1, be32],
  key: [2, enumeration(be32, NFT_CT_KEY)],
  direction: [3, enumeration(u8, NFT_CT_DIRECTION)],
  sreg: [4, be32],
}));

/** Copy of the packet, sent to another host or interface. */
export interface NftDup {
  /** Register with the address. */
  sregAddr?: number;
  /** Register with the interface's number. */
  sregDev?: number;
}

/** Wire form of {@linkcode NftDup}: NFTA_DUP_*. */
export const NftDup: Attributes<NftDup> = attributes((): Shape<NftDup> => ({
  sregAddr: [1, be32],
  sregDev: [2, be32],
}));

/** Change of a set by a packet. */
export interface NftDynset {
  /** Set's name. */
  setName?: string;
  /** Number of a set that is added in the same transaction. */
  setId?: number;
  /** Change. */
  op?: keyof typeof NFT_DYNSET | number;
  /** Register with the key. */
  sregKey?: number;
  /** Register with the data of a map. */
  sregData?: number;
  /** Timeout in ms. */
  timeout?: number;
  /** Expression of the element, if there is one. */
  expr?: NftExpression;
  /** Flags; `expr` if there are several expressions. */
  flags?: readonly (keyof typeof NFT_DYNSET_FLAG | number)[];
  /** Expressions of the element, if there are several. */
  expressions?: readonly NftExpression[];
}

/** Wire form of {@linkcode NftDynset}: NFTA_DYNSET_*. */
export const NftDynset: Attributes<NftDynset> = attributes((): Shape<NftDynset> => ({
  setName: [1, text],
  setId: [2, be32],
  op: [3, enumeration(be32, NFT_DYNSET)],
  sregKey: [4, be32],
  sregData: [5, be32],
  timeout: [6, beCount64],
  expr: [7, lazy<NftExpression>(() => NftExpression)],
  flags: [9, mask(be32, NFT_DYNSET_FLAG)],
  expressions: [10, listOf(1, lazy<NftExpression>(() => NftExpression))],
}));

/** Field of an extension header or option, read or written. */
export interface NftExthdr {
  /** Register that is written. */
  dreg?: number;
  /** Number of the header, option or chunk. */
  type?: number;
  /** Offset in bytes. */
  offset?: number;
  /** Length in bytes. */
  len?: number;
  /** `present`: the result is 1 if the header exists, otherwise 0. */
  flags?: readonly (keyof typeof NFT_EXTHDR_FLAG | number)[];
  /** Kind of header; absent for `ipv6`. */
  op?: keyof typeof NFT_EXTHDR | number;
  /** Register with the field's new value. */
  sreg?: number;
}

/** Wire form of {@linkcode NftExthdr}: NFTA_EXTHDR_*. */
export const NftExthdr: Attributes<NftExthdr> = attributes((): Shape<NftExthdr> => ({
  dreg: [1, be32],
  type: [2, u8],
  offset: [3, be32],
  len: [4, be32],
  flags: [5, mask(be32, NFT_EXTHDR_FLAG)],
  op: [6, enumeration(be32, NFT_EXTHDR)],
  sreg: [7, be32],
}));

/** Lookup of a route. */
export interface NftFib {
  /** Register that is written. */
  dreg?: number;
  /** Part of the route. */
  result?: keyof typeof NFT_FIB_RESULT | number;
  /** Fields of the packet that are looked up. */
  flags?: readonly (keyof typeof NFT_FIB_FLAG | number)[];
}

/** Wire form of {@linkcode NftFib}: NFTA_FIB_*. */
export const NftFib: Attributes<NftFib> = attributes((): Shape<NftFib> => ({
  dreg: [1, be32],
  result: [2, enumeration(be32, NFT_FIB_RESULT)],
  flags: [3, mask(be32, NFT_FIB_FLAG)],
}));

/** Connection, put into a flowtable. */
export interface NftFlowOffload {
  /** Flowtable's name. */
  tableName?: string;
}

/** Wire form of {@linkcode NftFlowOffload}: NFTA_FLOW_*. */
export const NftFlowOffload: Attributes<NftFlowOffload> = attributes((): Shape<NftFlowOffload> => ({
  tableName: [1, text],
}));

/** Packet, sent out of another interface. */
export interface NftFwd {
  /** Register with the interface's number. */
  sregDev?: number;
  /** Register with the address. */
  sregAddr?: number;
  /** Address family. */
  nfproto?: Nfproto;
}

/** Wire form of {@linkcode NftFwd}: NFTA_FWD_*. */
export const NftFwd: Attributes<NftFwd> = attributes((): Shape<NftFwd> => ({
  sregDev: [1, be32],
  sregAddr: [2, be32],
  nfproto: [3, nfproto],
}));

/** Hash value. */
export interface NftHash {
  /** Register that is read. */
  sreg?: number;
  /** Register that is written. */
  dreg?: number;
  /** Length in bytes. */
  len?: number;
  /** Modulus of the result. */
  modulus?: number;
  /** Seed. */
  seed?: number;
  /** Number added to the result. */
  offset?: number;
  /** Kind of hash. */
  type?: keyof typeof NFT_HASH | number;
  /** Map's name. */
  setName?: string;
  /** Map's number in the transaction. */
  setId?: number;
}

/** Wire form of {@linkcode NftHash}: NFTA_HASH_*. */
export const NftHash: Attributes<NftHash> = attributes((): Shape<NftHash> => ({
  sreg: [1, be32],
  dreg: [2, be32],
  len: [3, be32],
  modulus: [4, be32],
  seed: [5, be32],
  offset: [6, be32],
  type: [7, enumeration(be32, NFT_HASH)],
  setName: [8, text],
  setId: [9, be32],
}));

/** Constant, put into a register; register 0 is the verdict. */
export interface NftImmediate {
  /** Register that is written. */
  dreg?: number;
  /** Value. */
  data?: NftData;
}

/** Wire form of {@linkcode NftImmediate}: NFTA_IMMEDIATE_*. */
export const NftImmediate: Attributes<NftImmediate> = attributes((): Shape<NftImmediate> => ({
  dreg: [1, be32],
  data: [2, NftData],
}));

/** NftExpression for the packet in a tunnel. */
export interface NftInner {
  /** Number of the tunnel header; 0. */
  num?: number;
  /** Kind of tunnel. */
  type?: keyof typeof NFT_INNER | number;
  /** Headers that are read. */
  flags?: readonly (keyof typeof NFT_INNER_FLAG | number)[];
  /** Size of the tunnel header. */
  hdrsize?: number;
  /** Expression: payload or meta. */
  expr?: NftExpression;
}

/** Wire form of {@linkcode NftInner}: NFTA_INNER_*. */
export const NftInner: Attributes<NftInner> = attributes((): Shape<NftInner> => ({
  num: [1, be32],
  type: [2, enumeration(be32, NFT_INNER)],
  flags: [3, mask(be32, NFT_INNER_FLAG)],
  hdrsize: [4, be32],
  expr: [5, lazy<NftExpression>(() => NftExpression)],
}));

/** Time since the last packet. */
export interface NftLast {
  /** 1 if there was a packet. */
  set?: number;
  /** Time in ms. */
  msecs?: number;
}

/** Wire form of {@linkcode NftLast}: NFTA_LAST_*. */
export const NftLast: Attributes<NftLast> = attributes((): Shape<NftLast> => ({
  set: [1, be32],
  msecs: [2, beCount64],
}));

/** Limit on the rate. */
export interface NftLimit {
  /** Number of packets or bytes in each unit; from 2^53 a bigint. */
  rate?: number | bigint;
  /** Unit in s: 1, 60, 3600, 86400, 604800. */
  unit?: number;
  /** Burst beyond the rate. */
  burst?: number;
  /** Counted unit. */
  type?: keyof typeof NFT_LIMIT | number;
  /** `inv`: what is over the rate matches. */
  flags?: readonly (keyof typeof NFT_INV | number)[];
}

/** Wire form of {@linkcode NftLimit}: NFTA_LIMIT_*. */
export const NftLimit: Attributes<NftLimit> = attributes((): Shape<NftLimit> => ({
  rate: [1, quantity],
  unit: [2, beCount64],
  burst: [3, be32],
  type: [4, enumeration(be32, NFT_LIMIT)],
  flags: [5, mask(be32, NFT_INV)],
}));

/** Log message, or copy to a program. */
export interface NftLog {
  /** Group of NFLOG. */
  group?: number;
  /** Prefix. */
  prefix?: string;
  /** Number of bytes copied. */
  snaplen?: number;
  /** Number of packets queued before they are sent. */
  qthreshold?: number;
  /** Level in the kernel log. */
  level?: keyof typeof NFT_LOG_LEVEL | number;
  /** Additional parts of the message. */
  flags?: readonly (keyof typeof NFT_LOG_FLAG | number)[];
}

/** Wire form of {@linkcode NftLog}: NFTA_LOG_*. */
export const NftLog: Attributes<NftLog> = attributes((): Shape<NftLog> => ({
  group: [1, be16],
  prefix: [2, text],
  snaplen: [3, be32],
  qthreshold: [4, be16],
  level: [5, enumeration(be32, NFT_LOG_LEVEL)],
  flags: [6, mask(be32, NFT_LOG_FLAG)],
}));

/** Lookup in a set. */
export interface NftLookup {
  /** Set's name. */
  set?: string;
  /** Register with the key. */
  sreg?: number;
  /** Register for the data of a map; 0 for a verdict. */
  dreg?: number;
  /** Number of a set that is added in the same transaction. */
  setId?: number;
  /** `inv`: keys outside the set match. */
  flags?: readonly (keyof typeof NFT_INV | number)[];
}

/** Wire form of {@linkcode NftLookup}: NFTA_LOOKUP_*. */
export const NftLookup: Attributes<NftLookup> = attributes((): Shape<NftLookup> => ({
  set: [1, text],
  sreg: [2, be32],
  dreg: [3, be32],
  setId: [4, be32],
  flags: [5, mask(be32, NFT_INV)],
}));

/** Source address of the outgoing interface. */
export interface NftMasq {
  /** Flags. */
  flags?: readonly (keyof typeof NFT_NAT_FLAG | number)[];
  /** Register with the first port. */
  regProtoMin?: number;
  /** Register with the last port. */
  regProtoMax?: number;
}

/** Wire form of {@linkcode NftMasq}: NFTA_MASQ_*. */
export const NftMasq: Attributes<NftMasq> = attributes((): Shape<NftMasq> => ({
  flags: [1, mask(be32, NFT_NAT_FLAG)],
  regProtoMin: [2, be32],
  regProtoMax: [3, be32],
}));

/** Match of xtables. */
export interface NftMatch {
  /** Name. */
  name?: string;
  /** Revision. */
  rev?: number;
  /** Struct of the match. */
  info?: Uint8Array;
}

/** Wire form of {@linkcode NftMatch}: NFTA_MATCH_*. */
export const NftMatch: Attributes<NftMatch> = attributes((): Shape<NftMatch> => ({
  name: [1, text],
  rev: [2, be32],
  info: [3, bytes],
}));

/** Target of xtables. */
export interface NftTarget {
  /** Name. */
  name?: string;
  /** Revision. */
  rev?: number;
  /** Struct of the target. */
  info?: Uint8Array;
}

/** Wire form of {@linkcode NftTarget}: NFTA_TARGET_*. */
export const NftTarget: Attributes<NftTarget> = attributes((): Shape<NftTarget> => ({
  name: [1, text],
  rev: [2, be32],
  info: [3, bytes],
}));

/** Field beside the packet, read or written. */
export interface NftMeta {
  /** Register that is written. */
  dreg?: number;
  /** Field. */
  key?: keyof typeof NFT_META_KEY | number;
  /** Register with the field's new value. */
  sreg?: number;
}

/** Wire form of {@linkcode NftMeta}: NFTA_META_*. */
export const NftMeta: Attributes<NftMeta> = attributes((): Shape<NftMeta> => ({
  dreg: [1, be32],
  key: [2, enumeration(be32, NFT_META_KEY)],
  sreg: [3, be32],
}));

/** Translation of the source or destination. */
export interface NftNat {
  /** The translated end: `snat` the source, `dnat` the destination. */
  type?: keyof typeof NFT_NAT | number;
  /** Address family. */
  family?: Nfproto;
  /** Register with the first address. */
  regAddrMin?: number;
  /** Register with the last address. */
  regAddrMax?: number;
  /** Register with the first port. */
  regProtoMin?: number;
  /** Register with the last port. */
  regProtoMax?: number;
  /** Flags. */
  flags?: readonly (keyof typeof NFT_NAT_FLAG | number)[];
}

/** Wire form of {@linkcode NftNat}: NFTA_NAT_*. */
export const NftNat: Attributes<NftNat> = attributes((): Shape<NftNat> => ({
  type: [1, enumeration(be32, NFT_NAT)],
  family: [2, nfproto],
  regAddrMin: [3, be32],
  regAddrMax: [4, be32],
  regProtoMin: [5, be32],
  regProtoMax: [6, be32],
  flags: [7, mask(be32, NFT_NAT_FLAG)],
}));

/** Number, counted up or random. */
export interface NftNumgen {
  /** Register that is written. */
  dreg?: number;
  /** Modulus. */
  modulus?: number;
  /** Kind. */
  type?: keyof typeof NFT_NUMGEN | number;
  /** Number added to the result. */
  offset?: number;
  /** Map's name. */
  setName?: string;
  /** Map's number in the transaction. */
  setId?: number;
}

/** Wire form of {@linkcode NftNumgen}: NFTA_NG_*. */
export const NftNumgen: Attributes<NftNumgen> = attributes((): Shape<NftNumgen> => ({
  dreg: [1, be32],
  modulus: [2, be32],
  type: [3, enumeration(be32, NFT_NUMGEN)],
  offset: [4, be32],
  setName: [5, text],
  setId: [6, be32],
}));

/** Use of a stateful object. */
export interface NftObjref {
  /** Kind of object. */
  immType?: keyof typeof NFT_OBJECT | number;
  /** Object's name. */
  immName?: string;
  /** Register with the key of a map of objects. */
  setSreg?: number;
  /** Map's name. */
  setName?: string;
  /** Map's number in the transaction. */
  setId?: number;
}

/** Wire form of {@linkcode NftObjref}: NFTA_OBJREF_*. */
export const NftObjref: Attributes<NftObjref> = attributes((): Shape<NftObjref> => ({
  immType: [1, enumeration(be32, NFT_OBJECT)],
  immName: [2, text],
  setSreg: [3, be32],
  setName: [4, text],
  setId: [5, be32],
}));

/** Name of the sender's operating system. */
export interface NftOsf {
  /** Register that is written. */
  dreg?: number;
  /** Check of the TTL: 0 true, 1 loose, 2 none. */
  ttl?: number;
  /** `version`: with the version. */
  flags?: readonly (keyof typeof NFT_OSF_FLAG | number)[];
}

/** Wire form of {@linkcode NftOsf}: NFTA_OSF_*. */
export const NftOsf: Attributes<NftOsf> = attributes((): Shape<NftOsf> => ({
  dreg: [1, be32],
  ttl: [2, u8],
  flags: [3, mask(be32, NFT_OSF_FLAG)],
}));

/** Field of the packet, read or written. */
export interface NftPayload {
  /** Register that is written. */
  dreg?: number;
  /** Header. */
  base?: keyof typeof NFT_PAYLOAD | number;
  /** Offset in bytes. */
  offset?: number;
  /** Length in bytes. */
  len?: number;
  /** Register with the field's new value. */
  sreg?: number;
  /** Kind of checksum that changes too. */
  csumType?: keyof typeof NFT_PAYLOAD_CSUM | number;
  /** Offset of the checksum. */
  csumOffset?: number;
  /** Flags of the checksum. */
  csumFlags?: readonly (keyof typeof NFT_PAYLOAD_CSUM_FLAG | number)[];
}

/** Wire form of {@linkcode NftPayload}: NFTA_PAYLOAD_*. */
export const NftPayload: Attributes<NftPayload> = attributes((): Shape<NftPayload> => ({
  dreg: [1, be32],
  base: [2, enumeration(be32, NFT_PAYLOAD)],
  offset: [3, be32],
  len: [4, be32],
  sreg: [5, be32],
  csumType: [6, enumeration(be32, NFT_PAYLOAD_CSUM)],
  csumOffset: [7, be32],
  csumFlags: [8, mask(be32, NFT_PAYLOAD_CSUM_FLAG)],
}));

/** Verdict of a program. */
export interface NftQueue {
  /** First queue. */
  num?: number;
  /** Number of queues. */
  total?: number;
  /** Flags. */
  flags?: readonly (keyof typeof NFT_QUEUE_FLAG | number)[];
  /** Register with the queue's number. */
  sregQnum?: number;
}

/** Wire form of {@linkcode NftQueue}: NFTA_QUEUE_*. */
export const NftQueue: Attributes<NftQueue> = attributes((): Shape<NftQueue> => ({
  num: [1, be16],
  total: [2, be16],
  flags: [3, mask(be16, NFT_QUEUE_FLAG)],
  sregQnum: [4, be32],
}));

/** Number of bytes that may pass. */
export interface NftQuota {
  /** Number of bytes; from 2^53 a bigint. */
  bytes?: number | bigint;
  /** `inv`: what is over the number matches. */
  flags?: readonly (keyof typeof NFT_QUOTA_FLAG | number)[];
  /** Number of bytes that passed; from 2^53 a bigint. */
  consumed?: number | bigint;
}

/** Wire form of {@linkcode NftQuota}: NFTA_QUOTA_*. */
export const NftQuota: Attributes<NftQuota> = attributes((): Shape<NftQuota> => ({
  bytes: [1, quantity],
  flags: [2, mask(be32, NFT_QUOTA_FLAG)],
  consumed: [4, quantity],
}));

/** Comparison of a register with a range. */
export interface NftRange {
  /** Register that is read. */
  sreg?: number;
  /** Relation. */
  op?: keyof typeof NFT_RANGE | number;
  /** First value. */
  fromData?: NftData;
  /** Last value. */
  toData?: NftData;
}

/** Wire form of {@linkcode NftRange}: NFTA_RANGE_*. */
export const NftRange: Attributes<NftRange> = attributes((): Shape<NftRange> => ({
  sreg: [1, be32],
  op: [2, enumeration(be32, NFT_RANGE)],
  fromData: [3, NftData],
  toData: [4, NftData],
}));

/** Redirection to this machine. */
export interface NftRedir {
  /** Register with the first port. */
  regProtoMin?: number;
  /** Register with the last port. */
  regProtoMax?: number;
  /** Flags. */
  flags?: readonly (keyof typeof NFT_NAT_FLAG | number)[];
}

/** Wire form of {@linkcode NftRedir}: NFTA_REDIR_*. */
export const NftRedir: Attributes<NftRedir> = attributes((): Shape<NftRedir> => ({
  regProtoMin: [1, be32],
  regProtoMax: [2, be32],
  flags: [3, mask(be32, NFT_NAT_FLAG)],
}));

/** Refusal with an answer. */
export interface NftReject {
  /** Kind of answer. */
  type?: keyof typeof NFT_REJECT | number;
  /** ICMP code. */
  icmpCode?: number;
}

/** Wire form of {@linkcode NftReject}: NFTA_REJECT_*. */
export const NftReject: Attributes<NftReject> = attributes((): Shape<NftReject> => ({
  type: [1, enumeration(be32, NFT_REJECT)],
  icmpCode: [2, u8],
}));

/** Field of the packet's route. */
export interface NftRt {
  /** Register that is written. */
  dreg?: number;
  /** Field. */
  key?: keyof typeof NFT_RT_KEY | number;
}

/** Wire form of {@linkcode NftRt}: NFTA_RT_*. */
export const NftRt: Attributes<NftRt> = attributes((): Shape<NftRt> => ({
  dreg: [1, be32],
  key: [2, enumeration(be32, NFT_RT_KEY)],
}));

/** Field of the packet's socket. */
export interface NftSocket {
  /** Field. */
  key?: keyof typeof NFT_SOCKET_KEY | number;
  /** Register that is written. */
  dreg?: number;
  /** Level of the control group. */
  level?: number;
}

/** Wire form of {@linkcode NftSocket}: NFTA_SOCKET_*. */
export const NftSocket: Attributes<NftSocket> = attributes((): Shape<NftSocket> => ({
  key: [1, enumeration(be32, NFT_SOCKET_KEY)],
  dreg: [2, be32],
  level: [3, be32],
}));

/** Answers to TCP handshakes in place of a server. */
export interface NftSynproxy {
  /** Maximum segment size. */
  mss?: number;
  /** Window scale. */
  wscale?: number;
  /** Options in the answers. */
  flags?: readonly (keyof typeof NFT_SYNPROXY_FLAG | number)[];
}

/** Wire form of {@linkcode NftSynproxy}: NFTA_SYNPROXY_*. */
export const NftSynproxy: Attributes<NftSynproxy> = attributes((): Shape<NftSynproxy> => ({
  mss: [1, be16],
  wscale: [2, u8],
  flags: [3, mask(be32, NFT_SYNPROXY_FLAG)],
}));

/** Delivery to a local socket. */
export interface NftTproxy {
  /** Address family. */
  family?: Nfproto;
  /** Register with the address. */
  regAddr?: number;
  /** Register with the port. */
  regPort?: number;
}

/** Wire form of {@linkcode NftTproxy}: NFTA_TPROXY_*. */
export const NftTproxy: Attributes<NftTproxy> = attributes((): Shape<NftTproxy> => ({
  family: [1, nfproto],
  regAddr: [2, be32],
  regPort: [3, be32],
}));

/** Field of the packet's tunnel. */
export interface NftTunnel {
  /** Field. */
  key?: keyof typeof NFT_TUNNEL_KEY | number;
  /** Register that is written. */
  dreg?: number;
  /** Direction. */
  mode?: keyof typeof NFT_TUNNEL_MODE | number;
}

/** Wire form of {@linkcode NftTunnel}: NFTA_TUNNEL_*. */
export const NftTunnel: Attributes<NftTunnel> = attributes((): Shape<NftTunnel> => ({
  key: [1, enumeration(be32, NFT_TUNNEL_KEY)],
  dreg: [2, be32],
  mode: [3, enumeration(be32, NFT_TUNNEL_MODE)],
}));

/** Field of the packet's IPsec transformation. */
export interface NftXfrm {
  /** Register that is written. */
  dreg?: number;
  /** Field. */
  key?: keyof typeof NFT_XFRM_KEY | number;
  /** Direction. */
  dir?: keyof typeof NFT_XFRM_DIR | number;
  /** Number of the transformation, from the outermost. */
  spnum?: number;
}

/** Wire form of {@linkcode NftXfrm}: NFTA_XFRM_*. */
export const NftXfrm: Attributes<NftXfrm> = attributes((): Shape<NftXfrm> => ({
  dreg: [1, be32],
  key: [2, enumeration(be32, NFT_XFRM_KEY)],
  dir: [3, enumeration(u8, NFT_XFRM_DIR)],
  spnum: [4, be32],
}));

/** An expression: its name, and its data. */
export type NftExpression =
  | { name: "bitwise"; data: NftBitwise }
  | { name: "byteorder"; data: NftByteorder }
  | { name: "cmp"; data: NftCmp }
  | { name: "connlimit"; data: NftConnlimit }
  | { name: "counter"; data: NftCounter }
  | { name: "ct"; data: NftCt }
  | { name: "dup"; data: NftDup }
  | { name: "dynset"; data: NftDynset }
  | { name: "exthdr"; data: NftExthdr }
  | { name: "fib"; data: NftFib }
  | { name: "flow_offload"; data: NftFlowOffload }
  | { name: "fwd"; data: NftFwd }
  | { name: "hash"; data: NftHash }
  | { name: "immediate"; data: NftImmediate }
  | { name: "inner"; data: NftInner }
  | { name: "last"; data: NftLast }
  | { name: "limit"; data: NftLimit }
  | { name: "log"; data: NftLog }
  | { name: "lookup"; data: NftLookup }
  | { name: "masq"; data: NftMasq }
  | { name: "match"; data: NftMatch }
  | { name: "target"; data: NftTarget }
  | { name: "meta"; data: NftMeta }
  | { name: "nat"; data: NftNat }
  | { name: "numgen"; data: NftNumgen }
  | { name: "objref"; data: NftObjref }
  | { name: "osf"; data: NftOsf }
  | { name: "payload"; data: NftPayload }
  | { name: "queue"; data: NftQueue }
  | { name: "quota"; data: NftQuota }
  | { name: "range"; data: NftRange }
  | { name: "redir"; data: NftRedir }
  | { name: "reject"; data: NftReject }
  | { name: "rt"; data: NftRt }
  | { name: "socket"; data: NftSocket }
  | { name: "synproxy"; data: NftSynproxy }
  | { name: "tproxy"; data: NftTproxy }
  | { name: "tunnel"; data: NftTunnel }
  | { name: "xfrm"; data: NftXfrm }
  | { name: "notrack"; data?: undefined };

/** Wire form of {@linkcode NftExpression}: NFTA_EXPR_*. */
export const NftExpression: Attributes<NftExpression> = attributes((): Shape<object> => ({})).with(
  choice<NftExpression, "name", "data">("name", 1, "data", 2, {
    bitwise: NftBitwise,
    byteorder: NftByteorder,
    cmp: NftCmp,
    connlimit: NftConnlimit,
    counter: NftCounter,
    ct: NftCt,
    dup: NftDup,
    dynset: NftDynset,
    exthdr: NftExthdr,
    fib: NftFib,
    flow_offload: NftFlowOffload,
    fwd: NftFwd,
    hash: NftHash,
    immediate: NftImmediate,
    inner: NftInner,
    last: NftLast,
    limit: NftLimit,
    log: NftLog,
    lookup: NftLookup,
    masq: NftMasq,
    match: NftMatch,
    target: NftTarget,
    meta: NftMeta,
    nat: NftNat,
    numgen: NftNumgen,
    objref: NftObjref,
    osf: NftOsf,
    payload: NftPayload,
    queue: NftQueue,
    quota: NftQuota,
    range: NftRange,
    redir: NftRedir,
    reject: NftReject,
    rt: NftRt,
    socket: NftSocket,
    synproxy: NftSynproxy,
    tproxy: NftTproxy,
    tunnel: NftTunnel,
    xfrm: NftXfrm,
  }, text),
) as Attributes<NftExpression>;

/** Codec of the expressions of a rule: NFTA_LIST_ELEM. */
export const NftExpressions: Codec<readonly NftExpression[]> = listOf(1, NftExpression);
