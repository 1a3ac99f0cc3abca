/**
 * Links: ifinfomsg and IFLA_*.
 *
 *     ifinfomsg   0        1     2              4
 *                 +--------+-----+--------------+
 *                 | family | -   | type         |
 *                 +--------+-----+--------------+
 *                 | index                       |  4
 *                 | flags                       |  8
 *                 | change: which flags         | 12
 *                 +-----------------------------+
 *                 | attributes …                | 16
 *
 * IFLA_LINKINFO's fields are in the link itself: `kind` selects the type of `data`, `slaveKind` that of `slaveData`.
 *
 * Source: linux/if_link.h, linux/if.h, linux/if_arp.h, linux/veth.h, v7.2
 *
 * @module
 */
import { isFields } from "../../core/arguments.ts";
import {
  type Attributes,
  attributes,
  bytes,
  choice,
  type Codec,
  count64,
  type Derived,
  enumeration,
  hardwareAddress,
  head,
  HEADER_ONLY,
  hex,
  i32,
  type Ifindex,
  ifindex,
  interfaceNameOf,
  ip,
  key,
  lazy,
  mask,
  maskNames,
  maskValue,
  part,
  type Parts,
  readOnly,
  repeated,
  select,
  type Shape,
  shown,
  string,
  struct,
  text,
  u16,
  u32,
  u8,
  uint,
  type Writer,
} from "../../core/codec/mod.ts";
import { type AfSpec, afSpec, type Protinfo, protinfo } from "./af_spec.ts";
import { type Family, family } from "./protocol.ts";
import { Bond, BondPort, Bridge, BridgePort } from "./kinds/masters.ts";
import { Batadv, Can, CanXstats, Dsa, Ipoib, Ovpn, Ppp, Rmnet, Tun, Wwan } from "./kinds/others.ts";
import { type LinkStats, linkStats, linkStats64, type SomeFlags } from "./kinds/shared.ts";
import {
  Amt,
  Bareudp,
  Geneve,
  Gre,
  Gtp,
  Ip6Gre,
  Ip6Tunnel,
  Iptun,
  Vti,
  Vti6,
  Vxlan,
  XfrmInterface,
} from "./kinds/tunnels.ts";
import { Hsr, Ipvlan, Macsec, Macvlan, Vlan, Vrf, VrfPort } from "./kinds/vlan_like.ts";
import { type VfInfo, vfinfoList, type VfPort, VfPort as VfPortTable, vfPorts } from "./vf.ts";

const FLAGS = 8, CHANGE = 12, IFLA_NET_NS_PID = 19, IFLA_NET_NS_FD = 28, IFLA_LINKINFO = 18, IFLA_PAD = 42;

/** IFF_*: flags of a link. */
export const IFF = {
  up: 0x1,
  broadcast: 0x2,
  debug: 0x4,
  loopback: 0x8,
  pointopoint: 0x10,
  notrailers: 0x20,
  running: 0x40,
  noarp: 0x80,
  promisc: 0x100,
  allmulti: 0x200,
  master: 0x400,
  slave: 0x800,
  multicast: 0x1000,
  portsel: 0x2000,
  automedia: 0x4000,
  dynamic: 0x8000,
  lower_up: 0x10000,
  dormant: 0x20000,
  echo: 0x40000,
} as const;
/** A flag of a link: `up` is the requested state, `running` and `lower_up` the actual one. */
export type LinkFlag = keyof typeof IFF;

/** The flags that a request may change; the kernel sets the others. */
export const SETTABLE: number = IFF.up | IFF.debug | IFF.notrailers | IFF.noarp | IFF.promisc | IFF.allmulti |
  IFF.multicast |
  IFF.portsel | IFF.automedia | IFF.dynamic;

/** ARPHRD_*: types of link layer. */
export const ARPHRD = {
  netrom: 0,
  ether: 1,
  eether: 2,
  ax25: 3,
  pronet: 4,
  chaos: 5,
  ieee802: 6,
  arcnet: 7,
  appletlk: 8,
  dlci: 15,
  atm: 19,
  metricom: 23,
  ieee1394: 24,
  eui64: 27,
  infiniband: 32,
  slip: 256,
  cslip: 257,
  slip6: 258,
  cslip6: 259,
  rsrvd: 260,
  adapt: 264,
  rose: 270,
  x25: 271,
  hwx25: 272,
  can: 280,
  mctp: 290,
  ppp: 512,
  hdlc: 513,
  lapb: 516,
  ddcmp: 517,
  rawhdlc: 518,
  rawip: 519,
  tunnel: 768,
  tunnel6: 769,
  frad: 770,
  skip: 771,
  loopback: 772,
  localtlk: 773,
  fddi: 774,
  bif: 775,
  sit: 776,
  ipddp: 777,
  ipgre: 778,
  pimreg: 779,
  hippi: 780,
  ash: 781,
  econet: 782,
  irda: 783,
  fcpp: 784,
  fcal: 785,
  fcpl: 786,
  fcfabric: 787,
  ieee802_tr: 800,
  ieee80211: 801,
  ieee80211_prism: 802,
  ieee80211_radiotap: 803,
  ieee802154: 804,
  ieee802154_monitor: 805,
  phonet: 820,
  phonet_pipe: 821,
  caif: 822,
  ip6gre: 823,
  netlink: 824,
  "6lowpan": 825,
  vsockmon: 826,
  none: 65534,
  void: 65535,
} as const;
/** Type of the link layer: `ether`, `loopback`, `none` for plain IP packets. */
export type LinkType = keyof typeof ARPHRD | number;

/** Numbers of {@linkcode Operstate} by name. */
export const IF_OPER = {
  unknown: 0,
  notpresent: 1,
  down: 2,
  lowerlayerdown: 3,
  testing: 4,
  dormant: 5,
  up: 6,
} as const;
/** Operational state of a link: it tells if the link can carry packets (RFC 2863). */
export type Operstate = keyof typeof IF_OPER | number;
/** IF_LINK_MODE_*: numbers of {@linkcode Linkmode} by name. */
export const IF_LINK_MODE = { default: 0, dormant: 1, testing: 2 } as const;
/** Operational state of a link that gains carrier: up (default), or dormant or testing until a program sets it up. */
export type Linkmode = keyof typeof IF_LINK_MODE | number;
/** RTEXT_FILTER_*: additional data that a dump includes or omits. */
export const RTEXT_FILTER = {
  vf: 0x1,
  brvlan: 0x2,
  brvlan_compressed: 0x4,
  skip_stats: 0x8,
  mrp: 0x10,
  cfm_config: 0x20,
  cfm_status: 0x40,
  mst: 0x80,
  name_only: 0x100,
} as const;
/** Additional data that a request asks for, or data that it omits. */
export type ExtMask = keyof typeof RTEXT_FILTER;
/** IFLA_EVENT_*: reasons of a notification about a link. */
export const IFLA_EVENT = {
  none: 0,
  reboot: 1,
  features: 2,
  bonding_failover: 3,
  notify_peers: 4,
  igmp_resend: 5,
  bonding_options: 6,
} as const;
/** Reason of a notification about a link. */
export type LinkEvent = keyof typeof IFLA_EVENT | number;

/** Hardware resources of an old network card: struct rtnl_link_ifmap. */
export interface LinkMap {
  /** Start address of its memory. */
  memStart?: number;
  /** End address of its memory. */
  memEnd?: number;
  /** I/O address. */
  baseAddr?: number;
  /** Number of the interrupt. */
  irq?: number;
  /** Number of the DMA channel. */
  dma?: number;
  /** Port type: 0 unknown, 1 BNC, 2 twisted pair, 3 AUI, … */
  port?: number;
}

/** XDP programs of a link: BPF programs that process packets before the network stack. */
export interface Xdp {
  /** File descriptor of the program to attach, -1 to detach. Input only. */
  fd?: number;
  /** Place where a program is attached. Read-only. */
  attached?: XdpAttached;
  /** Options for attaching. Input only. */
  flags?: readonly (XdpFlag | number)[];
  /** Id of the attached program. If several are attached, see the other fields. Read-only. */
  progId?: number;
  /** Id of the program in the driver. Read-only. */
  drvProgId?: number;
  /** Id of the program in generic mode, after the driver. Read-only. */
  skbProgId?: number;
  /** Id of the program in the hardware. Read-only. */
  hwProgId?: number;
  /** File descriptor of the program that must be attached for `replace`. Input only. */
  expectedFd?: number;
}
/** Numbers of {@linkcode XdpAttached} by name. */
export const XDP_ATTACHED = { none: 0, drv: 1, skb: 2, hw: 3, multi: 4 } as const;
/** Place where an XDP program is attached: in the driver, after it (skb), in hardware, or several. */
export type XdpAttached = keyof typeof XDP_ATTACHED | number;
/** Numbers of {@linkcode XdpFlag} by name. */
export const XDP_FLAGS = { update_if_noexist: 1, skb_mode: 2, drv_mode: 4, hw_mode: 8, replace: 16 } as const;
/** An option for attaching an XDP program. */
export type XdpFlag = keyof typeof XDP_FLAGS;

/** Wire form of {@linkcode Xdp}: IFLA_XDP_*. */
export const Xdp: Attributes<Xdp> = attributes((): Shape<Xdp> => ({
  fd: [1, i32, "input"],
  attached: [2, enumeration(u8, XDP_ATTACHED), readOnly],
  flags: [3, mask(u32, XDP_FLAGS), "input"],
  progId: [4, u32, readOnly],
  drvProgId: [5, u32, readOnly],
  skbProgId: [6, u32, readOnly],
  hwProgId: [7, u32, readOnly],
  expectedFd: [8, i32, "input"],
}));

/** Alternative names of a link. */
export interface PropList {
  /** Alternative names, at most 127 bytes each. */
  altIfname?: readonly string[];
}

/** Wire form of {@linkcode PropList}: IFLA_PROP_LIST. */
export const PropList: Attributes<PropList> = attributes((): Shape<PropList> => ({
  altIfname: [53, repeated(53, string(127))],
}));

/** Reasons for which programs keep a link down. */
export interface ProtoDownReason {
  /** Bits of `value` to change; default all. */
  mask?: number;
  /** Reasons, one bit each, u32. */
  value?: number;
}

/** Wire form of {@linkcode ProtoDownReason}: IFLA_PROTO_DOWN_REASON_*. */
export const ProtoDownReason: Attributes<ProtoDownReason> = attributes((): Shape<ProtoDownReason> => ({
  mask: [1, u32],
  value: [2, u32],
}));

/** The devlink port of a link: a nest of DEVLINK_ATTR_*. */
export interface LinkDevlinkPort {
  /** Bus of the devlink device. */
  busName?: string;
  /** Name of the devlink device. */
  devName?: string;
  /** Index of the port. */
  portIndex?: number;
}

/** Wire form of {@linkcode LinkDevlinkPort}: DEVLINK_ATTR_*. */
export const LinkDevlinkPort: Attributes<LinkDevlinkPort> = attributes((): Shape<LinkDevlinkPort> => ({
  busName: [1, text],
  devName: [2, text],
  portIndex: [3, u32],
}), { unlessEmpty: true });

/** The DPLL pin of a link, for clock synchronisation. */
export interface LinkDpllPin {
  /** Id of the pin. */
  id?: number;
}

/** Wire form of {@linkcode LinkDpllPin}: DPLL_A_PIN_*. */
export const LinkDpllPin: Attributes<LinkDpllPin> = attributes((): Shape<LinkDpllPin> => ({ id: [1, u32] }), {
  unlessEmpty: true,
});

/** The fields of a link that do not depend on its kind. */
export interface LinkFields {
  /** Address family: `bridge` or `inet6` in messages of these families, else `unspec`. */
  family: Family;
  /** Type of the link layer. Read-only. */
  type: LinkType;
  /** Index of the link, 1 or more. If given in `add`, the kernel uses it if it is free. */
  index: Ifindex;
  /**
   * All flags, as read and as given to `add`. To change single flags use `up` and the like. A decoded request that
   * changes only some flags has `{ flags, mask }`, and can be sent again with it.
   */
  flags: readonly (LinkFlag | number)[];
  /** Name, at most 15 bytes. */
  ifname: string;
  /** Input: true accepts all multicast packets. Output: the number of programs that ask for it. */
  allmulti?: boolean | number;
  /** Link-layer address: a MAC address; of IP tunnels an IP address; of InfiniBand 20 bytes. */
  address?: string;
  /** Link-layer broadcast address; of IP tunnels the address of the remote end. */
  broadcast?: string;
  /** Maximum transmission unit in bytes. */
  mtu: number;
  /** Id of the network namespace that `link` is in. */
  linkNetnsid?: number;
  /** Index of the link below, or of the other end of a pair. */
  link?: Ifindex;
  /** Name of the link below or of the other end, if it is in this namespace. Read-only. */
  linkDev?: string;
  /** Name of the queueing discipline. Read-only. */
  qdisc?: string;
  /** Counters of 32 bits. Read-only. */
  stats?: LinkStats;
  /** Unused since Linux 2.6. */
  cost?: Uint8Array;
  /** Unused since Linux 2.6. */
  priority?: Uint8Array;
  /** Index of the master, whose port this link is, such as a bridge; null removes it from its master. */
  master?: Ifindex;
  /** Name of the master. Read-only. */
  masterDev?: string;
  /** An event of the obsolete wireless extensions, as bytes. Read-only. */
  wireless?: Uint8Array;
  /** Data of the message's own family: a bridge's port, or IPv6. */
  protinfo?: Protinfo;
  /** Largest number of packets in the transmit queue. */
  txqlen?: number;
  /** Hardware resources of an old network card. Read-only. */
  map?: LinkMap;
  /** Number of packets per poll. Unused by current kernels. */
  weight?: number;
  /** Operational state. */
  operstate: Operstate;
  /** Operational state after it gains carrier. */
  linkmode?: Linkmode;
  /** Alias: free text of at most 255 bytes; an empty one removes the alias. */
  ifalias?: string;
  /** Number of virtual functions. Read-only. */
  numVf?: number;
  /** Virtual functions (SR-IOV). */
  vfinfoList?: readonly VfInfo[];
  /** Counters of 64 bits. Read-only. */
  stats64?: LinkStats;
  /** Port profiles of virtual functions. */
  vfPorts?: readonly VfPort[];
  /** Port profile of the link itself. */
  portSelf?: VfPort;
  /** Settings by address family. The kernel accepts them only for an existing link. */
  afSpec?: AfSpec;
  /** Number of the group of links; 0 is the default group. */
  group?: number;
  /** Number of programs that ask for promiscuous mode. Read-only. */
  promiscuity?: number;
  /** Number of transmit queues. */
  numTxQueues?: number;
  /** Number of receive queues. */
  numRxQueues?: number;
  /** Carrier: 1 or 0. Few kinds of link accept it, and only in `set`. */
  carrier?: number;
  /** Id of the physical port, hexadecimal. Read-only. */
  physPortId?: string;
  /** Number of carrier changes. Read-only. */
  carrierChanges?: number;
  /** Id of the physical switch, hexadecimal. Read-only. */
  physSwitchId?: string;
  /** Name of the physical port. Read-only. */
  physPortName?: string;
  /** 1 if a program keeps the link down. Few kinds of link accept it. */
  protoDown?: number;
  /** Largest number of segments in a packet for segmentation offload (GSO). */
  gsoMaxSegs?: number;
  /** Largest packet for segmentation offload (GSO), in bytes. */
  gsoMaxSize?: number;
  /** XDP programs. */
  xdp?: Xdp;
  /** Reason of the notification. Read-only. */
  event?: LinkEvent;
  /** Id of the network namespace to which it moved. Read-only. */
  newNetnsid?: number;
  /** Id of the network namespace that a request is for, or that the link is in. */
  targetNetnsid?: number;
  /** Number of times it gained carrier. Read-only. */
  carrierUpCount?: number;
  /** Number of times it lost carrier. Read-only. */
  carrierDownCount?: number;
  /** Index that it shall have in the other namespace, or that it got there. */
  newIfindex?: number;
  /** Smallest MTU in bytes. Read-only. */
  minMtu?: number;
  /** Largest MTU in bytes; 0 for no limit. Read-only. */
  maxMtu?: number;
  /** Alternative names. Other requests change them: addAltnames and deleteAltnames. */
  propList?: PropList;
  /** Permanent hardware address. Read-only. */
  permAddress?: string;
  /** Reasons for which programs keep it down. */
  protoDownReason?: ProtoDownReason;
  /** Name of the device to which it belongs. */
  parentDevName?: string;
  /** Bus of the device to which it belongs. Read-only. */
  parentDevBusName?: string;
  /** Largest packet that receive offload (GRO) assembles, in bytes. */
  groMaxSize?: number;
  /** Largest packet that the hardware can segment (TSO), in bytes. Read-only. */
  tsoMaxSize?: number;
  /** Largest number of segments that the hardware makes of a packet (TSO). Read-only. */
  tsoMaxSegs?: number;
  /** Devlink port. Read-only. */
  devlinkPort?: LinkDevlinkPort;
  /** Largest IPv4 packet for segmentation offload (GSO), in bytes. */
  gsoIpv4MaxSize?: number;
  /** Largest IPv4 packet that receive offload (GRO) assembles, in bytes. */
  groIpv4MaxSize?: number;
  /** DPLL pin. Read-only. */
  dpllPin?: LinkDpllPin;
  /** Largest time in nanoseconds by which the hardware can delay transmission for pacing. Read-only. */
  maxPacingOffloadHorizon?: number;
  /** 1 if it cannot move to another network namespace. Read-only. */
  netnsImmutable?: number;
  /** Space that it needs in front of packets, in bytes. Read-only. */
  headroom?: number;
  /** Space that it needs after packets, in bytes. Read-only. */
  tailroom?: number;
}

/** The fields that only requests have. */
export interface LinkGiven {
  /** Alternative name by which a request finds a link. */
  altIfname?: string;
  /** True sets the link up, false sets it down. */
  up?: boolean;
  /** True accepts packets for all addresses; `promiscuity` is the number of programs that ask for it. */
  promisc?: boolean;
  /** True resolves addresses by ARP. */
  arp?: boolean;
  /** True allows multicast. */
  multicast?: boolean;
  /** Network namespace in which to create the link or to which to move it: name, path or process id. */
  netns?: string | number;
  /** Id of the process to whose namespace it moves; see `netns`. */
  netNsPid?: number;
  /** File descriptor of the network namespace to which it moves; see `netns`. */
  netNsFd?: number;
  /** Additional data that a request asks for. */
  extMask?: readonly (ExtMask | number)[];
}

/** A pair of virtual Ethernet links: packets sent into one arrive at the other. */
export interface Veth {
  /** The other end of the pair: name, namespace, address and so on. Input only. */
  peer?: LinkMessage;
}

const link: Codec<LinkMessage> = lazy((): Codec<LinkMessage> => Link);

/** Wire form of {@linkcode Veth}: VETH_INFO_*. */
export const Veth: Attributes<Veth> = attributes((): Shape<Veth> => ({ peer: [1, link, "input"] }));

/** A pair of virtual CAN links: frames sent into one arrive at the other. */
export interface Vxcan {
  /** The other end of the pair. Input only. */
  peer?: LinkMessage;
}

/** Wire form of {@linkcode Vxcan}: VXCAN_INFO_*. */
export const Vxcan: Attributes<Vxcan> = attributes((): Shape<Vxcan> => ({ peer: [1, link, "input"] }));

/** Numbers of {@linkcode NetkitPolicy} by name. */
export const NETKIT_POLICY = { pass: 0, drop: 2 } as const;
/** Handling of packets if no BPF program is attached. */
export type NetkitPolicy = keyof typeof NETKIT_POLICY | number;
/** Numbers of {@linkcode NetkitMode} by name. */
export const NETKIT_MODE = { l2: 0, l3: 1 } as const;
/** Layer of a netkit pair: Ethernet frames (l2) or IP packets (l3). */
export type NetkitMode = keyof typeof NETKIT_MODE | number;
/** Numbers of {@linkcode NetkitScrub} by name. */
export const NETKIT_SCRUB = { none: 0, default: 1 } as const;
/** Metadata that a packet loses on the way through the pair: nothing, or mark and priority. */
export type NetkitScrub = keyof typeof NETKIT_SCRUB | number;
/** Numbers of {@linkcode NetkitPairing} by name. */
export const NETKIT_DEVICE = { pair: 0, single: 1 } as const;
/** Number of ends: a pair, or a single link. */
export type NetkitPairing = keyof typeof NETKIT_DEVICE | number;

/** A netkit pair: two links with BPF programs between them. */
export interface Netkit {
  /** The other end of the pair. Input only. */
  peerInfo?: LinkMessage;
  /** 1 on the primary end, through which programs are managed. Read-only. */
  primary?: number;
  /** Handling of packets if no BPF program is attached. */
  policy?: NetkitPolicy;
  /** Handling of packets at the other end if no BPF program is attached. */
  peerPolicy?: NetkitPolicy;
  /** Layer: frames or packets; default packets (l3). */
  mode?: NetkitMode;
  /** Metadata that a packet loses at this end. */
  scrub?: NetkitScrub;
  /** Metadata that a packet loses at the other end. */
  peerScrub?: NetkitScrub;
  /** Space to reserve in front of packets, in bytes. */
  headroom?: number;
  /** Space to reserve after packets, in bytes. */
  tailroom?: number;
  /** Number of ends: a pair, or a single link. */
  pairing?: NetkitPairing;
}

/** Wire form of {@linkcode Netkit}: IFLA_NETKIT_*. */
export const Netkit: Attributes<Netkit> = attributes((): Shape<Netkit> => ({
  peerInfo: [1, link, "input"],
  primary: [2, u8, readOnly],
  policy: [3, enumeration(u32, NETKIT_POLICY)],
  peerPolicy: [4, enumeration(u32, NETKIT_POLICY)],
  mode: [5, enumeration(u32, NETKIT_MODE)],
  scrub: [6, enumeration(u32, NETKIT_SCRUB)],
  peerScrub: [7, enumeration(u32, NETKIT_SCRUB)],
  headroom: [8, u16],
  tailroom: [9, u16],
  pairing: [10, enumeration(u32, NETKIT_DEVICE)],
}));

/** Kind of a link, with the settings of this kind in `data`. If the kind is not listed here, `data` is bytes. */
export type Kind =
  | { kind: "veth"; data?: Veth }
  | { kind: "bridge"; data?: Bridge }
  | { kind: "vlan"; data?: Vlan }
  | { kind: "vxlan"; data?: Vxlan }
  | { kind: "macvlan"; data?: Macvlan }
  | { kind: "macvtap"; data?: Macvlan }
  | { kind: "ipvlan"; data?: Ipvlan }
  | { kind: "ipvtap"; data?: Ipvlan }
  | { kind: "bond"; data?: Bond }
  | { kind: "vrf"; data?: Vrf }
  | { kind: "tun"; data?: Tun }
  | { kind: "gre"; data?: Gre }
  | { kind: "gretap"; data?: Gre }
  | { kind: "erspan"; data?: Gre }
  | { kind: "ip6gre"; data?: Gre }
  | { kind: "ip6gretap"; data?: Gre }
  | { kind: "ip6erspan"; data?: Gre }
  | { kind: "ipip"; data?: Iptun }
  | { kind: "sit"; data?: Iptun }
  | { kind: "ip6tnl"; data?: Ip6Tunnel }
  | { kind: "vti"; data?: Vti }
  | { kind: "vti6"; data?: Vti }
  | { kind: "geneve"; data?: Geneve }
  | { kind: "bareudp"; data?: Bareudp }
  | { kind: "gtp"; data?: Gtp }
  | { kind: "amt"; data?: Amt }
  | { kind: "xfrm"; data?: XfrmInterface }
  | { kind: "macsec"; data?: Macsec }
  | { kind: "hsr"; data?: Hsr }
  | { kind: "netkit"; data?: Netkit }
  | { kind: "can"; data?: Can }
  | { kind: "vxcan"; data?: Vxcan }
  | { kind: "ipoib"; data?: Ipoib }
  | { kind: "rmnet"; data?: Rmnet }
  | { kind: "ovpn"; data?: Ovpn }
  | { kind: "dsa"; data?: Dsa }
  | { kind: "batadv"; data?: Batadv }
  | { kind: "wwan"; data?: Wwan }
  | { kind: "ppp"; data?: Ppp }
  | { kind: BareKind; data?: undefined }
  | { kind?: undefined; data?: undefined };

/** Kinds of link that have no settings. */
export type BareKind =
  | "dummy"
  | "ifb"
  | "lowpan"
  | "netdevsim"
  | "nlmon"
  | "openvswitch"
  | "pfcp"
  | "team"
  | "vcan"
  | "virt_wifi"
  | "vsockmon"
  | "wireguard";

/** Kind of a link's master, with the settings of the master's port in `slaveData`. */
export type Port =
  | { slaveKind: "bridge"; slaveData?: BridgePort }
  | { slaveKind: "bond"; slaveData?: BondPort }
  | { slaveKind: "vrf"; slaveData?: VrfPort }
  | { slaveKind: "batadv" | "hsr" | "openvswitch" | "team"; slaveData?: undefined }
  | { slaveKind?: undefined; slaveData?: undefined };

/** Counters that depend on a link's kind. */
export interface KindStats {
  /** Counters of kind `can`; of other kinds as bytes. Read-only. */
  xstats?: CanXstats | Uint8Array;
}

/**
 * The fields that every link of a kind has, and without which the kernel creates none, or one with number 0; `I` is the
 * type of an interface.
 */
export type Needed<I> = {
  vlan: { link: I; data: { id: number } };
  macvlan: { link: I };
  macvtap: { link: I };
  ipvlan: { link: I };
  ipvtap: { link: I };
  macsec: { link: I };
  vxlan: { data: { collectMetadata: number } | { id: number } };
  geneve: { data: { collectMetadata: true } | { id: number } };
  xfrm: { data: { collectMetadata: true } | { ifId: number } };
  vrf: { data: { table: number } };
  hsr: { data: { slave1: I; slave2: I } };
  bareudp: { data: { port: number; ethertype: number } };
  rmnet: { link: I; data: { muxId: number } };
};

/** The kinds `K` with the fields that every link of the kind has; `I` is the type of an interface. */
export type Complete<K extends { kind?: string | undefined }, I> = K extends { kind?: infer N }
  ? K & ([N & keyof Needed<I>] extends [never] ? unknown : Needed<I>[N & keyof Needed<I>])
  : never;

/** A network link (interface): its fields, with those of its kind and of its master's kind. */
export type Link = LinkFields & KindStats & Complete<Kind, Ifindex> & Port;

/** A link in a message of either direction: a request has only some of the fields. */
export type LinkMessage = Partial<LinkFields> & LinkGiven & KindStats & Kind & Port;

const kind: Parts<Kind> = choice<Kind, "kind", "data">("kind", 1, "data", 2, {
  veth: Veth,
  bridge: Bridge,
  vlan: Vlan,
  vxlan: Vxlan,
  macvlan: Macvlan,
  macvtap: Macvlan,
  ipvlan: Ipvlan,
  ipvtap: Ipvlan,
  bond: Bond,
  vrf: Vrf,
  tun: Tun,
  gre: Gre,
  gretap: Gre,
  erspan: Gre,
  ip6gre: Ip6Gre,
  ip6gretap: Ip6Gre,
  ip6erspan: Ip6Gre,
  ipip: Iptun,
  sit: Iptun,
  ip6tnl: Ip6Tunnel,
  vti: Vti,
  vti6: Vti6,
  geneve: Geneve,
  bareudp: Bareudp,
  gtp: Gtp,
  amt: Amt,
  xfrm: XfrmInterface,
  macsec: Macsec,
  hsr: Hsr,
  netkit: Netkit,
  can: Can,
  vxcan: Vxcan,
  ipoib: Ipoib,
  rmnet: Rmnet,
  ovpn: Ovpn,
  dsa: Dsa,
  batadv: Batadv,
  wwan: Wwan,
  ppp: Ppp,
}, text);

const kindStats: Parts<KindStats> = part((): Shape<KindStats> => ({
  xstats: [
    3,
    select(
      "counters of the kind",
      (owner): Codec<CanXstats | Uint8Array> =>
        ((owner as Link).kind === "can" ? CanXstats : bytes) as Codec<CanXstats | Uint8Array>,
    ),
    readOnly,
  ],
}));

const port: Parts<Port> = choice<Port, "slaveKind", "slaveData">("slaveKind", 4, "slaveData", 5, {
  bridge: BridgePort,
  bond: BondPort,
  vrf: VrfPort,
}, text);

const flagNames = mask(u32, IFF);

/**
 * Codec of the header's flags with their mask of changes. In the kernel's messages the mask is ignored: all flags are
 * valid. In a request an array sets all settable flags; any other mask is {@linkcode SomeFlags}, encoded and decoded. A
 * request with neither flags nor mask decodes to no value.
 */
const flags: Codec<readonly (LinkFlag | number)[], readonly (LinkFlag | number)[] | number | SomeFlags<LinkFlag>> = {
  name: "u32 mask",
  size: 8,
  decode(from, at, _end, owner) {
    const all = flagNames.decode(from, at, at + 4, owner);
    const change = from.request ? from.view.getUint32(at + CHANGE - FLAGS, true) : SETTABLE;
    if (change === 0 && all.length === 0) return undefined as never;
    const some: SomeFlags<LinkFlag> = { flags: all, mask: flagNames.decode(from, at + 4, at + 8, owner) };
    return change === SETTABLE ? all : some as never;
  },
  encode(value, to) {
    const some = isFields(value) ? value as unknown as SomeFlags<LinkFlag> : undefined;
    const bits = maskValue(IFF, some === undefined ? value as readonly LinkFlag[] | number : some.flags, to);
    const change = some === undefined ? SETTABLE : maskValue(IFF, some.mask, to), at = to.grow(8);
    // The kernel takes mask 0 as the mask of all flags.
    const spare = change === 0 ? 0 : bits & ~change;
    if (some !== undefined && spare !== 0) {
      to.fail(TypeError, `${maskNames(IFF, spare >>> 0).map(shown).join(", ")} must be in the mask as well`);
    }
    to.view.setUint32(at, bits, true);
    to.view.setUint32(at + CHANGE - FLAGS, change, true);
  },
};

/** Sets or clears one flag of the header, and adds it to the mask of changes. */
function setFlag(to: Writer, bit: number, on: boolean | number): void {
  if (typeof on !== "boolean") to.fail(TypeError, `expected true or false, got ${shown(on)}`);
  const at = to.base + FLAGS, rest = to.view.getUint32(at, true) & ~bit;
  to.view.setUint32(at, (on ? rest | bit : rest) >>> 0, true);
  to.view.setUint32(at + 4, (to.view.getUint32(at + 4, true) | bit) >>> 0, true);
}

/** Returns a boolean field that sets one flag of the header; `inverted` for a flag that means the opposite. */
const flagField = (bit: number, inverted = false): Derived<boolean> => ({
  apply: (on, to) => setFlag(to, bit, inverted && typeof on === "boolean" ? !on : on),
  use: "input",
});

/** Codec of IFLA_ALLMULTI, a count in the kernel's messages. In a request a boolean sets the flag in the header. */
const allmulti: Codec<boolean | number, boolean | number> = {
  name: "u32",
  size: 4,
  decode: u32.decode,
  encode(value, to) {
    if (typeof value !== "number") setFlag(to, IFF.allmulti, value);
    return HEADER_ONLY;
  },
};

/** A network namespace: a name or path is opened and sent as file descriptor, a process by its id. */
const netns: Derived<string | number> = {
  apply(value, to, owner) {
    if (typeof value !== "string" && typeof value !== "number") {
      to.fail(TypeError, `expected the name or path of a namespace or the number of a process, got ${shown(value)}`);
    }
    const number = typeof value === "number" ? value : to.namespaceFd(value);
    const start = to.open(typeof value === "number" ? IFLA_NET_NS_PID : IFLA_NET_NS_FD);
    u32.encode(number, to, owner);
    to.close(start);
  },
  use: "input",
};

/** Link types whose link-layer addresses are IP addresses. */
const IP_TYPES: ReadonlySet<unknown> = new Set([
  "tunnel",
  "tunnel6",
  "sit",
  "ipgre",
  "ip6gre",
  ARPHRD.tunnel,
  ARPHRD.tunnel6,
  ARPHRD.sit,
  ARPHRD.ipgre,
  ARPHRD.ip6gre,
]);

/** Codec of a link's address: the link's type decides its form; without a type, encode() decides by the text. */
const address: Codec<string, string | Uint8Array> = {
  name: hardwareAddress.name,
  decode(from, at, end, owner) {
    const size = end - at, isIp = (size === 4 || size === 16) && IP_TYPES.has((owner as LinkFields).type);
    return (isIp ? ip : hardwareAddress).decode(from, at, end, owner);
  },
  encode(value, to, owner) {
    const { type } = owner as LinkFields;
    const isIp = type !== undefined
      ? IP_TYPES.has(type)
      : typeof value === "string" && (value.includes("::") || /^\d+\.\d+\.\d+\.\d+$/.test(value));
    return (isIp ? ip : hardwareAddress).encode(value, to, owner);
  },
};

/** Codec of an alias, without a NUL at the end: an empty one has no bytes, which removes the alias. */
const ifalias: Codec<string> = {
  ...string(255),
  encode(value, to, owner) {
    string(255).encode(value, to, owner);
    to.length--;
  },
};

const hardware: Codec<LinkType> = enumeration(u16, { ...ARPHRD, cisco: ARPHRD.hdlc }) as Codec<LinkType>;

const types: Codec<LinkType> = {
  ...hardware,
  encode(value, to, owner) {
    if (typeof value === "string" && !Object.hasOwn(ARPHRD, value)) {
      to.fail(TypeError, `expected a type of hardware such as "ether", got ${shown(value)}, did you mean "kind"?`);
    }
    return hardware.encode(value, to, owner);
  },
};
/**
 * Codec of ifi_type. The type 0 is that of a link from the kernel (netrom), which has an index; in a request it means
 * that none is given.
 */
const linkType: Codec<LinkType> = {
  ...types,
  decode(from, at, end, owner) {
    const zero = from.length >= at + 6 && from.view.getUint16(at, true) === 0;
    const none = zero && (from.request || from.view.getInt32(at + 2, true) === 0);
    return none ? undefined as never : types.decode(from, at, end, owner);
  },
};

/** Wire form of {@linkcode Link}: ifinfomsg and IFLA_*. */
export const Link: Attributes<LinkMessage> = attributes((): Shape<Partial<LinkFields> & LinkGiven> => ({
  family: head(0, family),
  type: head(2, linkType, readOnly),
  index: head(4, ifindex, key),
  flags: head(FLAGS, flags),
  ifname: [3, string(15)],
  altIfname: [53, string(127), "input"],
  up: flagField(IFF.up),
  promisc: flagField(IFF.promisc),
  allmulti: [61, allmulti],
  arp: flagField(IFF.noarp, true),
  multicast: flagField(IFF.multicast),
  netns,
  address: [1, address],
  broadcast: [2, address],
  mtu: [4, u32],
  linkNetnsid: [37, i32],
  link: [5, ifindex],
  linkDev: interfaceNameOf("link", readOnly, "linkNetnsid"),
  qdisc: [6, text, readOnly],
  stats: [7, linkStats, readOnly],
  cost: [8, bytes, readOnly],
  priority: [9, bytes, readOnly],
  master: [10, ifindex],
  masterDev: interfaceNameOf("master", readOnly),
  wireless: [11, bytes, readOnly],
  protinfo: [12, protinfo],
  txqlen: [13, u32],
  map: [
    14,
    struct<LinkMap>(32, {
      memStart: [0, count64],
      memEnd: [8, count64],
      baseAddr: [16, count64],
      irq: [24, u16],
      dma: [26, u8],
      port: [27, u8],
    }),
    readOnly,
  ],
  weight: [15, u32],
  operstate: [16, enumeration(u8, IF_OPER)],
  linkmode: [17, enumeration(u8, IF_LINK_MODE)],
  netNsPid: [IFLA_NET_NS_PID, u32, "input"],
  ifalias: [20, ifalias],
  numVf: [21, u32, readOnly],
  vfinfoList: [22, vfinfoList],
  stats64: [23, linkStats64, readOnly],
  vfPorts: [24, vfPorts],
  portSelf: [25, VfPortTable],
  afSpec: [26, afSpec],
  group: [27, u32],
  netNsFd: [IFLA_NET_NS_FD, u32, "input"],
  extMask: [29, mask(u32, RTEXT_FILTER), "input"],
  promiscuity: [30, u32, readOnly],
  numTxQueues: [31, u32],
  numRxQueues: [32, u32],
  carrier: [33, u8],
  physPortId: [34, hex(), readOnly],
  carrierChanges: [35, u32, readOnly],
  physSwitchId: [36, hex(), readOnly],
  physPortName: [38, text, readOnly],
  protoDown: [39, u8],
  gsoMaxSegs: [40, u32],
  gsoMaxSize: [41, u32],
  xdp: [43, Xdp],
  event: [44, enumeration(u32, IFLA_EVENT), readOnly],
  newNetnsid: [45, i32, readOnly],
  targetNetnsid: [46, i32],
  carrierUpCount: [47, u32, readOnly],
  carrierDownCount: [48, u32, readOnly],
  newIfindex: [49, i32],
  minMtu: [50, u32, readOnly],
  maxMtu: [51, u32, readOnly],
  propList: [52, PropList],
  permAddress: [54, address, readOnly],
  protoDownReason: [55, ProtoDownReason],
  parentDevName: [56, text],
  parentDevBusName: [57, text, readOnly],
  groMaxSize: [58, u32],
  tsoMaxSize: [59, u32, readOnly],
  tsoMaxSegs: [60, u32, readOnly],
  devlinkPort: [62, LinkDevlinkPort, readOnly],
  gsoIpv4MaxSize: [63, u32],
  groIpv4MaxSize: [64, u32],
  dpllPin: [65, LinkDpllPin, readOnly],
  maxPacingOffloadHorizon: [66, uint, readOnly],
  netnsImmutable: [67, u8, readOnly],
  headroom: [68, u16, readOnly],
  tailroom: [69, u16, readOnly],
}), { header: 16, pad: IFLA_PAD }).with(kind.and(kindStats).and(port), IFLA_LINKINFO);
