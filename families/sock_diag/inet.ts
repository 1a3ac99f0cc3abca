/**
 * Sockets of IPv4 and IPv6: requests, and the fields that all their protocols share.
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

/** IPPROTO_*: protocols on top of IP. */
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

/** A protocol on top of IP, by name or number. */
export type IpProtocol = keyof typeof IPPROTO | number;

const protocolByte: Codec<IpProtocol> = enumeration(u8, IPPROTO);
const protocolWord: Codec<IpProtocol> = enumeration(u32, IPPROTO);

/** Codec of an address in 16 bytes: IPv4 uses the first four. The family is the first byte of the header. */
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
      to.fail(TypeError, `${shown(value)} is not of the family ${own === AF.inet ? "inet6" : "inet"} of the message`);
    }
    to.append(given);
    to.grow(16 - given.length);
  },
};

/** The identity of a connection: struct inet_diag_sockid. */
export interface SocketId {
  /** Own port; of raw sockets the number of their protocol. */
  localPort: number;
  /** The peer's port; 0 for none. */
  dstPort: number;
  /** Own address; `0.0.0.0` or `::` for any. */
  local: string;
  /** The peer's address; `0.0.0.0` or `::` for none. */
  dst: string;
  /** Index of the interface that it is bound to; 0 for none. */
  if: Ifindex;
  /** Name of the interface that it is bound to. */
  dev?: string;
  /** Unique number of the socket, u64: later sockets with the same addresses have another one. */
  cookie: bigint;
}

/** Returns the fields of a header for struct inet_diag_sockid at `offset`. */
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

/** INET_DIAG_*: additional data that a request asks for. */
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

/** A request: struct inet_diag_req_v2 and INET_DIAG_REQ_*. */
export interface InetRequest extends Partial<SocketId> {
  /** `inet` or `inet6`. */
  family?: SocketFamily;
  /** Additional data in the reply. */
  ext?: readonly InetExtension[];
  /** Protocol of raw sockets. */
  rawProtocol?: IpProtocol;
  /** States of the sockets to list. */
  states?: readonly SocketState[];
  /** Filter program that the kernel runs on each socket. */
  bytecode?: readonly BytecodeOp[];
  /** BPF maps whose socket storage the reply shall contain; all maps if the list is empty. Needs CAP_BPF. */
  skBpfStorages?: StorageRequest;
  /** Protocol of the sockets. */
  protocol?: IpProtocol;
}

const PROTOCOL_AT = 1;

/** Codec of sdiag_protocol; numbers above 255 have an attribute of their own. */
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

/** BPF maps in a request: INET_DIAG_REQ_SK_BPF_STORAGES. */
export interface StorageRequest {
  /** File descriptors of the maps. */
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

/** A request in the form that Linux before 3.3 used and later kernels still accept: struct inet_diag_req. */
export interface InetRequestV1 extends Partial<SocketId> {
  /** `inet` or `inet6`; 0 for sockets of both. */
  family?: SocketFamily;
  /** Length of `local` in bytes. */
  srcLen?: number;
  /** Length of `dst` in bytes. */
  dstLen?: number;
  /** Additional data in the reply. */
  ext?: readonly InetExtension[];
  /** States of the sockets to list. */
  states?: readonly SocketState[];
  /** Tables to search. Unused. */
  dbs?: number;
  /** Filter program that the kernel runs on each socket. */
  bytecode?: readonly BytecodeOp[];
}

/** Wire form of {@linkcode InetRequestV1}; the message type determines the protocol. */
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

/** Memory of a socket in short form: struct inet_diag_meminfo. */
export interface InetMeminfo {
  /** Memory of received data that was not read yet, in bytes. */
  rmem?: number;
  /** Memory of the send queue, in bytes. */
  wmem?: number;
  /** Memory that is reserved but not used yet, in bytes. */
  fmem?: number;
  /** Memory of data being sent, in bytes. */
  tmem?: number;
}

/** Wire form of {@linkcode InetMeminfo}. */
export const InetMeminfo: Struct<InetMeminfo> = struct(16, (): Shape<InetMeminfo> => ({
  rmem: [0, u32],
  wmem: [4, u32],
  fmem: [8, u32],
  tmem: [12, u32],
}));

/** Storage of a BPF map with a socket: SK_DIAG_BPF_STORAGE_*. */
export interface BpfStorage {
  /** Id of the map. */
  mapId?: number;
  /** Value that the map has for the socket. */
  mapValue?: Uint8Array;
}

/** Wire form of {@linkcode BpfStorage}. */
export const BpfStorage: Attributes<BpfStorage> = attributes((): Shape<BpfStorage> => ({
  mapId: [2, u32],
  mapValue: [3, bytes as Codec<Uint8Array>],
}), { pad: 1 });

/** A socket option or flag: struct inet_diag_sockopt. */
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

/** Purpose of a socket's timer. */
export type InetTimer = "off" | "on" | "keepalive" | "timewait" | "probe0" | "delack" | number;

/** A socket of IPv4 or IPv6 of any protocol: struct inet_diag_msg and INET_DIAG_*. */
export interface InetSocket extends SocketId {
  /** `inet` or `inet6`. */
  family: SocketFamily;
  /** State of the socket. */
  state: SocketState;
  /** Purpose of the running timer: `on` retransmits. */
  timer: InetTimer;
  /** Number of times that this timer already expired. */
  retrans: number;
  /** Milliseconds until the timer expires. */
  expires: number;
  /** Bytes to be read; of a listening socket, connections to be accepted. */
  rqueue: number;
  /** Unacknowledged bytes; of a listening socket, the limit of connections to be accepted. */
  wqueue: number;
  /** Number of the user that owns it. */
  uid: number;
  /** Inode: that of `socket:[…]` in /proc/PID/fd; 0 if no process has it open. */
  inode: number;
  /** Memory in short form. */
  meminfo?: InetMeminfo;
  /** Type of service, 0..255. IPv4. */
  tos?: number;
  /** Traffic class, 0..255. IPv6. */
  tclass?: number;
  /** Memory of the socket. */
  skmeminfo?: SocketMemory;
  /** Directions that are shut down. */
  shutdown?: Shutdown;
  /** Protocol; only of raw sockets and in events of destroyed sockets. */
  protocol?: IpProtocol;
  /** True if it accepts IPv6 only. */
  skv6only?: boolean;
  /** Firewall mark, u32; only with CAP_NET_ADMIN. */
  mark?: number;
  /** Class id of the net_cls control group, or the socket's priority, u32. */
  classId?: number;
  /** Storage of BPF maps; present if the request has `skBpfStorages`. */
  skBpfStorages?: readonly BpfStorage[];
  /** Control group: the inode of the group's directory. Since Linux 5.8. */
  cgroupId?: bigint;
  /** Socket options and flags that are on; since Linux 5.9. */
  sockopt?: readonly InetSockopt[];
}

/** The fields of {@linkcode InetSocket}; each protocol adds its own. */
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

/** Length of inet_diag_msg in bytes, and the attribute that is padding. */
export const INET: { readonly header: number; readonly pad: number } = { header: 72, pad: 14 };

/** An address with a port: struct sockaddr_storage. */
export interface SocketAddress {
  /** `inet` or `inet6`. */
  family?: SocketFamily;
  /** Port, 0..65535. */
  port?: number;
  /** IPv4 or IPv6 address. */
  addr?: string;
  /** Index of the interface of a link-local address. */
  scopeId?: number;
}

const SOCKADDR_STORAGE = 128;

/** Wire form of {@linkcode SocketAddress}: 128 bytes. */
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

/** A socket of any protocol, which may have states of its own. */
export type AnyInetSocket = Omit<InetSocket, "state"> & {
  /** State of the socket. */
  state: string | number;
};

/** The differences between the protocols of sockets. */
export interface InetForm<T extends AnyInetSocket> {
  /** Name of such a socket in messages: `TCP socket`. */
  readonly object: string;
  /** Table of such a socket's fields. */
  readonly table: Attributes<T>;
  /** Name of the protocol. */
  readonly protocol: IpProtocol;
  /** Multicast groups that report destroyed sockets. */
  readonly groups?: readonly number[];
  /** Kernel module for such sockets, and its configuration option. */
  readonly module: SocketForm<T>["module"];
  /** True if the states are not those of TCP, so that the kernel cannot filter by state. */
  readonly ownStates?: true;
  /** States that the reply shows as another state than the request selects. */
  readonly toldAs?: Readonly<Partial<Record<keyof typeof TCP_STATE, keyof typeof TCP_STATE>>>;
  /** True if the kernel swaps the two ends in a request for a single socket. */
  readonly swapped?: true;
  /** True if the kernel ignores the cookie in a request that gets or destroys a single socket. */
  readonly anyCookie?: true;
  /** True if the kernel cannot look up a single socket by its ends. */
  readonly listOnly?: true;
  /** True if the kernel ignores filter programs. */
  readonly unfiltered?: true;
  /** True for sockets without connections, which have two states only. */
  readonly connectionless?: true;
  /** True if the kernel reports socket storage of BPF maps. */
  readonly storages?: true;
}

declareInetRequests(InetRequest, InetRequestV1);
