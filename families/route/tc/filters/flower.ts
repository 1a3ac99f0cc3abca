/**
 * The filter `flower`, which matches fields of packets. TCA_FLOWER_*.
 *
 * A key and its mask are one text: `{ ipv4Dst: "10.0.0.0/8", ipProto: "tcp", tcpDst: "443" }`.
 *
 * Source: linux/pkt_cls.h TCA_FLOWER_*, net/sched/cls_flower.c, v7.1
 *
 * @module
 */
import {
  type AnyCodec,
  type Attributes,
  attributes,
  be16,
  be32,
  bool,
  type Codec,
  HEADER_ONLY,
  listOf,
  mask,
  readOnly,
  type Shape,
  shown,
  string,
  u16,
  u32,
  u8,
} from "../../../../core/codec/mod.ts";
import { type Action, Actions } from "../action.ts";
import { type Handle, handleUnless0 } from "../handle.ts";
import { ETH_P, type EtherType, etherType, etherTypeNumber, IP_PROTO, type IpProto, ipProto } from "../names.ts";
import { TcTunnelOptions } from "../tunnel.ts";
import {
  be16Masked,
  be32Masked,
  bitsMasked,
  hexMasked,
  ipv4Masked,
  ipv6Masked,
  macMasked,
  type Masked,
  u16Masked,
  u32Masked,
  u8Masked,
} from "./masked.ts";
import { type Fields, view } from "./view.ts";

/** Numbers of the flags of filters: whether they are in hardware. */
export const CLS_FLAGS = { skip_hw: 1, skip_sw: 2, in_hw: 4, not_in_hw: 8, verbose: 16 } as const;

/** A flag of a filter; `in_hw` and `not_in_hw` are the kernel's, and are not sent. */
export type ClsFlag = keyof typeof CLS_FLAGS;

/** A codec of the flags of a filter. */
export type ClsFlags = Codec<readonly (ClsFlag | number)[], readonly (ClsFlag | number)[] | number>;

const allClsFlags: ClsFlags = mask(u32, CLS_FLAGS);

/** Codec of the flags of a filter. The kernel refuses those that it sets itself, so they are not sent. */
export const clsFlags: ClsFlags = {
  ...allClsFlags,
  encode(value, to, owner) {
    const at = to.length;
    allClsFlags.encode(value, to, owner);
    const sent = to.view.getUint32(at, true) & ~(to.everything ? 0 : CLS_FLAGS.in_hw | CLS_FLAGS.not_in_hw);
    to.view.setUint32(at, sent, true);
    return sent === 0 && !to.everything ? HEADER_ONLY : undefined;
  },
};

/** Bits of the state of a connection, as `tc` names them. */
export const CT_STATE = { new: 1, est: 2, rel: 4, trk: 8, inv: 16, rpl: 32 } as const;

/** Bits of fragments and tunnels. */
export const FLOWER_KEY_FLAGS = {
  is_fragment: 1,
  frag_is_first: 2,
  tunnel_csum: 4,
  tunnel_dont_fragment: 8,
  tunnel_oam: 16,
  tunnel_crit_opt: 32,
} as const;

/** An entry of a stack of labels. */
export interface MplsLse {
  /** Its place, 1..7; 1 is the outermost. */
  depth?: number;
  /** TTL. */
  ttl?: number;
  /** 1 if it is the last. */
  bos?: number;
  /** Traffic class, 0..7. */
  tc?: number;
  /** The label. */
  label?: number;
}

/** Wire form of {@linkcode MplsLse}. */
export const MplsLse: Attributes<MplsLse> = attributes((): Shape<MplsLse> => ({
  depth: [1, u8],
  ttl: [2, u8],
  bos: [3, u8],
  tc: [4, u8],
  label: [5, u32],
}));

/** Fields of packets of connectivity fault management. */
export interface CfmKey {
  /** Level of the maintenance domain, 0..7. */
  mdLevel?: number;
  /** Type of message. */
  opcode?: number;
}

/** Wire form of {@linkcode CfmKey}. */
export const CfmKey: Attributes<CfmKey> = attributes((): Shape<CfmKey> => ({ mdLevel: [1, u8], opcode: [2, u8] }));

/**
 * Options of the filter `flower`. Texts are a value, with a mask behind a slash unless all bits count: an address with
 * the length of a prefix, a number with a mask.
 */
export interface FlowerOptions {
  /** The class for the packets: `1:10`. */
  classid?: string;
  /** The interface that packets came in by. */
  indev?: string;
  /** Actions on the packets that match, in their order. */
  act?: readonly Action[];
  /** Flags: whether the filter is in hardware. */
  flags?: readonly (ClsFlag | number)[];
  /** Number of devices that have the filter. Read-only. */
  inHwCount?: number;
  /** Destination address of frames. */
  ethDst?: string;
  /** Source address of frames. */
  ethSrc?: string;
  /** Type of packets; the filter's protocol when absent. */
  ethType?: EtherType;
  /** Protocol over IP. */
  ipProto?: IpProto;
  /** TOS and traffic class. */
  ipTos?: string;
  /** TTL and hop limit. */
  ipTtl?: string;
  /** IPv4 source. */
  ipv4Src?: string;
  /** IPv4 destination. */
  ipv4Dst?: string;
  /** IPv6 source. */
  ipv6Src?: string;
  /** IPv6 destination. */
  ipv6Dst?: string;
  /** TCP source port, or a range: `80-90`. */
  tcpSrc?: string;
  /** TCP destination port, or a range. */
  tcpDst?: string;
  /** TCP flags: `0x2/0x12`. */
  tcpFlags?: string;
  /** UDP source port, or a range. */
  udpSrc?: string;
  /** UDP destination port, or a range. */
  udpDst?: string;
  /** SCTP source port, or a range. */
  sctpSrc?: string;
  /** SCTP destination port, or a range. */
  sctpDst?: string;
  /** Type of ICMP messages. */
  icmpv4Type?: string;
  /** Code of ICMP messages. */
  icmpv4Code?: string;
  /** Type of ICMPv6 messages. */
  icmpv6Type?: string;
  /** Code of ICMPv6 messages. */
  icmpv6Code?: string;
  /** ARP: IP address of the sender. */
  arpSip?: string;
  /** ARP: IP address that is asked for. */
  arpTip?: string;
  /** ARP: operation, 1 a request, 2 a reply. */
  arpOp?: string;
  /** ARP: Ethernet address of the sender. */
  arpSha?: string;
  /** ARP: Ethernet address that is asked for. */
  arpTha?: string;
  /** Number of the outer VLAN. */
  vlanId?: number;
  /** Priority in the outer tag. */
  vlanPrio?: number;
  /** Type behind the outer tag. */
  vlanEthType?: EtherType;
  /** Number of the inner VLAN. */
  cvlanId?: number;
  /** Priority in the inner tag. */
  cvlanPrio?: number;
  /** Type behind the inner tag. */
  cvlanEthType?: EtherType;
  /** Number of tags. */
  numOfVlans?: number;
  /** TTL of the first label. */
  mplsTtl?: number;
  /** 1 if the first label is the last. */
  mplsBos?: number;
  /** Traffic class of the first label. */
  mplsTc?: number;
  /** The first label. */
  mplsLabel?: number;
  /** Entries of the stack of labels; excludes the fields of the first label. */
  mplsOpts?: readonly MplsLse[];
  /** Bits of fragments: `+is_fragment-frag_is_first`. */
  keyFlags?: string;
  /** State of the connection: `+trk+est-new`. */
  ctState?: string;
  /** Zone of the connection. */
  ctZone?: string;
  /** Mark of the connection. */
  ctMark?: string;
  /** Labels of the connection: 32 hexadecimal digits. */
  ctLabels?: string;
  /** Tunnel: key or network identifier. */
  encKeyId?: number;
  /** Tunnel: IPv4 source. */
  encIpv4Src?: string;
  /** Tunnel: IPv4 destination. */
  encIpv4Dst?: string;
  /** Tunnel: IPv6 source. */
  encIpv6Src?: string;
  /** Tunnel: IPv6 destination. */
  encIpv6Dst?: string;
  /** Tunnel: UDP source port. */
  encUdpSrcPort?: string;
  /** Tunnel: UDP destination port. */
  encUdpDstPort?: string;
  /** Tunnel: TOS. */
  encIpTos?: string;
  /** Tunnel: TTL. */
  encIpTtl?: string;
  /** Tunnel: options. */
  encOpts?: TcTunnelOptions;
  /** Tunnel: the bits of the options that count; all when absent. */
  encOptsMask?: TcTunnelOptions;
  /** Tunnel: bits such as `+tunnel_csum-tunnel_oam`. */
  encFlags?: string;
  /** Hash of the packet. */
  hash?: string;
  /** Session of PPPoE. */
  pppoeSid?: number;
  /** Protocol over PPP. */
  pppProto?: number;
  /** Session of L2TPv3. */
  l2tpv3Sid?: number;
  /** True for packets whose destination a bridge did not know. */
  l2Miss?: boolean;
  /** Fields of connectivity fault management. */
  cfm?: CfmKey;
  /** Security parameters index. */
  spi?: string;
  /** Source ports, if the protocol is none with ports of its own name: `80-90`. */
  portSrc?: string;
  /** Destination ports, likewise. */
  portDst?: string;
}

const ctState = bitsMasked(u16, CT_STATE), keyFlags = bitsMasked(be32, FLOWER_KEY_FLAGS);

/** Names of the keys with a mask. */
export type MaskedKey =
  | "ethDst"
  | "ethSrc"
  | "ipTos"
  | "ipTtl"
  | "ipv4Src"
  | "ipv4Dst"
  | "ipv6Src"
  | "ipv6Dst"
  | "tcpSrc"
  | "tcpDst"
  | "tcpFlags"
  | "udpSrc"
  | "udpDst"
  | "sctpSrc"
  | "sctpDst"
  | "icmpv4Type"
  | "icmpv4Code"
  | "icmpv6Type"
  | "icmpv6Code"
  | "arpSip"
  | "arpTip"
  | "arpOp"
  | "arpSha"
  | "arpTha"
  | "keyFlags"
  | "ctState"
  | "ctZone"
  | "ctMark"
  | "ctLabels"
  | "encIpv4Src"
  | "encIpv4Dst"
  | "encIpv6Src"
  | "encIpv6Dst"
  | "encUdpSrcPort"
  | "encUdpDstPort"
  | "encIpTos"
  | "encIpTtl"
  | "encFlags"
  | "hash"
  | "spi";

/** Keys with a mask: the type, the number of the key and of the mask. */
const MASKED: Readonly<Record<MaskedKey, readonly [type: Masked, key: number, mask: number]>> = {
  ethDst: [macMasked, 4, 5],
  ethSrc: [macMasked, 6, 7],
  ipTos: [u8Masked, 73, 74],
  ipTtl: [u8Masked, 75, 76],
  ipv4Src: [ipv4Masked, 10, 11],
  ipv4Dst: [ipv4Masked, 12, 13],
  ipv6Src: [ipv6Masked, 14, 15],
  ipv6Dst: [ipv6Masked, 16, 17],
  tcpSrc: [be16Masked, 18, 35],
  tcpDst: [be16Masked, 19, 36],
  tcpFlags: [be16Masked, 71, 72],
  udpSrc: [be16Masked, 20, 37],
  udpDst: [be16Masked, 21, 38],
  sctpSrc: [be16Masked, 41, 39],
  sctpDst: [be16Masked, 42, 40],
  icmpv4Type: [u8Masked, 51, 52],
  icmpv4Code: [u8Masked, 49, 50],
  icmpv6Type: [u8Masked, 55, 56],
  icmpv6Code: [u8Masked, 53, 54],
  arpSip: [ipv4Masked, 57, 58],
  arpTip: [ipv4Masked, 59, 60],
  arpOp: [u8Masked, 61, 62],
  arpSha: [macMasked, 63, 64],
  arpTha: [macMasked, 65, 66],
  keyFlags: [keyFlags, 47, 48],
  ctState: [ctState, 91, 92],
  ctZone: [u16Masked, 93, 94],
  ctMark: [u32Masked, 95, 96],
  ctLabels: [hexMasked(16), 97, 98],
  encIpv4Src: [ipv4Masked, 27, 28],
  encIpv4Dst: [ipv4Masked, 29, 30],
  encIpv6Src: [ipv6Masked, 31, 32],
  encIpv6Dst: [ipv6Masked, 33, 34],
  encUdpSrcPort: [be16Masked, 43, 44],
  encUdpDstPort: [be16Masked, 45, 46],
  encIpTos: [u8Masked, 80, 81],
  encIpTtl: [u8Masked, 82, 83],
  encFlags: [keyFlags, 110, 111],
  hash: [u32Masked, 100, 101],
  spi: [be32Masked, 108, 109],
};

/** Keys that are a range of ports. */
const RANGES: ReadonlySet<string> = new Set(["portSrc", "portDst"]);

/** The attributes of the filter `flower`: keys with a mask have two. */
export type FlowerAttributes =
  & Omit<FlowerOptions, MaskedKey | "portSrc" | "portDst">
  & { [K in MaskedKey | `${MaskedKey}Mask`]?: unknown }
  & { [K in "portSrcMin" | "portSrcMax" | "portDstMin" | "portDstMax"]?: number };

const maskedShape: Record<string, readonly [number, AnyCodec]> = {};
for (const [name, [{ codec }, key, maskId]] of Object.entries(MASKED)) {
  maskedShape[name] = [key, codec];
  maskedShape[`${name}Mask`] = [maskId, codec];
}

/** Wire form of {@linkcode FlowerAttributes}. */
export const FlowerAttributes: Attributes<FlowerAttributes> = attributes((): Shape<FlowerAttributes> => ({
  classid: [1, handleUnless0() as Codec<string, Handle>],
  indev: [2, string(15)],
  flags: [22, clsFlags],
  inHwCount: [86, u32, readOnly],
  ethType: [8, etherType],
  ipProto: [9, ipProto],
  ...maskedShape as unknown as Pick<Shape<FlowerAttributes>, MaskedKey | `${MaskedKey}Mask`>,
  portSrcMin: [87, be16],
  portSrcMax: [88, be16],
  portDstMin: [89, be16],
  portDstMax: [90, be16],
  vlanId: [23, u16],
  vlanPrio: [24, u8],
  vlanEthType: [25, etherType],
  cvlanId: [77, u16],
  cvlanPrio: [78, u8],
  cvlanEthType: [79, etherType],
  numOfVlans: [102, u8],
  mplsTtl: [67, u8],
  mplsBos: [68, u8],
  mplsTc: [69, u8],
  mplsLabel: [70, u32],
  mplsOpts: [99, listOf(1, MplsLse)],
  encKeyId: [26, be32],
  encOpts: [84, TcTunnelOptions],
  encOptsMask: [85, TcTunnelOptions],
  pppoeSid: [103, be16],
  pppProto: [104, be16],
  l2tpv3Sid: [105, be32],
  l2Miss: [106, bool(u8)],
  cfm: [107, CfmKey],
  act: [3, Actions],
} as Shape<FlowerAttributes>));

const PORTS: ReadonlySet<unknown> = new Set(["tcp", "udp", "sctp"]);

/** Returns the options that users see for the attributes. */
function seen(fields: Fields): Fields {
  const options: Fields = {}, proto = fields["ipProto"], own = PORTS.has(proto) ? proto as string : "port";
  for (const name in fields) {
    if (Object.hasOwn(MASKED, name)) {
      const maskedBy = fields[`${name}Mask`];
      options[name] = MASKED[name as MaskedKey][0].text(fields[name] as never, maskedBy as never);
    } else if (name === "portSrcMin" || name === "portDstMin") {
      const side = name.slice(4, 7);
      options[`${own}${side}`] = `${String(fields[name])}-${String(fields[`port${side}Max`])}`;
    } else if (!name.endsWith("Mask") || name === "encOptsMask") {
      if (name !== "portSrcMax" && name !== "portDstMax") options[name] = fields[name];
    }
  }
  for (const symbol of Object.getOwnPropertySymbols(fields)) {
    Object.defineProperty(options, symbol, { value: (fields as never)[symbol], enumerable: true, writable: true });
  }
  return options;
}

/** For keys that the kernel ignores otherwise: the type of packets and the protocol over IP that they need. */
const NEEDS: readonly (readonly [keys: RegExp, field: "ethType" | "ipProto", values: readonly string[]])[] = [
  [/^tcp(Src|Dst|Flags)$/, "ipProto", ["tcp"]],
  [/^udp(Src|Dst)$/, "ipProto", ["udp"]],
  [/^sctp(Src|Dst)$/, "ipProto", ["sctp"]],
  [/^port(Src|Dst)/, "ipProto", ["tcp", "udp", "sctp"]],
  [/^icmpv4/, "ipProto", ["icmp"]],
  [/^icmpv6/, "ipProto", ["icmpv6"]],
  [/^l2tpv3/, "ipProto", ["l2tp"]],
  [/^spi$/, "ipProto", ["esp", "ah", "udp"]],
  [/^(ipProto|ipTos|ipTtl)$/, "ethType", ["ip", "ipv6"]],
  [/^ipv4/, "ethType", ["ip"]],
  [/^ipv6/, "ethType", ["ipv6"]],
  [/^arp/, "ethType", ["arp", "rarp"]],
  [/^mpls/, "ethType", ["mpls_uc", "mpls_mc"]],
  [/^(pppoeSid|pppProto)$/, "ethType", ["ppp_ses"]],
  [/^cfm$/, "ethType", ["cfm"]],
];

/** Returns the number that a name stands for. */
function numberIn(names: Readonly<Record<string, number>>, value: unknown): unknown {
  return typeof value === "string" && Object.hasOwn(names, value) ? names[value] : value;
}

const VLAN_KEYS = ["vlanId", "vlanPrio", "vlanEthType", "cvlanId", "cvlanPrio", "cvlanEthType", "numOfVlans"];
const TAGS: ReadonlySet<unknown> = new Set([ETH_P["8021q"], ETH_P["8021ad"]]);

/** Options of the filter `flower`, as users see them. */
export const Flower: Codec<FlowerOptions> = view<FlowerOptions>(FlowerAttributes as AnyCodec, {
  seen,
  sent(given, fail, owner) {
    const fields: Fields = {};
    for (const [name, value] of Object.entries(given)) {
      if (value === undefined) continue;
      const range = typeof value === "string" ? /^(\d+)-(\d+)$/.exec(value) : null;
      const port = /^(tcp|udp|sctp|port)(Src|Dst)$/.exec(name);
      if (port !== null && range !== null) {
        const [, low, high] = range;
        if (Number(low) >= Number(high)) fail(name, `expected a range like "80-90", got ${shown(value)}`);
        fields[`port${port[2]}Min`] = Number(low);
        fields[`port${port[2]}Max`] = Number(high);
      } else if (RANGES.has(name)) {
        fail(name, `expected a range like "80-90", got ${shown(value)}`);
      } else if (Object.hasOwn(MASKED, name)) {
        const [one, maskedBy] = MASKED[name as MaskedKey][0].parse(value, (why) => fail(name, why));
        fields[name] = one;
        if (maskedBy !== undefined) fields[`${name}Mask`] = maskedBy;
      } else if (Object.hasOwn(MASKED, name.replace(/Mask$/, ""))) {
        fail(name, `belongs in ${name.replace(/Mask$/, "")}, behind a slash`);
      } else fields[name] = value;
    }
    if (!("protocol" in owner)) return fields;
    const protocol = etherTypeNumber(owner["protocol"]), tagged = VLAN_KEYS.some((key) => fields[key] !== undefined);
    // The kernel lists the type behind the tags, and wants that of the outer tag.
    if (protocol !== undefined && protocol !== ETH_P.all && (fields["ethType"] === undefined || tagged)) {
      fields["ethType"] = owner["protocol"];
    }
    check(fields, fail);
    return fields;
  },
});

/** Throws for keys that the kernel would acknowledge and ignore. */
function check(fields: Fields, fail: (field: string, why: string) => never): void {
  const first = etherTypeNumber(fields["ethType"]);
  const inner = [fields["vlanEthType"], fields["cvlanEthType"]].map(etherTypeNumber);
  const type = inner[1] ?? inner[0] ?? first, proto = numberIn(IP_PROTO, fields["ipProto"]);
  for (const name of Object.keys(fields)) {
    if (VLAN_KEYS.includes(name) && name !== "numOfVlans" && !TAGS.has(first)) {
      fail(name, `needs the filter's protocol "8021q" or "8021ad": the kernel would ignore it`);
    }
    const need = NEEDS.find(([keys]) => keys.test(name));
    if (need === undefined) continue;
    const [, field, values] = need, has = field === "ethType" ? type : proto;
    const names: Readonly<Record<string, number>> = field === "ethType" ? ETH_P : IP_PROTO;
    if (values.some((value) => names[value] === has)) continue;
    const wanted = values.map((value) => JSON.stringify(value)).join(" or ");
    const where = field === "ethType" ? "the filter's protocol" : field;
    fail(name.replace(/^port(Src|Dst)M(in|ax)$/, "port$1"), `needs ${where} ${wanted}: the kernel would ignore it`);
  }
}
