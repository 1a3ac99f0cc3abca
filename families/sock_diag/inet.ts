/**
 * Sockets of IPv4 and IPv6: requests, and what all of their protocols have.
 *
 *     inet_diag_sockid 0       2       4          20         36     40        48
 *                      +-------+-------+----------+----------+------+---------+
 *                      | sport | dport | src      | dst      | if   | cookie  |
 *                      +-------+-------+----------+----------+------+---------+
 *
 * Source: linux/inet_diag.h, linux/sock_diag.h, v7.2
 *
 * @module
 */
import {
  type Attributes,
  attributes,
  be16,
  bytes,
  type Codec,
  enumeration,
  head,
  HEADER_ONLY,
  type Ifindex,
  ifindex,
  interfaceNameOf,
  ipv4Text,
  ipv6Text,
  key,
  listOf,
  mask,
  parseIp,
  type Reader,
  repeated,
  type RepeatedCodec,
  type Shape,
  shown,
  type Struct,
  struct,
  u16,
  u32,
  u8,
} from "../../core/codec/mod.ts";
import { declareInetRequests } from "./messages.ts";
import { Bytecode, type BytecodeOp } from "./bytecode.ts";
import {
  AF,
  cookie,
  family,
  type Shutdown,
  shutdown,
  type SocketFamily,
  SocketMemory,
  type SocketState,
  state,
  states,
  type TCP_STATE,
  yes,
} from "./protocol.ts";
import type { SocketForm } from "./sockets.ts";

/** IPPROTO_*: protocols above IP. */
export const IPPROTO = {
  ip: 0,
  icmp: 1,
  igmp: 2,
  ipip: 4,
  tcp: 6,
  egp: 8,
  pup: 12,
  udp: 17,
  idp: 22,
  tp: 29,
  dccp: 33,
  ipv6: 41,
  rsvp: 46,
  gre: 47,
  esp: 50,
  ah: 51,
  icmpv6: 58,
  mtp: 92,
  beetph: 94,
  encap: 98,
  pim: 103,
  comp: 108,
  l2tp: 115,
  sctp: 132,
  udplite: 136,
  mpls: 137,
  ethernet: 143,
  raw: 255,
  smc: 256,
  mptcp: 262,
} as const;

/** A protocol above IP, by name. */
export type IpProtocol = keyof typeof IPPROTO | number;

const protocolByte: Codec<IpProtocol> = enumeration(u8, IPPROTO);
const protocolWord: Codec<IpProtocol> = enumeration(u32, IPPROTO);

/** Sixteen bytes, of which IPv4 has the first four; which it is the header's first byte says. */
const address: Codec<string> = {
  name: "an IPv4 or IPv6 address",
  size: 16,
  decode: (from, at) => from.bytes[from.base] === AF.inet6 ? ipv6Text(from.bytes, at) : ipv4Text(from.bytes, at),
  encode(value, to) {
    const given = typeof value === "string" ? parseIp(value) : undefined;
    if (given === undefined) return to.fail(TypeError, `expected an IPv4 or IPv6 address, got ${shown(value)}`);
    const own = given.length === 4 ? AF.inet : AF.inet6, place = to.base;
    if (to.bytes[place] === 0) to.bytes[place] = own;
    else if ((to.bytes[place] === AF.inet6) !== (own === AF.inet6)) {
      to.fail(TypeError, `${shown(value)} is not of the family ${own === AF.inet ? "inet6" : "inet"} beside it`);
    }
    to.append(given);
    to.grow(16 - given.length);
  },
};

/** What tells one connection from another. */
export interface SocketId {
  /** Its own port; for raw sockets their protocol. */
  localPort: number;
  /** The peer's port, 0 for none. */
  dstPort: number;
  /** Its own address, `0.0.0.0` or `::` for any. */
  local: string;
  /** The peer's address, `0.0.0.0` or `::` for none. */
  dst: string;
  /** Number of the interface that it is bound to, 0 for none. */
  if: Ifindex;
  /** The name of that interface. */
  dev?: string;
  /** What tells it from all others, also from those that have its addresses later. */
  cookie: bigint;
}

/** Entries of a header for struct inet_diag_sockid at `offset`. */
export function socketId(offset: number, addresses: Codec<string> = address): Shape<SocketId> {
  return {
    localPort: head(offset, be16, key),
    dstPort: head(offset + 2, be16, key),
    local: head(offset + 4, addresses, key),
    dst: head(offset + 20, addresses, key),
    if: head(offset + 36, ifindex, key),
    dev: interfaceNameOf("if", key),
    cookie: head(offset + 40, cookie, key),
  };
}

/** INET_DIAG_*: what to tell beside what is always told. */
export type InetExtension =
  | "meminfo"
  | "info"
  | "vegasinfo"
  | "cong"
  | "tos"
  | "tclass"
  | "skmeminfo"
  | "shutdown"
  | number;

/** What is asked: struct inet_diag_req_v2 and INET_DIAG_REQ_*. */
export interface InetRequest extends Partial<SocketId> {
  /** `inet` or `inet6`. */
  family?: SocketFamily;
  /** What to tell. */
  ext?: readonly InetExtension[];
  /** The protocol of raw sockets. */
  rawProtocol?: IpProtocol;
  /** In which states. */
  states?: readonly SocketState[];
  /** A filter. */
  bytecode?: readonly BytecodeOp[];
  /** BPF maps whose storage is to be told of, all maps when there is none among them. Needs CAP_BPF. */
  skBpfStorages?: StorageRequest;
  /** Which protocol's sockets. */
  protocol?: IpProtocol;
}

const PROTOCOL_AT = 1;

/** sdiag_protocol; numbers above 255 have an attribute of their own. */
const requestProtocol: Codec<IpProtocol> = {
  name: "a protocol",
  size: 4,
  decode: (from, at, end, owner) => protocolWord.decode(from, at, end, owner),
  absent: (from: Reader) => protocolByte.decode(from, from.base + PROTOCOL_AT, from.base + PROTOCOL_AT + 1, {}),
  encode(value, to, owner) {
    const at = to.length;
    protocolWord.encode(value, to, owner);
    const number = to.view.getUint32(at, true);
    to.bytes[to.base + PROTOCOL_AT] = number;
    return number > 255 ? undefined : HEADER_ONLY;
  },
};

/** The BPF maps of INET_DIAG_REQ_SK_BPF_STORAGES. */
export interface StorageRequest {
  /** File descriptors of maps. */
  mapFd?: readonly number[];
}

/** Wire form of {@linkcode StorageRequest}: SK_DIAG_BPF_STORAGE_REQ_*. */
export const StorageRequest: Attributes<StorageRequest> = attributes((): Shape<StorageRequest> => ({
  mapFd: [1, repeated(1, u32) as Codec<readonly number[]> & RepeatedCodec],
}));

/** Wire form of {@linkcode InetRequest}. */
export const InetRequest: Attributes<InetRequest> = attributes((): Shape<InetRequest> => ({
  family: head(0, family),
  ext: head(
    2,
    mask(u8, {
      meminfo: 1,
      info: 2,
      vegasinfo: 4,
      cong: 8,
      tos: 16,
      tclass: 32,
      skmeminfo: 64,
      shutdown: 128,
    }) as Codec<readonly InetExtension[]>,
  ),
  rawProtocol: head(3, protocolByte),
  states: head(4, states as Codec<readonly SocketState[]>),
  ...socketId(8),
  bytecode: [1, Bytecode],
  skBpfStorages: [2, StorageRequest],
  protocol: [3, requestProtocol],
}), { header: 56 });

/** What kernels before 3.3 are asked, and newer ones still understand: struct inet_diag_req. */
export interface InetRequestV1 extends Partial<SocketId> {
  /** `inet` or `inet6`; sockets of both are told of where it is 0. */
  family?: SocketFamily;
  /** Bytes of `local`. */
  srcLen?: number;
  /** Bytes of `dst`. */
  dstLen?: number;
  /** What to tell. */
  ext?: readonly InetExtension[];
  /** In which states. */
  states?: readonly SocketState[];
  /** Which tables. */
  dbs?: number;
  /** A filter. */
  bytecode?: readonly BytecodeOp[];
}

/** Wire form of {@linkcode InetRequestV1}; its type says the protocol. */
export const InetRequestV1: Attributes<InetRequestV1> = attributes((): Shape<InetRequestV1> => ({
  family: head(0, family),
  srcLen: head(1, u8),
  dstLen: head(2, u8),
  ext: { offset: 3, codec: InetRequest.field("ext")!.codec as Codec<readonly InetExtension[]> },
  ...socketId(4),
  states: head(52, states as Codec<readonly SocketState[]>),
  dbs: head(56, u32),
  bytecode: [1, Bytecode],
}), { header: 60 });

/** Memory of a socket in short: struct inet_diag_meminfo. */
export interface InetMeminfo {
  /** Bytes received and not read, with what they cost. */
  rmem?: number;
  /** Bytes in the send queue. */
  wmem?: number;
  /** Reserved, and not in use yet. */
  fmem?: number;
  /** Bytes on their way out, with what they cost. */
  tmem?: number;
}

/** Wire form of {@linkcode InetMeminfo}. */
export const InetMeminfo: Struct<InetMeminfo> = struct(16, (): Shape<InetMeminfo> => ({
  rmem: [0, u32],
  wmem: [4, u32],
  fmem: [8, u32],
  tmem: [12, u32],
}));

/** What a BPF program keeps with a socket: SK_DIAG_BPF_STORAGE_*. */
export interface BpfStorage {
  /** The map's number. */
  mapId?: number;
  /** Its value. */
  mapValue?: Uint8Array;
}

/** Wire form of {@linkcode BpfStorage}. */
export const BpfStorage: Attributes<BpfStorage> = attributes((): Shape<BpfStorage> => ({
  mapId: [2, u32],
  mapValue: [3, bytes as Codec<Uint8Array>],
}), { pad: 1 });

/** What a socket is set to: struct inet_diag_sockopt. */
export type InetSockopt =
  | "recverr"
  | "is_icsk"
  | "freebind"
  | "hdrincl"
  | "mc_loop"
  | "transparent"
  | "mc_all"
  | "nodefrag"
  | "bind_address_no_port"
  | "recverr_rfc4884"
  | "defer_connect"
  | number;

/** What a timer is for. */
export type InetTimer = "off" | "on" | "keepalive" | "timewait" | "probe0" | "delack" | number;

/** A socket of whatever protocol: struct inet_diag_msg and INET_DIAG_*. */
export interface InetSocket extends SocketId {
  /** `inet` or `inet6`. */
  family: SocketFamily;
  /** What it is doing. */
  state: SocketState;
  /** Which timer runs: `on` sends again. */
  timer: InetTimer;
  /** How often that was already so. */
  retrans: number;
  /** When it goes off, in ms. */
  expires: number;
  /** Bytes to be read; of one that listens, connections to be accepted. */
  rqueue: number;
  /** Bytes that are not acknowledged; of one that listens, connections that may wait. */
  wqueue: number;
  /** The user that it belongs to. */
  uid: number;
  /** Its inode: that of `socket:[…]` in /proc/PID/fd; 0 where no process has it. */
  inode: number;
  /** Its memory in short. */
  meminfo?: InetMeminfo;
  /** Type of service, of IPv4. */
  tos?: number;
  /** Traffic class, of IPv6. */
  tclass?: number;
  /** Its memory. */
  skmeminfo?: SocketMemory;
  /** Which ways it is shut down. */
  shutdown?: Shutdown;
  /** Its protocol, where that does not go without saying: of raw sockets, and of all that are destroyed. */
  protocol?: IpProtocol;
  /** Whether it is for IPv6 alone. */
  skv6only?: boolean;
  /** Its mark; told to who has CAP_NET_ADMIN. */
  mark?: number;
  /** Its class in net_cls, else its priority. */
  classId?: number;
  /** What BPF programs keep with it, where that was asked for. */
  skBpfStorages?: readonly BpfStorage[];
  /** Its control group: the inode of the group's folder. Since Linux 5.8. */
  cgroupId?: bigint;
  /** What it is set to; since Linux 5.9. */
  sockopt?: readonly InetSockopt[];
}

/** Entries of {@linkcode InetSocket}; protocols add their own. */
export const inetShape: Shape<InetSocket> = {
  family: head(0, family, key),
  state: head(1, state),
  timer: head(2, enumeration(u8, { off: 0, on: 1, keepalive: 2, timewait: 3, probe0: 4, delack: 5 })),
  retrans: head(3, u8),
  ...socketId(4),
  expires: head(52, u32),
  rqueue: head(56, u32),
  wqueue: head(60, u32),
  uid: head(64, u32),
  inode: head(68, u32),
  meminfo: [1, InetMeminfo],
  tos: [5, u8],
  tclass: [6, u8],
  skmeminfo: [7, SocketMemory],
  shutdown: [8, shutdown],
  protocol: [10, protocolByte],
  skv6only: [11, yes],
  mark: [15, u32],
  classId: [17, u32],
  skBpfStorages: [20, listOf(1, BpfStorage) as Codec<readonly BpfStorage[]>],
  cgroupId: [21, cookie],
  sockopt: [
    22,
    mask(u16, {
      recverr: 0x1,
      is_icsk: 0x2,
      freebind: 0x4,
      hdrincl: 0x8,
      mc_loop: 0x10,
      transparent: 0x20,
      mc_all: 0x40,
      nodefrag: 0x80,
      bind_address_no_port: 0x100,
      recverr_rfc4884: 0x200,
      defer_connect: 0x400,
    }) as Codec<readonly InetSockopt[]>,
  ],
};

/** Bytes of inet_diag_msg, and the attribute that only pads. */
export const INET: { readonly header: number; readonly pad: number } = { header: 72, pad: 14 };

/** An address with its port, as struct sockaddr_storage has it. */
export interface SocketAddress {
  /** `inet` or `inet6`. */
  family?: SocketFamily;
  /** The port. */
  port?: number;
  /** The address. */
  addr?: string;
  /** Number of the interface that a link-local address is of. */
  scopeId?: number;
}

const SOCKADDR_STORAGE = 128;

/** Wire form of {@linkcode SocketAddress}. */
export const SocketAddress: Codec<SocketAddress> = {
  name: "an address with a port",
  size: SOCKADDR_STORAGE,
  decode(from, at) {
    const { view, bytes } = from, number = view.getUint16(at, true);
    const known = number === AF.inet ? "inet" : number === AF.inet6 ? "inet6" : undefined;
    if (known === undefined) return number === 0 ? {} : { family: number };
    const six = known === "inet6", scopeId = six ? view.getUint32(at + 24, true) : 0;
    return {
      family: known,
      port: view.getUint16(at + 2),
      addr: six ? ipv6Text(bytes, at + 8) : ipv4Text(bytes, at + 4),
      ...(scopeId === 0 ? {} : { scopeId }),
    };
  },
  encode(value, to) {
    const { addr, port = 0, scopeId = 0 } = value, given = addr === undefined ? undefined : parseIp(addr);
    if (addr !== undefined && given === undefined) {
      to.fail(TypeError, `expected an IPv4 or IPv6 address, got ${shown(addr)}`);
    }
    const at = to.grow(SOCKADDR_STORAGE);
    if (given === undefined) {
      if (typeof value.family === "number") to.view.setUint16(at, value.family, true);
      return;
    }
    const six = given.length === 16;
    to.view.setUint16(at, six ? AF.inet6 : AF.inet, true);
    to.view.setUint16(at + 2, port);
    to.bytes.set(given, at + (six ? 8 : 4));
    if (six) to.view.setUint32(at + 24, scopeId, true);
  },
};

/** A socket of whatever protocol, which may have states of its own. */
export type AnyInetSocket = Omit<InetSocket, "state"> & {
  /** What it is doing. */
  state: string | number;
};

/** What protocols differ in. */
export interface InetForm<T extends AnyInetSocket> {
  /** What one is called: `TCP socket`. */
  readonly object: string;
  /** Its table. */
  readonly table: Attributes<T>;
  /** Its number, by name. */
  readonly protocol: IpProtocol;
  /** The groups that tell of those that are no more. */
  readonly groups?: readonly number[];
  /** The module that knows such sockets, and the kernel's option. */
  readonly module: SocketForm<T>["module"];
  /** Whether its states are not those of TCP, so that the kernel cannot be asked for some of them. */
  readonly ownStates?: true;
  /** States that a socket which was asked for by them is told to be in another one. */
  readonly toldAs?: Readonly<Partial<Record<keyof typeof TCP_STATE, keyof typeof TCP_STATE>>>;
  /** Whether the kernel takes the two ends in each other's place when it is asked for a single one. */
  readonly swapped?: true;
  /** Whether it makes nothing of the cookie when it is asked for a single one, or to destroy it. */
  readonly anyCookie?: true;
  /** Whether it cannot be asked for a single one by its ends. */
  readonly listOnly?: true;
  /** Whether it makes nothing of conditions. */
  readonly unfiltered?: true;
  /** Whether it tells what BPF programs keep with one. */
  readonly storages?: true;
}

declareInetRequests(InetRequest, InetRequestV1);
