/**
 * Tunnels: gre and its relatives, ipip, sit, ip6tnl, vti, vxlan, geneve, bareudp, gtp, amt, xfrm.
 *
 * Ports, keys and labels are plain numbers, not in network byte order. The value 0 of an address or an interface means
 * any.
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

/** GRE_*: bits of the header's flags, in network byte order. */
export const GRE = { csum: 0x8000, routing: 0x4000, key: 0x2000, seq: 0x1000, strict: 0x0800, ack: 0x0080 } as const;
/** An optional field in the header of GRE packets. */
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
/** A flag of a tunnel over IPv6. The kernel sets those that begin with `cap_`. */
export type Ip6TunnelFlag = keyof typeof IP6_TNL_F;

/** Settings of a tunnel's additional encapsulation in UDP. */
export interface TunnelWrapping {
  /** Type of the additional encapsulation. */
  encapType?: TunnelEncap;
  /** Checksums of the additional encapsulation. */
  encapFlags?: readonly (TunnelEncapFlag | number)[];
  /** UDP source port of the additional encapsulation; 0 chooses one per flow. */
  encapSport?: number;
  /** UDP destination port of the additional encapsulation. */
  encapDport?: number;
}

/** A GRE tunnel: gre, gretap and erspan over IPv4; ip6gre, ip6gretap and ip6erspan over IPv6. */
export interface Gre extends TunnelWrapping {
  /** Index of the link through which its packets leave. */
  link?: Ifindex;
  /** Name of the link through which its packets leave. Read-only. */
  linkDev?: string;
  /** Optional header fields of incoming packets. */
  iflags?: readonly (GreFlag | number)[];
  /** Optional header fields of outgoing packets. */
  oflags?: readonly (GreFlag | number)[];
  /** Key of incoming packets; used if `iflags` has `key`. */
  ikey?: number;
  /** Key of outgoing packets; used if `oflags` has `key`. */
  okey?: number;
  /** Own address. */
  local?: string;
  /** Address of the other end. */
  remote?: string;
  /** TTL or hop limit of outer packets; 0 copies the inner packet's. */
  ttl?: number;
  /** TOS of outer packets; 1 copies the inner packet's. Over IPv4. */
  tos?: number;
  /** 1 discovers the path MTU. Over IPv4. */
  pmtudisc?: number;
  /** Limit on nested encapsulations, 0..255. Over IPv6. */
  encapLimit?: number;
  /** Traffic class and flow label, 28 bits. Over IPv6. */
  flowinfo?: number;
  /** Flags of the tunnel. Over IPv6. */
  flags?: readonly (Ip6TunnelFlag | number)[];
  /** External mode: routes or tc give addresses and keys for each packet. */
  collectMetadata?: true;
  /** 1 ignores the DF flag of inner packets. Over IPv4. */
  ignoreDf?: number;
  /** Firewall mark of its packets, u32. */
  fwmark?: number;
  /** ERSPAN version 1: port index, 0..1048575. */
  erspanIndex?: number;
  /** ERSPAN version 0..2. */
  erspanVer?: number;
  /** ERSPAN version 2: direction of the mirrored traffic, 0 received, 1 sent. */
  erspanDir?: number;
  /** ERSPAN version 2: hardware id, 0..63. */
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
/** A flag of a sit tunnel. */
export type SitFlag = keyof typeof SIT_FLAG;

/** Settings that ipip, sit and ip6tnl tunnels share. */
export interface IpTunnel extends TunnelWrapping {
  /** Index of the link through which its packets leave. */
  link?: Ifindex;
  /** Name of the link through which its packets leave. Read-only. */
  linkDev?: string;
  /** Own address. */
  local?: string;
  /** Address of the other end. */
  remote?: string;
  /** TTL or hop limit of outer packets; 0 copies the inner packet's. */
  ttl?: number;
  /** TOS of outer packets; 1 copies the inner packet's. Over IPv4. */
  tos?: number;
  /** Limit on nested encapsulations, 0..255. ip6tnl. */
  encapLimit?: number;
  /** Traffic class and flow label, 28 bits. ip6tnl. */
  flowinfo?: number;
  /** Protocol of inner packets: 4 IPv4, 41 IPv6, 137 MPLS, 0 any. */
  proto?: number;
  /** 1 discovers the path MTU. Over IPv4. */
  pmtudisc?: number;
  /** External mode: routes or tc give the addresses for each packet. */
  collectMetadata?: true;
  /** Firewall mark of its packets, u32. */
  fwmark?: number;
}

/** A tunnel over IPv4: ipip carries IPv4 or MPLS, sit carries IPv6 and more. */
export interface Iptun extends IpTunnel {
  /** Flags of the tunnel. sit. */
  flags?: readonly (SitFlag | number)[];
  /** 6rd: IPv6 prefix of the provider. sit. */
  "6rdPrefix"?: string;
  /** 6rd: IPv4 prefix of the relays. sit. */
  "6rdRelayPrefix"?: string;
  /** 6rd: length of the IPv6 prefix in bits. sit. */
  "6rdPrefixlen"?: number;
  /** 6rd: length of the IPv4 prefix in bits. sit. */
  "6rdRelayPrefixlen"?: number;
}

/** A tunnel over IPv6: ip6tnl. */
export interface Ip6Tunnel extends IpTunnel {
  /** Flags of the tunnel. */
  flags?: readonly (Ip6TunnelFlag | number)[];
}

/** Fields that do not depend on the outer protocol, IPv4 or IPv6. */
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
  // SIT_ISATAP is 1 in host byte order, although the attribute is in network byte order.
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

/** A tunnel for route-based IPsec: vti over IPv4, vti6 over IPv6. */
export interface Vti {
  /** Index of the link through which its packets leave. */
  link?: Ifindex;
  /** Name of the link through which its packets leave. Read-only. */
  linkDev?: string;
  /** Key of incoming packets. */
  ikey?: number;
  /** Key of outgoing packets. */
  okey?: number;
  /** Own address. */
  local?: string;
  /** Address of the other end. */
  remote?: string;
  /** Firewall mark of its packets, u32. */
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

/** A range of UDP ports, both ends included. */
export interface PortRange {
  /** First port, 0..65535. */
  low?: number;
  /** Last port, 0..65535. */
  high?: number;
}

const portRange: Codec<PortRange> = struct(4, (): Shape<PortRange> => ({ low: [0, be16], high: [2, be16] }));

/** Numbers of {@linkcode DontFragment} by name. */
export const VXLAN_DF = { unset: 0, set: 1, inherit: 2 } as const;
/** Don't-fragment flag of outer packets: unset, set, or copied from the inner packet. */
export type DontFragment = keyof typeof VXLAN_DF | number;
/** Numbers of {@linkcode VxlanLabelPolicy} by name. */
export const VXLAN_LABEL = { fixed: 0, inherit: 1 } as const;
/** Source of the flow label of outer packets: `label`, or the inner packet. */
export type VxlanLabelPolicy = keyof typeof VXLAN_LABEL | number;

/** A VXLAN tunnel: Ethernet in UDP. Switches are 0 or 1; fields of type `true` are flags that are present or absent. */
export interface Vxlan {
  /** VXLAN network identifier (VNI), 0..16777215. */
  id?: number;
  /** Multicast group, or address of the only remote end, IPv4. */
  group?: string;
  /** Index of the link through which its packets leave. */
  link?: Ifindex;
  /** Name of the link through which its packets leave. Read-only. */
  linkDev?: string;
  /** Own address, IPv4. */
  local?: string;
  /** TTL or hop limit of outer packets; 0 is the system's default. */
  ttl?: number;
  /** TOS of outer packets; 1 copies the inner packet's. */
  tos?: number;
  /** 1 learns the remote ends of MAC addresses. */
  learning?: number;
  /** Seconds after which a learned entry expires. */
  ageing?: number;
  /** Largest number of learned entries; 0 for no limit. */
  limit?: number;
  /** UDP source ports, chosen per flow. */
  portRange?: PortRange;
  /** 1 answers ARP requests and neighbour solicitations itself. */
  proxy?: number;
  /** 1 enables route short circuit: it routes through neighbours that are marked as routers. */
  rsc?: number;
  /** 1 notifies programs of unknown MAC addresses. */
  l2miss?: number;
  /** 1 notifies programs of unknown IP addresses. */
  l3miss?: number;
  /** UDP destination port. The kernel's default is 8472, IANA's is 4789. */
  port?: number;
  /** Multicast group, or address of the only remote end, IPv6. */
  group6?: string;
  /** Own address, IPv6. */
  local6?: string;
  /** 1 adds UDP checksums over IPv4. */
  udpCsum?: number;
  /** 1 omits UDP checksums of outgoing packets over IPv6. */
  udpZeroCsum6Tx?: number;
  /** 1 accepts incoming packets without UDP checksums over IPv6. */
  udpZeroCsum6Rx?: number;
  /** 1 enables remote checksum offload for outgoing packets. */
  remcsumTx?: number;
  /** 1 enables remote checksum offload for incoming packets. */
  remcsumRx?: number;
  /** Group policy extension: carries firewall marks. */
  gbp?: true;
  /** Remote checksum offload for whole packets only. */
  remcsumNopartial?: true;
  /** 1 enables external mode: routes or tc give identifiers and addresses for each packet. */
  collectMetadata?: number;
  /** Flow label of outer packets, 20 bits. */
  label?: number;
  /** Generic protocol extension: carries other protocols than Ethernet too. */
  gpe?: true;
  /** True copies the inner packet's TTL. */
  ttlInherit?: boolean;
  /** Don't-fragment flag of outer packets. */
  df?: DontFragment;
  /** 1 accepts only identifiers in the VNI filter's list; requires `collectMetadata`. */
  vnifilter?: number;
  /** 1 delivers packets for this machine directly, without a device below. */
  localbypass?: number;
  /** Source of the flow label. */
  labelPolicy?: VxlanLabelPolicy;
  /** Reserved bits of the header that are ignored when set: 16 hexadecimal digits. */
  reservedBits?: string;
  /** 1 routes inner multicast by the multicast routing tables. */
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

/** A Geneve tunnel. Switches are 0 or 1; fields of type `true` are flags that are present or absent. */
export interface Geneve {
  /** Virtual network identifier (VNI), 0..16777215. */
  id?: number;
  /** Address of the other end, IPv4. */
  remote?: string;
  /** TTL or hop limit of outer packets; 0 is the system's default. */
  ttl?: number;
  /** TOS of outer packets; 1 copies the inner packet's. */
  tos?: number;
  /** UDP destination port; default 6081. */
  port?: number;
  /** External mode: routes or tc give identifiers and addresses for each packet. */
  collectMetadata?: true;
  /** Address of the other end, IPv6. */
  remote6?: string;
  /** 1 adds UDP checksums over IPv4. */
  udpCsum?: number;
  /** 1 omits UDP checksums of outgoing packets over IPv6. */
  udpZeroCsum6Tx?: number;
  /** 1 accepts incoming packets without UDP checksums over IPv6. */
  udpZeroCsum6Rx?: number;
  /** Flow label of outer packets, 20 bits. */
  label?: number;
  /** 1 copies the inner packet's TTL. */
  ttlInherit?: number;
  /** Don't-fragment flag of outer packets. */
  df?: DontFragment;
  /** Carries IP packets without an Ethernet header. */
  innerProtoInherit?: true;
  /** UDP source ports, chosen per flow. */
  portRange?: PortRange;
  /** Adds a hint to packets that helps the receiver to merge them (GRO). */
  groHint?: true;
  /** Own address, IPv4. */
  local?: string;
  /** Own address, IPv6. */
  local6?: string;
}

/** Codec of `ttlInherit`. A 0 is not sent together with `ttl`: the kernel would ignore the `ttl`. */
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

/** A Bareudp tunnel: carries one protocol, such as MPLS or IP, in UDP. */
export interface Bareudp {
  /** UDP destination port. */
  port?: number;
  /** EtherType of inner packets: 0x8847 MPLS, 0x0800 IPv4, 0x86dd IPv6. */
  ethertype?: number;
  /** Lowest UDP source port. */
  srcportMin?: number;
  /** Accepts MPLS multicast as well as unicast, or IPv6 as well as IPv4. */
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
/** Role in a mobile network: GGSN or SGSN. */
export type GtpRole = keyof typeof GTP_ROLE | number;

/** A GTP tunnel (GPRS tunnelling protocol) of a mobile network. */
export interface Gtp {
  /** File descriptor of the UDP socket for GTP version 0. Input only. */
  fd0?: number;
  /** File descriptor of the UDP socket for GTP version 1. Input only. */
  fd1?: number;
  /** Number of hash buckets in the table of PDP contexts. */
  pdpHashsize?: number;
  /** Role in the mobile network. */
  role?: GtpRole;
  /** 1 lets the kernel create the sockets. Input only. */
  createSockets?: number;
  /** Restart counter that it reports to peers. */
  restartCount?: number;
  /** Own address of the socket that the kernel creates, IPv4. */
  local?: string;
  /** Own address of the socket that the kernel creates, IPv6. */
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
/** Role in AMT: gateway or relay. */
export type AmtMode = keyof typeof AMT_MODE | number;

/** A tunnel for automatic multicast tunnelling (AMT, RFC 7450). */
export interface Amt {
  /** Role: gateway or relay. */
  mode?: AmtMode;
  /** UDP port of relays; default 2268. */
  relayPort?: number;
  /** UDP port of gateways; default 2268. */
  gatewayPort?: number;
  /** Index of the link through which its packets leave. */
  link?: Ifindex;
  /** Name of the link through which its packets leave. Read-only. */
  linkDev?: string;
  /** Own address. */
  localIp?: string;
  /** Address of the discovered relay. */
  remoteIp?: string;
  /** Address to which gateways send relay discovery messages. */
  discoveryIp?: string;
  /** Largest number of tunnels of a relay. */
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

/** An xfrm interface: IPsec policies and states with its `ifId` apply to its packets. */
export interface XfrmInterface {
  /** Index of the link through which its packets leave. */
  link?: Ifindex;
  /** Name of the link through which its packets leave. Read-only. */
  linkDev?: string;
  /** Interface id of its policies and states, 1 or more. */
  ifId?: number;
  /** External mode: routes or tc give the `ifId` for each packet. */
  collectMetadata?: true;
}

/** Wire form of {@linkcode XfrmInterface}: IFLA_XFRM_*. */
export const XfrmInterface: Attributes<XfrmInterface> = attributes((): Shape<XfrmInterface> => ({
  link: [1, ifindex],
  linkDev: interfaceNameOf("link", readOnly),
  ifId: [2, u32],
  collectMetadata: [3, flag],
}));
