/**
 * The messages of ipset, as they are on the wire. Integers of more than a byte are in network order, and the kernel
 * refuses those without NLA_F_NET_BYTEORDER.
 *
 *     ADD:   nfgenmsg  PROTOCOL  SETNAME  DATA { entry }
 *            nfgenmsg  PROTOCOL  SETNAME  LINENO  ADT { DATA { entry, LINENO } … }
 *     LIST:  nfgenmsg  PROTOCOL  SETNAME  TYPENAME … DATA { options of the set }  ADT { DATA { entry } … }
 *
 * Source: linux/netfilter/ipset/ip_set.h, v7.2
 *
 * @module
 */
import {
  addressFamily,
  type Attributes,
  attributes,
  be16,
  be32,
  beCount64,
  type Codec,
  enumeration,
  head,
  ip,
  ipText,
  listOf,
  mac,
  mask,
  MISFIT,
  type Shape,
  shown,
  string,
  struct,
  u8,
} from "../../../core/codec/mod.ts";
import { declareMessages } from "../../../core/messages.ts";
import { NETFILTER_MSG, NETLINK_NETFILTER, type NfFamily, nfFamily, NFGENMSG } from "../protocol.ts";

const NLA_F_NET_BYTEORDER = 0x4000;

/** Makes the codec of an attribute in network order, which is marked in the attribute's header. */
function marked<D, E>(codec: Codec<D, E>): Codec<D, E> {
  return {
    ...codec,
    encode(value, to, owner) {
      const type = to.length - 2;
      if (type > 0) to.view.setUint16(type, to.view.getUint16(type, true) | NLA_F_NET_BYTEORDER, true);
      return codec.encode(value, to, owner);
    },
  };
}

const u16n: Codec<number> = marked(be16), u32n: Codec<number> = marked(be32);
const count64n: Codec<number, number | bigint> = marked(beCount64);

/** The mask of marks: the kernel sends it in host order, without the flag, and takes it in network order. */
const markmask: Codec<number> = {
  ...u32n,
  decode(from, at) {
    const isMarked = at < 4 || (from.view.getUint16(at - 2, true) & NLA_F_NET_BYTEORDER) !== 0;
    return from.view.getUint32(at, !isMarked);
  },
};

/** The most seconds that the kernel can count; it would silently shorten longer timeouts. */
const MAX_TIMEOUT = 2_147_483;

const timeout: Codec<number> = {
  ...u32n,
  encode(value, to, owner) {
    if (value > MAX_TIMEOUT) to.fail(RangeError, `expected 0..${MAX_TIMEOUT} seconds, got ${value}`);
    return u32n.encode(value, to, owner);
  },
};

const IPADDR_IPV4 = 1, IPADDR_IPV6 = 2;

const COMMENT: Codec<string> = string(255);

/** Codec of a comment. Quotes and lines have no form in the notation of `ipset save`, and ipset refuses quotes. */
const comment: Codec<string> = {
  ...COMMENT,
  encode(value, to, owner) {
    if (typeof value === "string" && /["\n\r]/.test(value)) {
      to.fail(TypeError, `a comment has no quotes and no line breaks, got ${shown(value)}`);
    }
    return COMMENT.encode(value, to, owner);
  },
};

/** An address in a nest of its own: IPSET_ATTR_IPADDR_IPV4 or _IPV6. */
const address: Codec<string, string | Uint8Array> = {
  name: "an IP address",
  nested: true,
  decode(from, at, end) {
    if (end - at < 8) return MISFIT;
    const stop = at + from.view.getUint16(at, true);
    return (stop <= end ? ipText(from.bytes, at + 4, stop) : undefined) ?? MISFIT;
  },
  encode(value, to, owner) {
    const start = to.open(0);
    ip.encode(value, to, owner);
    const type = to.length - start === 8 ? IPADDR_IPV4 : IPADDR_IPV6;
    to.view.setUint16(start + 2, type | NLA_F_NET_BYTEORDER, true);
    to.close(start);
  },
};

/** Address families of sets. */
export const IPSET_FAMILY = { unspec: 0, inet: 2, inet6: 10 } as const;

/** The family of a set's addresses, in the words of ipset: `inet` is IPv4; `unspec` if it has no addresses. */
export type SetFamily = keyof typeof IPSET_FAMILY | number;

const family: Codec<SetFamily> = addressFamily(u8, IPSET_FAMILY);

/** IPSET_FLAG_*: flags of sets and entries. Those of entries and of sets are different bits of one attribute. */
export const IPSET_FLAG = {
  before: 0x1,
  physdev: 0x2,
  nomatch: 0x4,
  with_counters: 0x8,
  with_comment: 0x10,
  with_forceadd: 0x20,
  with_skbinfo: 0x40,
  iface_wildcard: 0x80,
} as const;

/** A flag of a set or an entry. */
export type IpsetFlag = keyof typeof IPSET_FLAG;

/** Flags of lists: only the names of the sets, only their headers. */
export const IPSET_LIST_FLAG = { exist: 0x1, list_setname: 0x2, list_header: 0x4 } as const;

/** A flag of a request for lists. */
export type IpsetListFlag = keyof typeof IPSET_LIST_FLAG;

type Flags<F> = Codec<readonly (F | number)[], readonly (F | number)[] | number>;

const cadtFlags: Flags<IpsetFlag> = mask(u32n, IPSET_FLAG);

/** The protocols of ports that have names. */
export const IPSET_PROTO = {
  icmp: 1,
  igmp: 2,
  tcp: 6,
  udp: 17,
  dccp: 33,
  gre: 47,
  esp: 50,
  ah: 51,
  icmpv6: 58,
  sctp: 132,
  udplite: 136,
} as const;

/** An IP protocol: a name, or its number. */
export type IpsetProto = keyof typeof IPSET_PROTO | number;

/** A mark for packets that match an entry; `mask` has the bits of the packet's mark to replace. */
export interface SkbMark {
  /** The mark, u32. */
  mark: number;
  /** The bits that are set, u32; all when absent. */
  mask: number;
}

const skbMark: Codec<SkbMark> = struct(8, (): Shape<SkbMark> => ({ mark: [0, be32], mask: [4, be32] }));

/** An entry on the wire. */
export interface IpsetEntry {
  /** Address, or the first of a range. */
  ip?: string;
  /** Last address of the range. */
  ipTo?: string;
  /** Prefix length of `ip`. */
  cidr?: number;
  /** IP protocol of the port. */
  proto?: IpsetProto;
  /** Port, or the first of a range; for ICMP, type << 8 | code. */
  port?: number;
  /** Last port of the range. */
  portTo?: number;
  /** Second address. */
  ip2?: string;
  /** Last address of the second range. */
  ip2To?: string;
  /** Prefix length of `ip2`. */
  cidr2?: number;
  /** MAC address. */
  ether?: string;
  /** Mark, u32. */
  mark?: number;
  /** Name of an interface. */
  iface?: string;
  /** Name of a set, in a list of sets. */
  name?: string;
  /** Name of a set in the list that the new one is placed beside. */
  nameref?: string;
  /** Seconds until the entry is removed; 0 is never. */
  timeout?: number;
  /** Flags of the entry. */
  cadtFlags?: readonly (IpsetFlag | number)[];
  /** Number of packets that matched. */
  packets?: number;
  /** Number of bytes in these packets. */
  bytes?: number;
  /** Comment, at most 255 bytes. */
  comment?: string;
  /** Mark for matching packets. */
  skbmark?: SkbMark;
  /** Traffic class for matching packets: major << 16 | minor. */
  skbprio?: number;
  /** Queue of the interface for matching packets. */
  skbqueue?: number;
  /** Position in the request, which an error returns. */
  lineno?: number;
}

/** Wire form of {@linkcode IpsetEntry}: the attributes of IPSET_CMD_ADD, _DEL and _TEST. */
export const IpsetEntry: Attributes<IpsetEntry> = attributes((): Shape<IpsetEntry> => ({
  ip: [1, address],
  ipTo: [2, address],
  cidr: [3, u8],
  proto: [7, enumeration(u8, IPSET_PROTO)],
  port: [4, u16n],
  portTo: [5, u16n],
  ip2: [20, address],
  ip2To: [22, address],
  cidr2: [21, u8],
  ether: [17, mac],
  mark: [10, u32n],
  iface: [23, string(15)],
  name: [18, string(31)],
  nameref: [19, string(31)],
  timeout: [6, timeout],
  cadtFlags: [8, cadtFlags],
  packets: [25, count64n],
  bytes: [24, count64n],
  comment: [26, comment],
  skbmark: [27, marked(skbMark)],
  skbprio: [28, u32n],
  skbqueue: [29, u16n],
  lineno: [9, u32n],
}), { pad: 30 });

/** Options of a set on the wire. */
export interface IpsetOptions {
  /** First address of a bitmap. */
  ip?: string;
  /** Last address of a bitmap. */
  ipTo?: string;
  /** Prefix length, instead of the last address. */
  cidr?: number;
  /** First port of a bitmap. */
  port?: number;
  /** Last port of a bitmap. */
  portTo?: number;
  /** Default timeout of entries in seconds. */
  timeout?: number;
  /** Parts that all entries have. */
  cadtFlags?: readonly (IpsetFlag | number)[];
  /** Bits of a mark that are compared. */
  markmask?: number;
  /** Bits of an address that are compared. */
  bitmask?: string;
  /** Seed of the hash. */
  initval?: number;
  /** Number of buckets. */
  hashsize?: number;
  /** Most entries. */
  maxelem?: number;
  /** Prefix length to which addresses are cut. */
  netmask?: number;
  /** Most entries of a bucket. */
  bucketsize?: number;
  /** Most sets in a list. */
  size?: number;
  /** Number of entries. */
  elements?: number;
  /** Number of users: rules and lists of sets. */
  references?: number;
  /** Memory that the set uses, in bytes. */
  memsize?: number;
}

/** Wire form of {@linkcode IpsetOptions}: the attributes of IPSET_CMD_CREATE. */
export const IpsetOptions: Attributes<IpsetOptions> = attributes((): Shape<IpsetOptions> => ({
  ip: [1, address],
  ipTo: [2, address],
  cidr: [3, u8],
  port: [4, u16n],
  portTo: [5, u16n],
  timeout: [6, timeout],
  cadtFlags: [8, cadtFlags],
  markmask: [11, markmask],
  bitmask: [12, address],
  initval: [17, u32n],
  hashsize: [18, u32n],
  maxelem: [19, u32n],
  netmask: [20, u8],
  bucketsize: [21, u8],
  size: [23, u32n],
  elements: [24, u32n],
  references: [25, u32n],
  memsize: [26, u32n],
}));

const setname: Codec<string> = string(31);

/** A request about a set, or an answer with a set and some of its entries. */
export interface IpsetMessage {
  /** Family in the header, which the kernel ignores. */
  nfgenFamily?: NfFamily;
  /** Version of the protocol: 6 or 7. */
  protocol?: number;
  /** Name of the set. */
  setname?: string;
  /** Type of the set. */
  typename?: string;
  /** Revision of the type. */
  revision?: number;
  /** Address family of the set. */
  family?: SetFamily;
  /** Flags of a request for lists. */
  flags?: readonly (IpsetListFlag | number)[];
  /** Options of the set. */
  data?: IpsetOptions;
  /** Entries. */
  adt?: readonly IpsetEntry[];
  /** Least revision of the type that the kernel supports. */
  revisionMin?: number;
  /** Number of the set in the kernel. */
  index?: number;
}

const DATA = 7;

/** Wire form of {@linkcode IpsetMessage}: nfgenmsg and IPSET_ATTR_*. */
export const IpsetMessage: Attributes<IpsetMessage> = attributes((): Shape<IpsetMessage> => ({
  nfgenFamily: head(0, nfFamily),
  protocol: [1, u8],
  setname: [2, setname],
  typename: [3, setname],
  revision: [4, u8],
  family: [5, family],
  flags: [6, mask(u32n, IPSET_LIST_FLAG)],
  data: [DATA, IpsetOptions],
  adt: [8, listOf(DATA, IpsetEntry)],
  revisionMin: [10, u8],
  index: [11, u16n],
}), { header: NFGENMSG });

/** A request to add, delete or test entries: one in `data`, or several in `adt`. */
export interface IpsetEntryMessage {
  /** Family in the header, which the kernel ignores. */
  nfgenFamily?: NfFamily;
  /** Version of the protocol. */
  protocol?: number;
  /** Name of the set. */
  setname?: string;
  /** One entry. */
  data?: IpsetEntry;
  /** Position of the refused entry, in the kernel's answer. The kernel requires it beside `adt`. */
  lineno?: number;
  /** Several entries. */
  adt?: readonly IpsetEntry[];
}

/** Wire form of {@linkcode IpsetEntryMessage}: nfgenmsg and IPSET_ATTR_*. */
export const IpsetEntryMessage: Attributes<IpsetEntryMessage> = attributes((): Shape<IpsetEntryMessage> => ({
  nfgenFamily: head(0, nfFamily),
  protocol: [1, u8],
  setname: [2, setname],
  data: [DATA, IpsetEntry],
  lineno: [9, u32n],
  adt: [8, listOf(DATA, IpsetEntry)],
}), { header: NFGENMSG });

/** A request to rename or swap sets. */
export interface IpsetRename {
  /** Family in the header, which the kernel ignores. */
  nfgenFamily?: NfFamily;
  /** Version of the protocol. */
  protocol?: number;
  /** Name of the set. */
  setname?: string;
  /** The new name, or the name of the other set. */
  setname2?: string;
}

/** Wire form of {@linkcode IpsetRename}: nfgenmsg and IPSET_ATTR_*. */
export const IpsetRename: Attributes<IpsetRename> = attributes((): Shape<IpsetRename> => ({
  nfgenFamily: head(0, nfFamily),
  protocol: [1, u8],
  setname: [2, setname],
  setname2: [3, setname],
}), { header: NFGENMSG });

/** The versions of the protocol that the kernel speaks. */
export interface IpsetProtocol {
  /** Family in the header, which the kernel ignores. */
  nfgenFamily?: NfFamily;
  /** The highest version. */
  protocol?: number;
  /** The lowest version. */
  protocolMin?: number;
}

/** Wire form of {@linkcode IpsetProtocol}: nfgenmsg and IPSET_ATTR_PROTOCOL*. */
export const IpsetProtocol: Attributes<IpsetProtocol> = attributes((): Shape<IpsetProtocol> => ({
  nfgenFamily: head(0, nfFamily),
  protocol: [1, u8],
  protocolMin: [10, u8],
}), { header: NFGENMSG });

const {
  IPSET_CMD_PROTOCOL,
  IPSET_CMD_CREATE,
  IPSET_CMD_DESTROY,
  IPSET_CMD_FLUSH,
  IPSET_CMD_RENAME,
  IPSET_CMD_SWAP,
  IPSET_CMD_LIST,
  IPSET_CMD_SAVE,
  IPSET_CMD_ADD,
  IPSET_CMD_DEL,
  IPSET_CMD_TEST,
  IPSET_CMD_HEADER,
  IPSET_CMD_TYPE,
  IPSET_CMD_GET_BYNAME,
  IPSET_CMD_GET_BYINDEX,
} = NETFILTER_MSG;

declareMessages(
  NETLINK_NETFILTER,
  { types: [IPSET_CMD_PROTOCOL], codec: IpsetProtocol as Codec<unknown, never> },
  {
    types: [
      IPSET_CMD_CREATE,
      IPSET_CMD_DESTROY,
      IPSET_CMD_FLUSH,
      IPSET_CMD_LIST,
      IPSET_CMD_SAVE,
      IPSET_CMD_HEADER,
      IPSET_CMD_TYPE,
      IPSET_CMD_GET_BYNAME,
      IPSET_CMD_GET_BYINDEX,
    ],
    codec: IpsetMessage as Codec<unknown, never>,
  },
  { types: [IPSET_CMD_RENAME, IPSET_CMD_SWAP], codec: IpsetRename as Codec<unknown, never> },
  { types: [IPSET_CMD_ADD, IPSET_CMD_DEL, IPSET_CMD_TEST], codec: IpsetEntryMessage as Codec<unknown, never> },
);
