/**
 * Lightweight tunnels: the encapsulation that a route adds to its packets, RTA_ENCAP_TYPE and RTA_ENCAP.
 *
 * Source: linux/lwtunnel.h, mpls_iptunnel.h, ila.h, seg6_iptunnel.h, seg6_local.h, rpl_iptunnel.h, ioam6_iptunnel.h, v7.1
 *
 * @module
 */
import {
  type Attributes,
  attributes,
  be16,
  be32,
  be64,
  bytes,
  choice,
  type Codec,
  count64,
  enumeration,
  expectObject,
  type Ifindex,
  ifindex,
  interfaceNameOf,
  ipv4,
  ipv6,
  mask,
  maskNames,
  maskValue,
  MISFIT,
  type Parts,
  readOnly,
  repeated,
  type Shape,
  shown,
  string,
  u16,
  u32,
  u8,
  type Writer,
} from "../../core/codec/mod.ts";
import { type RouteTable, table } from "./protocol.ts";
import { labels } from "./prefix.ts";

const LWTUNNEL_ENCAP = {
  none: 0,
  mpls: 1,
  ip: 2,
  ila: 3,
  ip6: 4,
  seg6: 5,
  bpf: 6,
  seg6_local: 7,
  rpl: 8,
  ioam6: 9,
  xfrm: 10,
} as const;

/** MPLS labels that are pushed in front of the packet. */
export interface MplsEncap {
  /** Labels, outermost first, each 0..1048575: `100/200`. */
  dst?: string;
  /** TTL of the labels, 1..255; default the packet's own. */
  ttl?: number;
}

/** Wire form of {@linkcode MplsEncap}. */
export const MplsEncap: Attributes<MplsEncap> = attributes((): Shape<MplsEncap> => ({
  dst: [1, labels],
  ttl: [2, u8],
}));

/** Numbers of {@linkcode TunnelFlag} by name. */
export const TUNNEL = {
  csum: 0x1,
  routing: 0x2,
  key: 0x4,
  seq: 0x8,
  strict: 0x10,
  rec: 0x20,
  version: 0x40,
  no_key: 0x80,
  dont_fragment: 0x100,
  oam: 0x200,
  crit_opt: 0x400,
  geneve_opt: 0x800,
  vxlan_opt: 0x1000,
  nocache: 0x2000,
  erspan_opt: 0x4000,
  gtp_opt: 0x8000,
} as const;

/** A flag of the tunnel's header. */
export type TunnelFlag = keyof typeof TUNNEL;

/** A Geneve option: a TLV in the tunnel's header. */
export interface GeneveOption {
  /** Namespace of the type, 0..65535. */
  class?: number;
  /** Type, 0..255. */
  type?: number;
  /** Data, a multiple of 4 bytes, at most 124. */
  data?: Uint8Array;
}

/** Options in a tunnel's header, of one kind of tunnel. */
export interface TunnelOptions {
  /** Geneve options, in order. */
  geneve?: readonly GeneveOption[];
  /** VXLAN's option. */
  vxlan?: {
    /** Group policy id, u32. */
    gbp?: number;
  };
  /** ERSPAN's option. */
  erspan?: ErspanOption;
}

/** Option in the header of an ERSPAN tunnel. */
export interface ErspanOption {
  /** Version: 1 has `index`, 2 has `dir` and `hwid`. */
  ver?: number;
  /** Port index, u32. Version 1. */
  index?: number;
  /** Direction of the mirrored traffic, u8. Version 2. */
  dir?: number;
  /** Hardware id, 0..63. Version 2. */
  hwid?: number;
}

const tunnelOptions: Attributes<TunnelOptions> = attributes((): Shape<TunnelOptions> => ({
  geneve: [1, repeated(1, attributes<GeneveOption>({ class: [1, be16], type: [2, u8], data: [3, bytes] }))],
  vxlan: [2, attributes<{ gbp?: number }>({ gbp: [1, u32] })],
  erspan: [3, attributes<ErspanOption>({ ver: [1, u8], index: [2, be32], dir: [3, u8], hwid: [4, u8] })],
}));

/** Tunnel metadata for an IPv4 tunnel device in external mode. */
export interface IpEncap {
  /** Key or VNI, u64. */
  id?: bigint;
  /** Address of the remote end. */
  dst?: string;
  /** Address of the own end. */
  src?: string;
  /** TTL of the outer header, 0..255. */
  ttl?: number;
  /** Type of service of the outer header, 0..255. */
  tos?: number;
  /** Flags of the tunnel's header. */
  flags?: readonly (TunnelFlag | number)[];
  /**
   * Options of the tunnel's header. Linux 6.18 built with FORTIFY_SOURCE stops at a BUG on these and keeps its RTNL
   * lock (seen on 6.18.44).
   */
  opts?: TunnelOptions;
}

/** Wire form of {@linkcode IpEncap}. */
export const IpEncap: Attributes<IpEncap> = attributes((): Shape<IpEncap> => ({
  id: [1, be64],
  dst: [2, ipv4],
  src: [3, ipv4],
  ttl: [4, u8],
  tos: [5, u8],
  flags: [6, mask(be16, TUNNEL)],
  opts: [8, tunnelOptions],
}), { pad: 7 });

/** Tunnel metadata for an IPv6 tunnel device in external mode. */
export interface Ip6Encap {
  /** Key or VNI, u64. */
  id?: bigint;
  /** Address of the remote end. */
  dst?: string;
  /** Address of the own end. */
  src?: string;
  /** Hop limit of the outer header, 0..255. */
  hoplimit?: number;
  /** Traffic class of the outer header, 0..255. */
  tc?: number;
  /** Flags of the tunnel's header. */
  flags?: readonly (TunnelFlag | number)[];
  /**
   * Options of the tunnel's header. Linux 6.18 built with FORTIFY_SOURCE stops at a BUG on these and keeps its RTNL
   * lock (seen on 6.18.44).
   */
  opts?: TunnelOptions;
}

/** Wire form of {@linkcode Ip6Encap}. */
export const Ip6Encap: Attributes<Ip6Encap> = attributes((): Shape<Ip6Encap> => ({
  id: [1, be64],
  dst: [2, ipv6],
  src: [3, ipv6],
  hoplimit: [4, u8],
  tc: [5, u8],
  flags: [6, mask(be16, TUNNEL)],
  opts: [8, tunnelOptions],
}), { pad: 7 });

/** Identifier-locator addressing (ILA): replaces the upper half of the destination address. */
export interface IlaEncap {
  /** The new upper half of the address, four 16-bit words: `2001:db8:0:1`. */
  locator?: string;
  /** Method that keeps checksums correct. */
  csumMode?: "adjust_transport" | "neutral_map" | "no_action" | "neutral_map_auto" | number;
  /** Type of the identifier, the lower half of the address. */
  identType?:
    | "iid"
    | "luid"
    | "virt_v4"
    | "virt_uni_v6"
    | "virt_multi_v6"
    | "nonlocal_addr"
    | "rsvd_1"
    | "rsvd_2"
    | "use_format"
    | number;
  /** Point at which the address is replaced. */
  hookType?: "route_output" | "route_input" | number;
}

const locator: Codec<string> = {
  name: "a locator",
  size: 8,
  decode: (from, at) => [0, 2, 4, 6].map((i) => from.view.getUint16(at + i).toString(16)).join(":"),
  encode(value, to) {
    if (typeof value !== "string" || !/^[0-9a-f]{1,4}(:[0-9a-f]{1,4}){3}$/i.test(value)) {
      to.fail(TypeError, `expected four words like "2001:db8:0:1", got ${shown(value)}`);
    }
    const at = to.grow(8);
    value.split(":").forEach((word, i) => to.view.setUint16(at + 2 * i, parseInt(word, 16)));
  },
};

/** Wire form of {@linkcode IlaEncap}. */
export const IlaEncap: Attributes<IlaEncap> = attributes((): Shape<IlaEncap> => ({
  locator: [1, locator],
  csumMode: [7, enumeration(u8, { adjust_transport: 0, neutral_map: 1, no_action: 2, neutral_map_auto: 3 })],
  identType: [
    8,
    enumeration(u8, {
      iid: 0,
      luid: 1,
      virt_v4: 2,
      virt_uni_v6: 3,
      virt_multi_v6: 4,
      nonlocal_addr: 5,
      rsvd_1: 6,
      rsvd_2: 7,
      use_format: 32,
    }),
  ],
  hookType: [9, enumeration(u8, { route_output: 0, route_input: 1 })],
}), { pad: 6 });

/** A BPF program: a request gives its file descriptor, the kernel shows its name. */
export interface BpfProgram {
  /** File descriptor of the loaded program. Input only. */
  fd?: number;
  /** Name, at most 255 bytes; the kernel requires one. */
  name?: string;
}

const bpfProgram: Attributes<BpfProgram> = attributes((): Shape<BpfProgram> => ({
  fd: [1, u32, "input"],
  name: [2, string(255)],
}));

/** BPF programs that inspect, change or redirect the packet. */
export interface BpfEncap {
  /** Program on input. */
  in?: BpfProgram;
  /** Program on output. */
  out?: BpfProgram;
  /** Program before transmission. */
  xmit?: BpfProgram;
  /** Bytes that the {@linkcode xmit} program may add in front, 0..256; the kernel does not show it. Input only. */
  xmitHeadroom?: number;
}

/** Wire form of {@linkcode BpfEncap}. */
export const BpfEncap: Attributes<BpfEncap> = attributes((): Shape<BpfEncap> => ({
  in: [1, bpfProgram],
  out: [2, bpfProgram],
  xmit: [3, bpfProgram],
  xmitHeadroom: [4, u32, "input"],
}));

/** Numbers of {@linkcode SegmentRoutingHeader["flags"]} by name. */
export const SR6_FLAG1 = { protected: 0x40, oam: 0x20, alert: 0x10 } as const, SR6_FLAG1_HMAC = 0x08;

/** An IPv6 segment routing header (SRH). */
export interface SegmentRoutingHeader {
  /** IPv6 addresses of the segments in the order of the path, 1..126. */
  segments: readonly string[];
  /** Id of the HMAC key, u32, if the header is signed. */
  hmac?: number;
  /** Tag, 0..65535. */
  tag?: number;
  /** Flags of the header, without the HMAC flag. */
  flags?: readonly (keyof typeof SR6_FLAG1 | number)[];
}

/** Method that adds the header to a packet. */
export type Seg6Mode = "inline" | "encap" | "l2encap" | "encap_red" | "l2encap_red" | number;

/** A segment routing header and the method that adds it. */
export interface Seg6Tunnel extends SegmentRoutingHeader {
  /**
   * `inline` inserts the header into the packet, `encap` adds an outer IPv6 packet, `l2encap` one around the Ethernet
   * frame; `_red` leaves out the first segment.
   */
  mode: Seg6Mode;
}

/** Segment routing over IPv6 (SRv6): adds a segment routing header to packets. */
export interface Seg6Encap {
  /** The header to add. */
  srh?: Seg6Tunnel;
  /** Source address of the outer packet. */
  src?: string;
}

const seg6Mode: Codec<Seg6Mode> = enumeration(u32, { inline: 0, encap: 1, l2encap: 2, encap_red: 3, l2encap_red: 4 });

const ROUTING_SR = 4, ROUTING_RPL = 3, SR6_TLV_HMAC = 5, HMAC_SIZE = 40, UNSPECIFIED = "::";

/**
 * struct ipv6_sr_hdr. The segments are in reverse order: the last one comes first.
 *
 *     0          1         2        3               4              5       6     8
 *     | nexthdr | hdrlen | type 4 | segments_left | last_segment | flags | tag | segments, 16 each | TLVs |
 *
 * hdrlen is the length in units of 8 bytes, without the first 8 bytes.
 */
const srh: Codec<SegmentRoutingHeader> = {
  name: "a segment routing header",
  decode(from, at, end) {
    if (end - at < 8) return MISFIT;
    const bytes = from.bytes, last = bytes[at + 4]!, behind = at + 8 + 16 * (last + 1), flags = bytes[at + 5]!;
    if (behind > end) return MISFIT;
    const segments: string[] = [];
    for (let place = behind - 16; place > at; place -= 16) {
      segments.push(ipv6.decode(from, place, place + 16, segments));
    }
    const value: SegmentRoutingHeader = { segments }, tag = from.view.getUint16(at + 6);
    const others = flags & ~SR6_FLAG1_HMAC;
    if (flags !== others && end - behind >= HMAC_SIZE) value.hmac = from.view.getUint32(end - HMAC_SIZE + 4);
    if (tag !== 0) value.tag = tag;
    if (others !== 0) value.flags = maskNames(SR6_FLAG1, others) as NonNullable<SegmentRoutingHeader["flags"]>;
    return value;
  },
  encode(value, to, owner) {
    const { segments, hmac, tag = 0, flags = [] } = value, count = segmentCount(segments, to);
    const size = 8 + 16 * count + (hmac === undefined ? 0 : HMAC_SIZE), at = to.length;
    to.append(Uint8Array.of(0, size / 8 - 1, ROUTING_SR, count - 1, count - 1));
    u8.encode(maskValue(SR6_FLAG1, flags, to) | (hmac === undefined ? 0 : SR6_FLAG1_HMAC), to, owner);
    be16.encode(tag, to, owner);
    for (const segment of segments.toReversed()) ipv6.encode(segment, to, owner);
    if (hmac === undefined) return;
    // The kernel computes the digest that follows the key's id.
    to.append(Uint8Array.of(SR6_TLV_HMAC, HMAC_SIZE - 2, 0, 0));
    be32.encode(hmac, to, owner);
    to.grow(at + size - to.length);
  },
};

function segmentCount(segments: readonly string[], to: Writer): number {
  if (!Array.isArray(segments) || segments.length === 0) {
    to.fail(TypeError, `expected "segments" with at least one address, got ${shown(segments)}`);
  }
  if (segments.length > 126) to.fail(RangeError, `a routing header holds at most 126 segments, not ${segments.length}`);
  return segments.length;
}

/**
 * struct seg6_iptunnel_encap: the mode in front of the header. In mode `inline` the kernel requires a spare last
 * segment for the packet's own destination: encode() adds it as `::`, and decode() removes it.
 */
const seg6Tunnel: Codec<Seg6Tunnel> = {
  name: "a segment routing header",
  decode(from, at, end, owner) {
    if (end - at < 4) return MISFIT;
    const mode = seg6Mode.decode(from, at, at + 4, owner), header = srh.decode(from, at + 4, end, owner);
    // decode() may return MISFIT, a symbol that its type does not show.
    if (typeof header !== "object") return MISFIT;
    const { segments } = header, spare = mode === "inline" && segments.length > 1 && segments.at(-1) === UNSPECIFIED;
    return { mode, ...header, ...(spare ? { segments: segments.slice(0, -1) } : {}) };
  },
  encode(value, to, owner) {
    if (typeof value !== "object" || value === null || value.mode === undefined) {
      to.fail(TypeError, `expected { mode, segments }, got ${shown(value)}`);
    }
    seg6Mode.encode(value.mode, to, owner);
    segmentCount(value.segments, to);
    const spare = value.mode === "inline" || value.mode === 0;
    srh.encode(spare ? { ...value, segments: [...value.segments, UNSPECIFIED] } : value, to, owner);
  },
};

/** Wire form of {@linkcode Seg6Encap}. */
export const Seg6Encap: Attributes<Seg6Encap> = attributes((): Shape<Seg6Encap> => ({
  srh: [1, seg6Tunnel],
  src: [2, ipv6],
}));

/** Numbers of {@linkcode Seg6LocalEncap["action"]} by name. */
export const SEG6_LOCAL_ACTION = {
  end: 1,
  end_x: 2,
  end_t: 3,
  end_dx2: 4,
  end_dx6: 5,
  end_dx4: 6,
  end_dt6: 7,
  end_dt4: 8,
  end_b6: 9,
  end_b6_encap: 10,
  end_bm: 11,
  end_s: 12,
  end_as: 13,
  end_am: 14,
  end_bpf: 15,
  end_dt46: 16,
} as const;

/** Flavors as bits 1 << n of SEG6_LOCAL_FLV_OP_*, which are bit numbers n. */
export const SEG6_LOCAL_FLV_OP = { psp: 2, usp: 4, usd: 8, next_csid: 16 } as const;

/** Counters of a segment, 64 bits each. */
export interface Seg6LocalCounters {
  /** Packets processed. */
  packets?: number;
  /** Bytes processed. */
  bytes?: number;
  /** Packets that could not be processed. */
  errors?: number;
}

const counterTable: Attributes<Seg6LocalCounters> = attributes((): Shape<Seg6LocalCounters> => ({
  packets: [2, count64],
  bytes: [3, count64],
  errors: [4, count64],
}), { pad: 1 });
const counters: Codec<Seg6LocalCounters> = {
  name: "counters",
  nested: true,
  decode: (from, at, end, owner) => counterTable.decode(from, at, end, owner),
  // The kernel requires all three attributes.
  encode: (value, to, owner) => counterTable.encode({ packets: 0, bytes: 0, errors: 0, ...value }, to, owner),
  walk: (from, at, end, owner, visit) => counterTable.walk!(from, at, end, owner, visit),
  attributeName: (id, owner) => counterTable.attributeName!(id, owner),
};

/** Modifications of a segment's action. */
export interface Seg6LocalFlavors {
  /** Penultimate segment pop, ultimate segment pop, decapsulation, compressed segment lists. */
  operation?: readonly (keyof typeof SEG6_LOCAL_FLV_OP | number)[];
  /** Length of the locator block in bits, for `next_csid`. */
  lcblockBits?: number;
  /** Length of the locator's node and function in bits, for `next_csid`. */
  lcnodeFnBits?: number;
}

/** A BPF program that is a segment's action. */
export interface Seg6LocalProgram {
  /** File descriptor in a request, the program's id in a reply. */
  prog?: number;
  /** Name of the program. */
  progName?: string;
}

/** A local SRv6 segment: the action that this machine takes on packets for it. */
export interface Seg6LocalEncap {
  /** The action. */
  action?: keyof typeof SEG6_LOCAL_ACTION | number;
  /** Header to push, for `end_b6` and `end_b6_encap`. */
  srh?: SegmentRoutingHeader;
  /** Routing table for the lookup, for `end_t` and `end_dt6`. */
  table?: RouteTable;
  /** IPv4 next hop. */
  nh4?: string;
  /** IPv6 next hop. */
  nh6?: string;
  /** Index of the interface that packets come from. */
  iif?: Ifindex;
  /** Name of the interface `iif`. Read-only. */
  iifDev?: string;
  /** Index of the interface that packets go to. */
  oif?: Ifindex;
  /** Name of the interface `oif`. Read-only. */
  oifDev?: string;
  /** BPF program, for `end_bpf`. */
  bpf?: Seg6LocalProgram;
  /** Routing table of a VRF, for `end_dt4`, `end_dt6` and `end_dt46`. */
  vrftable?: RouteTable;
  /** Counters. If given in a request, the kernel counts from 0, whatever their values. */
  counters?: Seg6LocalCounters;
  /** Modifications of the action. */
  flavors?: Seg6LocalFlavors;
}

/** Wire form of {@linkcode Seg6LocalEncap}. */
export const Seg6LocalEncap: Attributes<Seg6LocalEncap> = attributes((): Shape<Seg6LocalEncap> => ({
  action: [1, enumeration(u32, SEG6_LOCAL_ACTION)],
  srh: [2, srh],
  table: [3, table],
  nh4: [4, ipv4],
  nh6: [5, ipv6],
  iif: [6, ifindex],
  iifDev: interfaceNameOf("iif", readOnly),
  oif: [7, ifindex],
  oifDev: interfaceNameOf("oif", readOnly),
  bpf: [8, attributes<Seg6LocalProgram>({ prog: [1, u32], progName: [2, string(255)] })],
  vrftable: [9, table],
  counters: [10, counters],
  flavors: [
    11,
    attributes<Seg6LocalFlavors>({
      operation: [1, mask(u32, SEG6_LOCAL_FLV_OP)],
      lcblockBits: [2, u8],
      lcnodeFnBits: [3, u8],
    }),
  ],
}));

/** RPL source routing: adds a source routing header to packets. */
export interface RplEncap {
  /** The header to add. */
  srh?: RplHeader;
}

/** An RPL source routing header (RFC 6554). */
export interface RplHeader {
  /** IPv6 addresses of the segments in the order of the path, 1..126. */
  segments: readonly string[];
}

/**
 * struct ipv6_rpl_sr_hdr, without compression.
 *
 *     0          1         2        3               4               8
 *     | nexthdr | hdrlen | type 3 | segments_left | cmpr, pad: 0 | segments, 16 each |
 */
const rplHeader: Codec<RplHeader> = {
  name: "a source routing header",
  decode(from, at, end) {
    if (end - at < 8 || from.bytes[at + 4] !== 0 || (end - at - 8) % 16 !== 0) return MISFIT;
    const segments: string[] = [];
    for (let place = at + 8; place < end; place += 16) segments.push(ipv6.decode(from, place, place + 16, segments));
    return { segments };
  },
  encode(value, to, owner) {
    expectObject(value, to, "{ segments }");
    const count = segmentCount(value.segments, to);
    to.append(Uint8Array.of(0, 2 * count, ROUTING_RPL, count, 0, 0, 0, 0));
    for (const segment of value.segments) ipv6.encode(segment, to, owner);
  },
};

/** Wire form of {@linkcode RplEncap}. */
export const RplEncap: Attributes<RplEncap> = attributes((): Shape<RplEncap> => ({ srh: [1, rplHeader] }));

/** Trace option of IOAM: the data that nodes on the path add to a packet. */
export interface Ioam6Trace {
  /** IOAM namespace, 0..65535. */
  namespaceId?: number;
  /** Data that each node adds: a mask of 24 bits; 0x800000 is hop limit and node id. */
  type?: number;
  /** Space for data, in units of 4 bytes, 1..61. */
  remlen?: number;
  /** Length of the data that one node adds, in units of 4 bytes; the kernel computes it. Read-only. */
  nodelen?: number;
}

/** In-situ operations, administration and maintenance (IOAM): packets collect telemetry on their way. */
export interface Ioam6Encap {
  /**
   * `inline` inserts the option into the packet, `encap` adds an outer packet, `auto` inserts it into packets of this
   * machine and encapsulates forwarded ones.
   */
  mode?: "inline" | "encap" | "auto" | number;
  /** Destination of the outer packet. */
  dst?: string;
  /** Source of the outer packet. */
  src?: string;
  /** The trace option. */
  trace?: Ioam6Trace;
  /** The kernel traces this many packets out of {@linkcode freqN}. */
  freqK?: number;
  /** Number of packets that {@linkcode freqK} refers to, 1..1000000. */
  freqN?: number;
}

/**
 * struct ioam6_trace_hdr.
 *
 *     0              2                                     3          4
 *     | namespace_id | nodelen (5) | overflow (1) | - (2) | remlen | type (24) | - |
 */
const trace: Codec<Ioam6Trace> = {
  name: "a trace header",
  size: 8,
  decode: (from, at) => ({
    namespaceId: from.view.getUint16(at),
    type: from.view.getUint32(at + 4) >>> 8,
    remlen: from.bytes[at + 3]! & 0x7f,
    nodelen: from.bytes[at + 2]! >> 3,
  }),
  encode(value, to, owner) {
    expectObject(value, to);
    const { namespaceId = 0, type = 0, remlen = 0 } = value;
    be16.encode(namespaceId, to, owner);
    to.grow(1);
    u8.encode(remlen, to, owner);
    if (!(type <= 0xffffff)) to.fail(RangeError, `expected a type 0..0xffffff, got ${shown(type)}`);
    be32.encode(type * 256, to, owner);
  },
};

/** Wire form of {@linkcode Ioam6Encap}. */
export const Ioam6Encap: Attributes<Ioam6Encap> = attributes((): Shape<Ioam6Encap> => ({
  mode: [1, enumeration(u8, { inline: 1, encap: 2, auto: 3 })],
  dst: [2, ipv6],
  src: [6, ipv6],
  trace: [3, trace],
  freqK: [4, u32],
  freqN: [5, u32],
}));

/** Sends packets through the policies of an xfrm interface. */
export interface XfrmEncap {
  /** Interface id of the policies, u32. */
  ifId?: number;
  /** Index of the underlying interface. */
  link?: Ifindex;
  /** Name of the underlying interface. Read-only. */
  linkDev?: string;
}

/** Wire form of {@linkcode XfrmEncap}. */
export const XfrmEncap: Attributes<XfrmEncap> = attributes((): Shape<XfrmEncap> => ({
  ifId: [1, u32],
  link: [2, ifindex],
  linkDev: interfaceNameOf("link", readOnly),
}));

/** Encapsulation of a route or next hop: `encapType` selects the type of `encap`. */
export type Encap =
  | { encapType: "mpls"; encap?: MplsEncap }
  | { encapType: "ip"; encap?: IpEncap }
  | { encapType: "ila"; encap?: IlaEncap }
  | { encapType: "ip6"; encap?: Ip6Encap }
  | { encapType: "seg6"; encap?: Seg6Encap }
  | { encapType: "bpf"; encap?: BpfEncap }
  | { encapType: "seg6_local"; encap?: Seg6LocalEncap }
  | { encapType: "rpl"; encap?: RplEncap }
  | { encapType: "ioam6"; encap?: Ioam6Encap }
  | { encapType: "xfrm"; encap?: XfrmEncap }
  | { encapType?: "none" | number; encap?: Uint8Array };

/** Returns the codec of the two attributes, which have different ids in routes and in next hops. */
export function encap(typeId: number, id: number): Parts<Encap> {
  return choice<Encap, "encapType", "encap">("encapType", typeId, "encap", id, {
    mpls: MplsEncap,
    ip: IpEncap,
    ila: IlaEncap,
    ip6: Ip6Encap,
    seg6: Seg6Encap,
    bpf: BpfEncap,
    seg6_local: Seg6LocalEncap,
    rpl: RplEncap,
    ioam6: Ioam6Encap,
    xfrm: XfrmEncap,
  }, enumeration(u16, LWTUNNEL_ENCAP));
}
