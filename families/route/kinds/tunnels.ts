/**
 * Tunnels: gre and its relatives, ipip, sit, ip6tnl, vti, vxlan, geneve, bareudp, gtp, amt, xfrm.
 *
 * Ports, keys and labels are numbers as people write them; 0 for an address or an interface is any.
 *
 * Source: linux/if_tunnel.h, linux/ip6_tunnel.h, linux/if_link.h, linux/amt.h, v7.2
 *
 * @module
 */
import {
  type Attributes,
  attributes,
  be16,
  be32,
  type Codec,
  enumeration,
  flag,
  HEADER_ONLY,
  hex,
  type Ifindex,
  ifindex,
  interfaceNameOf,
  ipv4,
  ipv6,
  mask,
  readOnly,
  type Shape,
  struct,
  u16,
  u32,
  u8,
} from "../../../core/codec/mod.ts";
import { byteOrFlag, TUNNEL_ENCAP, TUNNEL_ENCAP_FLAG, type TunnelEncap, type TunnelEncapFlag } from "./shared.ts";

type Address = Codec<string, string | Uint8Array>;

/** GRE_*, in network order. */
export const GRE = { csum: 0x8000, routing: 0x4000, key: 0x2000, seq: 0x1000, strict: 0x0800, ack: 0x0080 } as const;
/** A field that packets of GRE have. */
export type GreFlag = keyof typeof GRE;

/** Numbers of {@linkcode Ip6TunnelFlag} by name. */
export const IP6_TNL_F = {
  ign_encap_limit: 0x1,
  use_orig_tclass: 0x2,
  use_orig_flowlabel: 0x4,
  mip6_dev: 0x8,
  rcv_dscp_copy: 0x10,
  use_orig_fwmark: 0x20,
  allow_local_remote: 0x40,
  cap_xmit: 0x10000,
  cap_rcv: 0x20000,
  cap_per_packet: 0x40000,
} as const;
/** A property of a tunnel over IPv6; the `cap_` ones are the kernel's own finding. */
export type Ip6TunnelFlag = keyof typeof IP6_TNL_F;

/** How a tunnel is wrapped once more, in UDP. */
export interface TunnelWrapping {
  /** How it is wrapped once more. */
  encapType?: TunnelEncap;
  /** Checksums of the wrapping. */
  encapFlags?: readonly (TunnelEncapFlag | number)[];
  /** UDP source port of the wrapping; 0 is by flow. */
  encapSport?: number;
  /** UDP destination port of the wrapping. */
  encapDport?: number;
}

/** A tunnel of GRE: gre, gretap and erspan over IPv4, ip6gre, ip6gretap and ip6erspan over IPv6. */
export interface Gre extends TunnelWrapping {
  /** Index of the link that its packets leave through. */
  link?: Ifindex;
  /** Its name. Read-only. */
  linkDev?: string;
  /** Fields that incoming packets have. */
  iflags?: readonly (GreFlag | number)[];
  /** Fields that outgoing packets have. */
  oflags?: readonly (GreFlag | number)[];
  /** Key of incoming packets; counts with `key` in `iflags`. */
  ikey?: number;
  /** Key of outgoing packets; counts with `key` in `oflags`. */
  okey?: number;
  /** Own address. */
  local?: string;
  /** Address of the other end. */
  remote?: string;
  /** TTL or hop limit; 0 is that of the packet inside. */
  ttl?: number;
  /** TOS; 1 is that of the packet inside. Over IPv4. */
  tos?: number;
  /** Whether the path's MTU is found out. Over IPv4. */
  pmtudisc?: number;
  /** How often packets may be wrapped, 0..255. Over IPv6. */
  encapLimit?: number;
  /** Traffic class and flow label, 28 bits. Over IPv6. */
  flowinfo?: number;
  /** Further properties. Over IPv6. */
  flags?: readonly (Ip6TunnelFlag | number)[];
  /** Each packet says where it goes: addresses and keys come from routes or tc. */
  collectMetadata?: true;
  /** Whether DF of the packet inside is passed over. Over IPv4. */
  ignoreDf?: number;
  /** Mark of its packets. */
  fwmark?: number;
  /** ERSPAN version 1: index 0..1048575. */
  erspanIndex?: number;
  /** ERSPAN version 0..2. */
  erspanVer?: number;
  /** ERSPAN version 2: direction, 0 in, 1 out. */
  erspanDir?: number;
  /** ERSPAN version 2: hardware, 0..63. */
  erspanHwid?: number;
}

const gre = (address: Address): Attributes<Gre> =>
  attributes<Gre>({
    link: [1, ifindex],
    linkDev: interfaceNameOf("link", readOnly),
    iflags: [2, mask(be16, GRE)],
    oflags: [3, mask(be16, GRE)],
    ikey: [4, be32],
    okey: [5, be32],
    local: [6, address],
    remote: [7, address],
    ttl: [8, u8],
    tos: [9, u8],
    pmtudisc: [10, u8],
    encapLimit: [11, u8],
    flowinfo: [12, be32],
    flags: [13, mask(u32, IP6_TNL_F)],
    encapType: [14, enumeration(u16, TUNNEL_ENCAP)],
    encapFlags: [15, mask(u16, TUNNEL_ENCAP_FLAG)],
    encapSport: [16, be16],
    encapDport: [17, be16],
    collectMetadata: [18, flag],
    ignoreDf: [19, u8],
    fwmark: [20, u32],
    erspanIndex: [21, u32],
    erspanVer: [22, u8],
    erspanDir: [23, u8],
    erspanHwid: [24, u16],
  });

/** Wire form of {@linkcode Gre} over IPv4: IFLA_GRE_*. */
export const Gre: Attributes<Gre> = gre(ipv4);
/** Wire form of {@linkcode Gre} over IPv6: IFLA_GRE_*. */
export const Ip6Gre: Attributes<Gre> = gre(ipv6);

/** Numbers of {@linkcode SitFlag} by name. */
export const SIT_FLAG = { isatap: 1 } as const;
/** A property of a sit tunnel. */
export type SitFlag = keyof typeof SIT_FLAG;

/** What ipip, sit and ip6tnl have in common. */
export interface IpTunnel extends TunnelWrapping {
  /** Index of the link that its packets leave through. */
  link?: Ifindex;
  /** Its name. Read-only. */
  linkDev?: string;
  /** Own address. */
  local?: string;
  /** Address of the other end. */
  remote?: string;
  /** TTL or hop limit; 0 is that of the packet inside. */
  ttl?: number;
  /** TOS; 1 is that of the packet inside. Over IPv4. */
  tos?: number;
  /** How often packets may be wrapped, 0..255. ip6tnl. */
  encapLimit?: number;
  /** Traffic class and flow label, 28 bits. ip6tnl. */
  flowinfo?: number;
  /** What is inside: 4 IPv4, 41 IPv6, 137 MPLS, 0 any. */
  proto?: number;
  /** Whether the path's MTU is found out. Over IPv4. */
  pmtudisc?: number;
  /** Each packet says where it goes: addresses come from routes or tc. */
  collectMetadata?: true;
  /** Mark of its packets. */
  fwmark?: number;
}

/** A tunnel over IPv4: ipip has IPv4 or MPLS inside, sit IPv6 and more. */
export interface Iptun extends IpTunnel {
  /** Further properties. sit. */
  flags?: readonly (SitFlag | number)[];
  /** 6rd: the IPv6 prefix of the provider. sit. */
  "6rdPrefix"?: string;
  /** 6rd: the IPv4 prefix of the relays. sit. */
  "6rdRelayPrefix"?: string;
  /** 6rd: bits of the IPv6 prefix. sit. */
  "6rdPrefixlen"?: number;
  /** 6rd: bits of the IPv4 prefix. sit. */
  "6rdRelayPrefixlen"?: number;
}

/** A tunnel over IPv6: ip6tnl. */
export interface Ip6Tunnel extends IpTunnel {
  /** Further properties. */
  flags?: readonly (Ip6TunnelFlag | number)[];
}

/** The entries that do not depend on what is outside. */
const ipTunnel = {
  link: [1, ifindex],
  linkDev: interfaceNameOf("link", readOnly),
  ttl: [4, u8],
  tos: [5, u8],
  encapLimit: [6, u8],
  flowinfo: [7, be32],
  proto: [9, u8],
  pmtudisc: [10, u8],
  encapType: [15, enumeration(u16, TUNNEL_ENCAP)],
  encapFlags: [16, mask(u16, TUNNEL_ENCAP_FLAG)],
  encapSport: [17, be16],
  encapDport: [18, be16],
  collectMetadata: [19, flag],
  fwmark: [20, u32],
} as const;

/** Wire form of {@linkcode Iptun}: IFLA_IPTUN_*. */
export const Iptun: Attributes<Iptun> = attributes((): Shape<Iptun> => ({
  ...ipTunnel,
  local: [2, ipv4],
  remote: [3, ipv4],
  // SIT_ISATAP is 1 in the machine's own order though the attribute counts as network order.
  flags: [8, mask(u16, SIT_FLAG)],
  "6rdPrefix": [11, ipv6],
  "6rdRelayPrefix": [12, ipv4],
  "6rdPrefixlen": [13, u16],
  "6rdRelayPrefixlen": [14, u16],
}));

/** Wire form of {@linkcode Ip6Tunnel}: IFLA_IPTUN_*. */
export const Ip6Tunnel: Attributes<Ip6Tunnel> = attributes((): Shape<Ip6Tunnel> => ({
  ...ipTunnel,
  local: [2, ipv6],
  remote: [3, ipv6],
  flags: [8, mask(u32, IP6_TNL_F)],
}));

/** A tunnel for IPsec by routes: vti over IPv4, vti6 over IPv6. */
export interface Vti {
  /** Index of the link that its packets leave through. */
  link?: Ifindex;
  /** Its name. Read-only. */
  linkDev?: string;
  /** Key of incoming packets. */
  ikey?: number;
  /** Key of outgoing packets. */
  okey?: number;
  /** Own address. */
  local?: string;
  /** Address of the other end. */
  remote?: string;
  /** Mark of its packets. */
  fwmark?: number;
}

const vti = (address: Address): Attributes<Vti> =>
  attributes<Vti>({
    link: [1, ifindex],
    linkDev: interfaceNameOf("link", readOnly),
    ikey: [2, be32],
    okey: [3, be32],
    local: [4, address],
    remote: [5, address],
    fwmark: [6, u32],
  });

/** Wire form of {@linkcode Vti} over IPv4: IFLA_VTI_*. */
export const Vti: Attributes<Vti> = vti(ipv4);
/** Wire form of {@linkcode Vti} over IPv6: IFLA_VTI_*. */
export const Vti6: Attributes<Vti> = vti(ipv6);

/** Ports from `low` to `high`. */
export interface PortRange {
  /** The first, 0..65535. */
  low?: number;
  /** The last, 0..65535. */
  high?: number;
}

const portRange: Codec<PortRange> = struct(4, (): Shape<PortRange> => ({ low: [0, be16], high: [2, be16] }));

/** Numbers of {@linkcode DontFragment} by name. */
export const VXLAN_DF = { unset: 0, set: 1, inherit: 2 } as const;
/** Whether packets may be fragmented on their way. */
export type DontFragment = keyof typeof VXLAN_DF | number;
/** Numbers of {@linkcode VxlanLabelPolicy} by name. */
export const VXLAN_LABEL = { fixed: 0, inherit: 1 } as const;
/** Where the flow label comes from. */
export type VxlanLabelPolicy = keyof typeof VXLAN_LABEL | number;

/** A VXLAN: Ethernet in UDP. Switches are 0 or 1, `true` ones are there or not. */
export interface Vxlan {
  /** Network identifier, 0..16777215. */
  id?: number;
  /** Multicast group, or the one other end, IPv4. */
  group?: string;
  /** Index of the link that its packets leave through. */
  link?: Ifindex;
  /** Its name. Read-only. */
  linkDev?: string;
  /** Own address, IPv4. */
  local?: string;
  /** TTL or hop limit; 0 is the default of the machine. */
  ttl?: number;
  /** TOS; 1 is that of the packet inside. */
  tos?: number;
  /** Whether it learns where addresses are. */
  learning?: number;
  /** Seconds until what was learned is forgotten. */
  ageing?: number;
  /** Most addresses learned; 0 is no limit. */
  limit?: number;
  /** UDP source ports, by flow. */
  portRange?: PortRange;
  /** Whether it answers ARP itself. */
  proxy?: number;
  /** Whether it routes by neighbours marked as routers. */
  rsc?: number;
  /** Whether unknown MAC addresses are told of. */
  l2miss?: number;
  /** Whether unknown IP addresses are told of. */
  l3miss?: number;
  /** UDP destination port. The kernel's default is 8472, IANA's 4789. */
  port?: number;
  /** Multicast group, or the one other end, IPv6. */
  group6?: string;
  /** Own address, IPv6. */
  local6?: string;
  /** Whether UDP over IPv4 has a checksum. */
  udpCsum?: number;
  /** Whether UDP over IPv6 leaves without a checksum. */
  udpZeroCsum6Tx?: number;
  /** Whether UDP over IPv6 may come without a checksum. */
  udpZeroCsum6Rx?: number;
  /** Remote checksum offload going out. */
  remcsumTx?: number;
  /** Remote checksum offload coming in. */
  remcsumRx?: number;
  /** Group policy: carries marks. */
  gbp?: true;
  /** Remote checksum offload of whole packets only. */
  remcsumNopartial?: true;
  /** Each packet says where it goes: identifiers and addresses come from routes or tc. */
  collectMetadata?: number;
  /** Flow label, 20 bits. */
  label?: number;
  /** Generic protocol extension: other than Ethernet inside. */
  gpe?: true;
  /** Whether the TTL is that of the packet inside. */
  ttlInherit?: boolean;
  /** Whether packets may be fragmented on their way. */
  df?: DontFragment;
  /** Whether identifiers are let in by a list; with `collectMetadata`. */
  vnifilter?: number;
  /** Whether packets to this machine take a short cut. */
  localbypass?: number;
  /** Where the flow label comes from. */
  labelPolicy?: VxlanLabelPolicy;
  /** Bits of the header that are not looked at: 16 hexadecimal digits. */
  reservedBits?: string;
  /** Whether multicast inside is routed by the machine's multicast routes. */
  mcRoute?: number;
}

/** Wire form of {@linkcode Vxlan}: IFLA_VXLAN_*. */
export const Vxlan: Attributes<Vxlan> = attributes((): Shape<Vxlan> => ({
  id: [1, u32],
  group: [2, ipv4],
  link: [3, ifindex],
  linkDev: interfaceNameOf("link", readOnly),
  local: [4, ipv4],
  ttl: [5, u8],
  tos: [6, u8],
  learning: [7, u8],
  ageing: [8, u32],
  limit: [9, u32],
  portRange: [10, portRange],
  proxy: [11, u8],
  rsc: [12, u8],
  l2miss: [13, u8],
  l3miss: [14, u8],
  port: [15, be16],
  group6: [16, ipv6],
  local6: [17, ipv6],
  udpCsum: [18, u8],
  udpZeroCsum6Tx: [19, u8],
  udpZeroCsum6Rx: [20, u8],
  remcsumTx: [21, u8],
  remcsumRx: [22, u8],
  gbp: [23, flag],
  remcsumNopartial: [24, flag],
  collectMetadata: [25, u8],
  label: [26, be32],
  gpe: [27, flag],
  ttlInherit: [28, byteOrFlag],
  df: [29, enumeration(u8, VXLAN_DF)],
  vnifilter: [30, u8],
  localbypass: [31, u8],
  labelPolicy: [32, enumeration(u32, VXLAN_LABEL)],
  reservedBits: [33, hex(8)],
  mcRoute: [34, u8],
}));

/** A Geneve tunnel. Switches are 0 or 1, `true` ones are there or not. */
export interface Geneve {
  /** Network identifier, 0..16777215. */
  id?: number;
  /** Address of the other end, IPv4. */
  remote?: string;
  /** TTL or hop limit; 0 is the default of the machine. */
  ttl?: number;
  /** TOS; 1 is that of the packet inside. */
  tos?: number;
  /** UDP destination port; 6081 when absent. */
  port?: number;
  /** Each packet says where it goes. */
  collectMetadata?: true;
  /** Address of the other end, IPv6. */
  remote6?: string;
  /** Whether UDP over IPv4 has a checksum. */
  udpCsum?: number;
  /** Whether UDP over IPv6 leaves without a checksum. */
  udpZeroCsum6Tx?: number;
  /** Whether UDP over IPv6 may come without a checksum. */
  udpZeroCsum6Rx?: number;
  /** Flow label, 20 bits. */
  label?: number;
  /** Whether the TTL is that of the packet inside. */
  ttlInherit?: number;
  /** Whether packets may be fragmented on their way. */
  df?: DontFragment;
  /** IP inside without Ethernet. */
  innerProtoInherit?: true;
  /** UDP source ports, by flow. */
  portRange?: PortRange;
  /** Carries a hint that lets the receiver put packets together. */
  groHint?: true;
  /** Own address, IPv4. */
  local?: string;
  /** Own address, IPv6. */
  local6?: string;
}

/** 0 is not sent beside a `ttl`, which the kernel then takes no notice of. */
const ttlInherit: Codec<number> = {
  ...u8,
  encode: (value, to, owner) =>
    value === 0 && (owner as Geneve).ttl !== undefined ? HEADER_ONLY : u8.encode(value, to, owner),
};

/** Wire form of {@linkcode Geneve}: IFLA_GENEVE_*. */
export const Geneve: Attributes<Geneve> = attributes((): Shape<Geneve> => ({
  id: [1, u32],
  remote: [2, ipv4],
  ttl: [3, u8],
  tos: [4, u8],
  port: [5, be16],
  collectMetadata: [6, flag],
  remote6: [7, ipv6],
  udpCsum: [8, u8],
  udpZeroCsum6Tx: [9, u8],
  udpZeroCsum6Rx: [10, u8],
  label: [11, be32],
  ttlInherit: [12, ttlInherit],
  df: [13, enumeration(u8, VXLAN_DF)],
  innerProtoInherit: [14, flag],
  portRange: [15, portRange],
  groHint: [16, flag],
  local: [17, ipv4],
  local6: [18, ipv6],
}));

/** Any protocol in UDP: MPLS, IP. */
export interface Bareudp {
  /** UDP destination port. */
  port?: number;
  /** EtherType of what is inside: 0x8847 MPLS, 0x0800 IPv4, 0x86dd IPv6. */
  ethertype?: number;
  /** Lowest UDP source port. */
  srcportMin?: number;
  /** Lets in MPLS multicast beside unicast, IPv6 beside IPv4. */
  multiprotoMode?: true;
}

/** Wire form of {@linkcode Bareudp}: IFLA_BAREUDP_*. */
export const Bareudp: Attributes<Bareudp> = attributes((): Shape<Bareudp> => ({
  port: [1, be16],
  ethertype: [2, be16],
  srcportMin: [3, u16],
  multiprotoMode: [4, flag],
}));

/** Numbers of {@linkcode GtpRole} by name. */
export const GTP_ROLE = { ggsn: 0, sgsn: 1 } as const;
/** Which side of a mobile network. */
export type GtpRole = keyof typeof GTP_ROLE | number;

/** A tunnel of mobile networks. */
export interface Gtp {
  /** File descriptor of the UDP socket of version 0. Input only. */
  fd0?: number;
  /** File descriptor of the UDP socket of version 1. Input only. */
  fd1?: number;
  /** Size of the table of contexts. */
  pdpHashsize?: number;
  /** Which side it is. */
  role?: GtpRole;
  /** 1 lets the kernel make the sockets. Input only. */
  createSockets?: number;
  /** Counter of restarts that peers are told. */
  restartCount?: number;
  /** Own address of the kernel's socket, IPv4. */
  local?: string;
  /** Own address of the kernel's socket, IPv6. */
  local6?: string;
}

/** Wire form of {@linkcode Gtp}: IFLA_GTP_*. */
export const Gtp: Attributes<Gtp> = attributes((): Shape<Gtp> => ({
  fd0: [1, u32, "input"],
  fd1: [2, u32, "input"],
  pdpHashsize: [3, u32],
  role: [4, enumeration(u32, GTP_ROLE)],
  createSockets: [5, u8, "input"],
  restartCount: [6, u8],
  local: [7, ipv4],
  local6: [8, ipv6],
}));

/** Numbers of {@linkcode AmtMode} by name. */
export const AMT_MODE = { gateway: 0, relay: 1 } as const;
/** Which end of a multicast tunnel. */
export type AmtMode = keyof typeof AMT_MODE | number;

/** Automatic multicast tunnel. */
export interface Amt {
  /** Which end it is. */
  mode?: AmtMode;
  /** UDP port of relays; 2268 when absent. */
  relayPort?: number;
  /** UDP port of gateways; 2268 when absent. */
  gatewayPort?: number;
  /** Index of the link that its packets leave through. */
  link?: Ifindex;
  /** Its name. Read-only. */
  linkDev?: string;
  /** Own address. */
  localIp?: string;
  /** Address of the relay that was found. */
  remoteIp?: string;
  /** Address that gateways look for relays at. */
  discoveryIp?: string;
  /** Most tunnels of a relay. */
  maxTunnels?: number;
}

/** Wire form of {@linkcode Amt}: IFLA_AMT_*. */
export const Amt: Attributes<Amt> = attributes((): Shape<Amt> => ({
  mode: [1, enumeration(u32, AMT_MODE)],
  relayPort: [2, be16],
  gatewayPort: [3, be16],
  link: [4, ifindex],
  linkDev: interfaceNameOf("link", readOnly),
  localIp: [5, ipv4],
  remoteIp: [6, ipv4],
  discoveryIp: [7, ipv4],
  maxTunnels: [8, u32],
}));

/** An interface for IPsec policies and states with its `ifId`. */
export interface XfrmInterface {
  /** Index of the link that its packets leave through. */
  link?: Ifindex;
  /** Its name. Read-only. */
  linkDev?: string;
  /** What its policies and states have, 1 or more. */
  ifId?: number;
  /** Each packet says its `ifId`. */
  collectMetadata?: true;
}

/** Wire form of {@linkcode XfrmInterface}: IFLA_XFRM_*. */
export const XfrmInterface: Attributes<XfrmInterface> = attributes((): Shape<XfrmInterface> => ({
  link: [1, ifindex],
  linkDev: interfaceNameOf("link", readOnly),
  ifId: [2, u32],
  collectMetadata: [3, flag],
}));
