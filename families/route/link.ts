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
 * IFLA_LINKINFO lies in the link itself: `kind` says what `data` is, `slaveKind` what `slaveData` is.
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
import { type Family, family } from "./numbers.ts";
import { Bond, BondPort } from "./kinds/bond.ts";
import { Bridge, BridgePort } from "./kinds/bridge.ts";
import { Can, CanXstats } from "./kinds/can.ts";
import { Batadv, Dsa, Ipoib, Ovpn, Ppp, Rmnet, Tun, Wwan } from "./kinds/others.ts";
import { row, type SomeFlags } from "./kinds/shared.ts";
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

/** IFF_*: properties of a link. */
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
/** A flag of a link: `up` is what was asked for, `running` and `lower_up` what came of it. */
export type LinkFlag = keyof typeof IFF;

/** Those that a request may change; the others are the kernel's. */
const SETTABLE = IFF.up | IFF.debug | IFF.notrailers | IFF.noarp | IFF.promisc | IFF.allmulti | IFF.multicast |
  IFF.portsel | IFF.automedia | IFF.dynamic;

/** ARPHRD_*: kinds of link layer. */
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
/** What a link's frames are: `ether`, `loopback`, `none` for bare packets. */
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
/** Whether a link can carry packets (RFC 2863). */
export type Operstate = keyof typeof IF_OPER | number;
/** IF_LINK_MODE_*: how `operstate` is decided. */
export const IF_LINK_MODE = { default: 0, dormant: 1, testing: 2 } as const;
/** What carrier makes of a link: up, or dormant until a program says up. */
export type Linkmode = keyof typeof IF_LINK_MODE | number;
/** RTEXT_FILTER_*: what a dump is to have beside the usual. */
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
/** What a request wants beside the usual, or not at all. */
export type ExtMask = keyof typeof RTEXT_FILTER;
/** IFLA_EVENT_*: why a link is told of. */
export const IFLA_EVENT = {
  none: 0,
  reboot: 1,
  features: 2,
  bonding_failover: 3,
  notify_peers: 4,
  igmp_resend: 5,
  bonding_options: 6,
} as const;
/** Why a link is told of. */
export type LinkEvent = keyof typeof IFLA_EVENT | number;

/** Counters of a link. */
export interface LinkStats {
  /** Packets received. */
  rxPackets?: number;
  /** Packets sent. */
  txPackets?: number;
  /** Bytes received. */
  rxBytes?: number;
  /** Bytes sent. */
  txBytes?: number;
  /** Bad packets received. */
  rxErrors?: number;
  /** Packets that could not be sent. */
  txErrors?: number;
  /** Packets received and dropped for want of space. */
  rxDropped?: number;
  /** Packets dropped instead of being sent. */
  txDropped?: number;
  /** Multicast packets received. */
  multicast?: number;
  /** Collisions. */
  collisions?: number;
  /** Packets of a wrong length. */
  rxLengthErrors?: number;
  /** Packets that found the receiver's ring full. */
  rxOverErrors?: number;
  /** Packets with a wrong checksum. */
  rxCrcErrors?: number;
  /** Packets with a wrong alignment. */
  rxFrameErrors?: number;
  /** Overruns of the receiver. */
  rxFifoErrors?: number;
  /** Packets missed by the receiver. */
  rxMissedErrors?: number;
  /** Sending given up. */
  txAbortedErrors?: number;
  /** Carrier lost while sending. */
  txCarrierErrors?: number;
  /** Underruns of the sender. */
  txFifoErrors?: number;
  /** Heartbeats lost. */
  txHeartbeatErrors?: number;
  /** Late collisions. */
  txWindowErrors?: number;
  /** Compressed packets received. */
  rxCompressed?: number;
  /** Compressed packets sent. */
  txCompressed?: number;
  /** Packets that nobody wanted. */
  rxNohandler?: number;
  /** Packets for other hosts. Not in `stats`. */
  rxOtherhostDropped?: number;
}

const COUNTERS: readonly (keyof LinkStats)[] = [
  "rxPackets",
  "txPackets",
  "rxBytes",
  "txBytes",
  "rxErrors",
  "txErrors",
  "rxDropped",
  "txDropped",
  "multicast",
  "collisions",
  "rxLengthErrors",
  "rxOverErrors",
  "rxCrcErrors",
  "rxFrameErrors",
  "rxFifoErrors",
  "rxMissedErrors",
  "txAbortedErrors",
  "txCarrierErrors",
  "txFifoErrors",
  "txHeartbeatErrors",
  "txWindowErrors",
  "rxCompressed",
  "txCompressed",
  "rxNohandler",
  "rxOtherhostDropped",
];

/** Resources of an old card. */
export interface LinkMap {
  /** Where its memory begins. */
  memStart?: number;
  /** Where its memory ends. */
  memEnd?: number;
  /** Its I/O address. */
  baseAddr?: number;
  /** Its interrupt. */
  irq?: number;
  /** Its DMA channel. */
  dma?: number;
  /** Its port: 0 unknown, 1 BNC, 2 twisted pair, 3 AUI, … */
  port?: number;
}

/** Programs that see packets first. */
export interface Xdp {
  /** File descriptor of the program to attach, -1 to detach. Input only. */
  fd?: number;
  /** How one is attached. Read-only. */
  attached?: XdpAttached;
  /** How to attach. Input only. */
  flags?: readonly (XdpFlag | number)[];
  /** Number of the program; with several, see the others. Read-only. */
  progId?: number;
  /** Number of the program in the driver. Read-only. */
  drvProgId?: number;
  /** Number of the program behind the driver. Read-only. */
  skbProgId?: number;
  /** Number of the program in the hardware. Read-only. */
  hwProgId?: number;
  /** The program that must be attached for `replace`. Input only. */
  expectedFd?: number;
}
/** Numbers of {@linkcode XdpAttached} by name. */
export const XDP_ATTACHED = { none: 0, drv: 1, skb: 2, hw: 3, multi: 4 } as const;
/** How an XDP program is attached: in the driver, behind it, in hardware, several. */
export type XdpAttached = keyof typeof XDP_ATTACHED | number;
/** Numbers of {@linkcode XdpFlag} by name. */
export const XDP_FLAGS = { update_if_noexist: 1, skb_mode: 2, drv_mode: 4, hw_mode: 8, replace: 16 } as const;
/** How to attach an XDP program. */
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

/** Further names of a link. */
export interface PropList {
  /** Names, at most 127 bytes each. */
  altIfname?: readonly string[];
}

/** Wire form of {@linkcode PropList}: IFLA_PROP_LIST. */
export const PropList: Attributes<PropList> = attributes((): Shape<PropList> => ({
  altIfname: [53, repeated(53, string(127))],
}));

/** Why a program keeps a link down. */
export interface ProtoDownReason {
  /** Bits of `value` that are meant; all when absent. */
  mask?: number;
  /** Reasons, one bit each. */
  value?: number;
}

/** Wire form of {@linkcode ProtoDownReason}: IFLA_PROTO_DOWN_REASON_*. */
export const ProtoDownReason: Attributes<ProtoDownReason> = attributes((): Shape<ProtoDownReason> => ({
  mask: [1, u32],
  value: [2, u32],
}));

/** The devlink port of a link. */
export interface LinkDevlinkPort {
  /** Bus of the device. */
  busName?: string;
  /** Name of the device. */
  devName?: string;
  /** Number of the port. */
  portIndex?: number;
}

/** Wire form of {@linkcode LinkDevlinkPort}: DEVLINK_ATTR_*. */
export const LinkDevlinkPort: Attributes<LinkDevlinkPort> = attributes((): Shape<LinkDevlinkPort> => ({
  busName: [1, text],
  devName: [2, text],
  portIndex: [3, u32],
}), { unlessEmpty: true });

/** The clock pin of a link. */
export interface LinkDpllPin {
  /** Its number. */
  id?: number;
}

/** Wire form of {@linkcode LinkDpllPin}: DPLL_A_PIN_*. */
export const LinkDpllPin: Attributes<LinkDpllPin> = attributes((): Shape<LinkDpllPin> => ({ id: [1, u32] }), {
  unlessEmpty: true,
});

/** A link without what depends on its kind. */
export interface LinkFields {
  /** `bridge` and `inet6` in messages of these families, else `unspec`. */
  family: Family;
  /** What its frames are. Read-only. */
  type: LinkType;
  /** Number. A given one is taken where it is free. */
  index: Ifindex;
  /**
   * All flags, as read and for `add`; to change single ones see `up` and its like. A request that was decoded has those
   * that it changes as `{ flags, mask }`, and may be sent again so.
   */
  flags: readonly (LinkFlag | number)[];
  /** Name, at most 15 bytes. */
  ifname: string;
  /** Given as true or false: lets all multicast in. Read: how many programs want it. */
  allmulti?: boolean | number;
  /** Link-layer address: a MAC address, an IP address of ip tunnels, 20 bytes of InfiniBand. */
  address?: string;
  /** Link-layer broadcast address, or the other end of an ip tunnel. */
  broadcast?: string;
  /** Largest packet in bytes. */
  mtu: number;
  /** Identifier here of the namespace that `link` is in. */
  linkNetnsid?: number;
  /** Number of the link below, or of a pair's other end. */
  link?: Ifindex;
  /** Its name, while it is in this namespace. Read-only. */
  linkDev?: string;
  /** Name of the queueing discipline. Read-only. */
  qdisc?: string;
  /** Counters in 32 bits. Read-only. */
  stats?: LinkStats;
  /** Unused since Linux 2.6. */
  cost?: Uint8Array;
  /** Unused since Linux 2.6. */
  priority?: Uint8Array;
  /** Number of the link that this is a port of; null takes it out. */
  master?: Ifindex;
  /** Its name. Read-only. */
  masterDev?: string;
  /** An event of the old wireless extensions. Read-only. */
  wireless?: Uint8Array;
  /** What the message's own family says. */
  protinfo?: Protinfo;
  /** Most packets queued. */
  txqlen?: number;
  /** Resources of an old card. Read-only. */
  map?: LinkMap;
  /** Packets in one go. Unused by today's kernels. */
  weight?: number;
  /** Whether it can carry packets. */
  operstate: Operstate;
  /** What carrier makes of it. */
  linkmode?: Linkmode;
  /** Free text, at most 255 bytes; empty removes it. */
  ifalias?: string;
  /** Number of virtual functions. Read-only. */
  numVf?: number;
  /** Virtual functions. */
  vfinfoList?: readonly VfInfo[];
  /** Counters. Read-only. */
  stats64?: LinkStats;
  /** Ports of virtual functions. */
  vfPorts?: readonly VfPort[];
  /** Port of the card itself. */
  portSelf?: VfPort;
  /** What address families know. Kernels take it once the link is there. */
  afSpec?: AfSpec;
  /** Group of links, 0 is the default. */
  group?: number;
  /** How many programs want all packets. Read-only. */
  promiscuity?: number;
  /** Queues for sending. */
  numTxQueues?: number;
  /** Queues for receiving. */
  numRxQueues?: number;
  /** Carrier: 1 or 0; few links take it, and only by `set`. */
  carrier?: number;
  /** Identifier of the physical port, hexadecimal. Read-only. */
  physPortId?: string;
  /** Changes of carrier. Read-only. */
  carrierChanges?: number;
  /** Identifier of the switch, hexadecimal. Read-only. */
  physSwitchId?: string;
  /** Name of the physical port. Read-only. */
  physPortName?: string;
  /** 1 while a program keeps it down; few links take it. */
  protoDown?: number;
  /** Most segments of a packet for the card. */
  gsoMaxSegs?: number;
  /** Largest packet for the card, in bytes. */
  gsoMaxSize?: number;
  /** Programs that see packets first. */
  xdp?: Xdp;
  /** Why it is told of. Read-only. */
  event?: LinkEvent;
  /** Identifier of the namespace it went to. Read-only. */
  newNetnsid?: number;
  /** Identifier of the namespace that is meant, or that it is in. */
  targetNetnsid?: number;
  /** Carrier gained. Read-only. */
  carrierUpCount?: number;
  /** Carrier lost. Read-only. */
  carrierDownCount?: number;
  /** Number to have in another namespace, or that it got there. */
  newIfindex?: number;
  /** Least MTU. Read-only. */
  minMtu?: number;
  /** Largest MTU; 0 is no limit. Read-only. */
  maxMtu?: number;
  /** Further names. Requests of their own change them. */
  propList?: PropList;
  /** Address that the hardware came with. Read-only. */
  permAddress?: string;
  /** Why a program keeps it down. */
  protoDownReason?: ProtoDownReason;
  /** Device it belongs to. */
  parentDevName?: string;
  /** Bus of that device. Read-only. */
  parentDevBusName?: string;
  /** Largest packet put together when received, in bytes. */
  groMaxSize?: number;
  /** Largest packet that the hardware takes apart, in bytes. Read-only. */
  tsoMaxSize?: number;
  /** Most segments that the hardware makes. Read-only. */
  tsoMaxSegs?: number;
  /** Its devlink port. Read-only. */
  devlinkPort?: LinkDevlinkPort;
  /** As `gsoMaxSize`, for IPv4. */
  gsoIpv4MaxSize?: number;
  /** As `groMaxSize`, for IPv4. */
  groIpv4MaxSize?: number;
  /** Its clock pin. Read-only. */
  dpllPin?: LinkDpllPin;
  /** How far ahead the hardware can be told when to send, in nanoseconds. Read-only. */
  maxPacingOffloadHorizon?: number;
  /** 1 when it cannot move to another namespace. Read-only. */
  netnsImmutable?: number;
  /** Bytes it wants in front of packets. Read-only. */
  headroom?: number;
  /** Bytes it wants behind packets. Read-only. */
  tailroom?: number;
}

/** Fields of a link that are only given: what is received has none of them. */
export interface LinkGiven {
  /** Another name, to find a link by. */
  altIfname?: string;
  /** Brings it up or down. */
  up?: boolean;
  /** Lets all packets in. Only given; `promiscuity` says whether any program asked. */
  promisc?: boolean;
  /** Whether addresses are resolved. */
  arp?: boolean;
  /** Whether multicast may be sent. */
  multicast?: boolean;
  /** Namespace to make it in or move it to: a name, a path, or the number of a process. */
  netns?: string | number;
  /** Process whose namespace it goes to; see `netns`. */
  netNsPid?: number;
  /** File descriptor of the namespace it goes to; see `netns`. */
  netNsFd?: number;
  /** What a request wants beside the usual. */
  extMask?: readonly (ExtMask | number)[];
}

/** A pair of links: what is sent into one comes out of the other. */
export interface Veth {
  /** The other end: its name, namespace, address and the like. Input only. */
  peer?: LinkMessage;
}

const link: Codec<LinkMessage> = lazy((): Codec<LinkMessage> => Link);

/** Wire form of {@linkcode Veth}: VETH_INFO_*. */
export const Veth: Attributes<Veth> = attributes((): Shape<Veth> => ({ peer: [1, link, "input"] }));

/** A pair of CAN interfaces. */
export interface Vxcan {
  /** The other end. Input only. */
  peer?: LinkMessage;
}

/** Wire form of {@linkcode Vxcan}: VXCAN_INFO_*. */
export const Vxcan: Attributes<Vxcan> = attributes((): Shape<Vxcan> => ({ peer: [1, link, "input"] }));

/** Numbers of {@linkcode NetkitPolicy} by name. */
export const NETKIT_POLICY = { pass: 0, drop: 2 } as const;
/** What becomes of packets without a program. */
export type NetkitPolicy = keyof typeof NETKIT_POLICY | number;
/** Numbers of {@linkcode NetkitMode} by name. */
export const NETKIT_MODE = { l2: 0, l3: 1 } as const;
/** Frames (l2) or packets (l3). */
export type NetkitMode = keyof typeof NETKIT_MODE | number;
/** Numbers of {@linkcode NetkitScrub} by name. */
export const NETKIT_SCRUB = { none: 0, default: 1 } as const;
/** What of a packet is forgotten on its way: nothing, or mark and priority. */
export type NetkitScrub = keyof typeof NETKIT_SCRUB | number;
/** Numbers of {@linkcode NetkitPairing} by name. */
export const NETKIT_DEVICE = { pair: 0, single: 1 } as const;
/** Whether there is another end. */
export type NetkitPairing = keyof typeof NETKIT_DEVICE | number;

/** A pair of links with BPF programs in between. */
export interface Netkit {
  /** The other end. Input only. */
  peerInfo?: LinkMessage;
  /** 1 on the end that rules. Read-only. */
  primary?: number;
  /** What becomes of packets without a program. */
  policy?: NetkitPolicy;
  /** The same at the other end. */
  peerPolicy?: NetkitPolicy;
  /** Frames or packets; packets when absent. */
  mode?: NetkitMode;
  /** What of a packet is forgotten. */
  scrub?: NetkitScrub;
  /** The same at the other end. */
  peerScrub?: NetkitScrub;
  /** Bytes to be free in front of packets. */
  headroom?: number;
  /** Bytes to be free behind packets. */
  tailroom?: number;
  /** Whether there is another end. */
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

/** What a link is, and what its kind has to say. Of kinds that are not listed, `data` is bytes. */
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

/** Kinds that have nothing to say. */
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

/** What a link is a port of, and what that has to say of it. */
export type Port =
  | { slaveKind: "bridge"; slaveData?: BridgePort }
  | { slaveKind: "bond"; slaveData?: BondPort }
  | { slaveKind: "vrf"; slaveData?: VrfPort }
  | { slaveKind: "batadv" | "hsr" | "openvswitch" | "team"; slaveData?: undefined }
  | { slaveKind?: undefined; slaveData?: undefined };

/** What a link's kind counts. */
export interface KindStats {
  /** Counters of CAN; bytes of other kinds. Read-only. */
  xstats?: CanXstats | Uint8Array;
}

/** A link. */
export type Link = LinkFields & KindStats & Kind & Port;

/** A link as messages of both ways have it: a request has only what it is about. */
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
      "what the kind counts",
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
 * Flags, and beside them those that are to change: what the kernel tells has all, an array is all that a request may change.
 * A request of which that is not so is {@linkcode SomeFlags}, both ways, and none where it speaks of no flags.
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
    // Kernels take a mask of none for one of all.
    const spare = change === 0 ? 0 : bits & ~change;
    if (some !== undefined && spare !== 0) {
      to.fail(TypeError, `${maskNames(IFF, spare >>> 0).map(shown).join(", ")} must be in the mask as well`);
    }
    to.view.setUint32(at, bits, true);
    to.view.setUint32(at + CHANGE - FLAGS, change, true);
  },
};

/** Sets or clears one flag of the header and says that it is meant. */
function setFlag(to: Writer, bit: number, on: boolean | number): void {
  if (typeof on !== "boolean") to.fail(TypeError, `expected true or false, got ${shown(on)}`);
  const at = to.base + FLAGS, rest = to.view.getUint32(at, true) & ~bit;
  to.view.setUint32(at, (on ? rest | bit : rest) >>> 0, true);
  to.view.setUint32(at + 4, (to.view.getUint32(at + 4, true) | bit) >>> 0, true);
}

/** A flag as a field of its own. */
const flagField = (bit: number, inverted = false): Derived<boolean> => ({
  apply: (on, to) => setFlag(to, bit, inverted && typeof on === "boolean" ? !on : on),
  use: "input",
});

/** IFLA_ALLMULTI is a count; a truth value in its place is the flag. */
const allmulti: Codec<boolean | number, boolean | number> = {
  name: "u32",
  size: 4,
  decode: u32.decode,
  encode(value, to) {
    if (typeof value !== "number") setFlag(to, IFF.allmulti, value);
    return HEADER_ONLY;
  },
};

/** A namespace by name or path as an open file, by process as its number. */
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

/** Types of links whose addresses are those of IP. */
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

/** An address as the link's type has them; without a type, as it looks. */
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

/** An alias goes without NUL, so that an empty one has no bytes: that removes it. */
const ifalias: Codec<string> = {
  ...string(255),
  encode(value, to, owner) {
    string(255).encode(value, to, owner);
    to.length--;
  },
};

/** Wire form of {@linkcode Link}: ifinfomsg and IFLA_*. */
export const Link: Attributes<LinkMessage> = attributes((): Shape<Partial<LinkFields> & LinkGiven> => ({
  family: head(0, family),
  type: head(2, enumeration(u16, { ...ARPHRD, cisco: ARPHRD.hdlc }) as Codec<LinkType>, readOnly),
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
  stats: [7, row<LinkStats>(u32, COUNTERS.slice(0, -1)), readOnly],
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
  stats64: [23, row<LinkStats>(count64, COUNTERS), readOnly],
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
