/**
 * Message types, multicast groups, states and codecs that all socket families share.
 *
 * Source: linux/sock_diag.h, linux/inet_diag.h, net/tcp_states.h, v7.2
 *
 * @module
 */
import { argumentError } from "../../core/errors.ts";
import type { Protocol } from "../../core/protocol.ts";
import {
  addressFamily,
  bool,
  type Codec,
  count64,
  didYouMean,
  enumeration,
  mask,
  type Reader,
  readOnly,
  type Shape,
  type Struct,
  struct,
  u32,
  u64,
  u8,
} from "../../core/codec/mod.ts";

/** Message types. The first two are for Linux before 3.3, and still work. */
export const SOCK_DIAG = {
  TCPDIAG_GETSOCK: 18,
  DCCPDIAG_GETSOCK: 19,
  SOCK_DIAG_BY_FAMILY: 20,
  SOCK_DESTROY: 21,
} as const;

/** SKNLGRP_*: multicast groups that report destroyed sockets. */
export const SKNLGRP = {
  SKNLGRP_INET_TCP_DESTROY: 1,
  SKNLGRP_INET_UDP_DESTROY: 2,
  SKNLGRP_INET6_TCP_DESTROY: 3,
  SKNLGRP_INET6_UDP_DESTROY: 4,
} as const;

/** The protocol as the client uses it. */
export const NETLINK_SOCK_DIAG: Protocol = {
  number: 4,
  name: "NETLINK_SOCK_DIAG",
  types: SOCK_DIAG,
  hint: "in Linux since 2.6.0, in module sock_diag, if the kernel is configured with CONFIG_NET; each socket family " +
    "has a module of its own: inet_diag, unix_diag …",
};

/** Address families of sockets that can be listed. */
export const AF = {
  unix: 1,
  inet: 2,
  inet6: 10,
  netlink: 16,
  packet: 17,
  tipc: 30,
  vsock: 40,
  smc: 43,
  xdp: 44,
} as const;

/** An address family, by name or number. */
export type SocketFamily = keyof typeof AF | number;

/** Codec of the address family in a header, u8. */
export const family: Codec<SocketFamily> = addressFamily(u8, AF);

/** TCP_*: states of TCP sockets, which other protocols use too as far as they apply. */
export const TCP_STATE = {
  established: 1,
  syn_sent: 2,
  syn_recv: 3,
  fin_wait1: 4,
  fin_wait2: 5,
  time_wait: 6,
  close: 7,
  close_wait: 8,
  last_ack: 9,
  listen: 10,
  closing: 11,
  new_syn_recv: 12,
  bound_inactive: 13,
} as const;

/** State of a socket; `close` is also the state of a datagram socket without a peer. */
export type SocketState = keyof typeof TCP_STATE | number;

/** Codec of the state in a header, u8. */
export const state: Codec<SocketState> = enumeration(u8, TCP_STATE);

/** Codec of states in a request: a mask with bit n for state n. */
export const states: Codec<readonly SocketState[], readonly SocketState[] | number> = mask(
  u32,
  Object.fromEntries(Object.entries(TCP_STATE).map(([name, number]) => [name, 1 << number])) as Record<
    keyof typeof TCP_STATE,
    number
  >,
);

/** States of one type of socket: their numbers by name. */
export type States = Readonly<Record<string, number>>;

/** Returns a mask of the given states, by name or number; all bits if none is given. */
export function stateBits(wanted: unknown, names: States = TCP_STATE): number {
  if (wanted === undefined) return 0xffffffff;
  let bits = 0;
  for (const one of Array.isArray(wanted) ? wanted : [wanted]) {
    const number = typeof one === "number" ? one : Object.hasOwn(names, String(one)) ? names[String(one)]! : NaN;
    if (!(number >= 0 && number < 32)) {
      throw argumentError(
        TypeError,
        `Cannot list sockets by state ${JSON.stringify(one)}: expected ${Object.keys(names).join(", ")} or 0..31${
          typeof one === "string" ? didYouMean(one, Object.keys(names)) : ""
        }`,
      );
    }
    bits |= 1 << number;
  }
  return bits >>> 0;
}

/** Codec of a socket's cookie: a unique number, which later sockets with the same addresses do not get. */
export const cookie: Codec<bigint> = u64 as Codec<bigint>;

/** The cookie that matches every socket. */
export const INET_DIAG_NOCOOKIE = 0xffff_ffff_ffff_ffffn;

/** SOCK_*: types of sockets. */
export type SocketType = "stream" | "dgram" | "raw" | "rdm" | "seqpacket" | "dccp" | "packet" | number;

/** SOCK_* numbers by name. */
export const SOCK = { stream: 1, dgram: 2, raw: 3, rdm: 4, seqpacket: 5, dccp: 6, packet: 10 } as const;

/** Codec of the type in a header, u8. */
export const socketType: Codec<SocketType> = enumeration(u8, SOCK);

/** Directions in which a socket is shut down. */
export type Shutdown = readonly ("rcv" | "send" | number)[];

/** Codec of the directions that are shut down, a mask in a byte. */
export const shutdown: Codec<Shutdown> = mask(u8, { rcv: 1, send: 2 }) as Codec<Shutdown>;

/** Memory of a socket: SK_MEMINFO_*, which ss shows as skmem. All in bytes except `drops`. */
export interface SocketMemory {
  /** Memory of received data that was not read yet. */
  rmemAlloc?: number;
  /** Limit of the receive buffer. */
  rcvbuf?: number;
  /** Memory of data being sent. */
  wmemAlloc?: number;
  /** Limit of the send buffer. */
  sndbuf?: number;
  /** Memory that is reserved but not used yet. */
  fwdAlloc?: number;
  /** Memory of the send queue. */
  wmemQueued?: number;
  /** Memory of socket options and control messages. */
  optmem?: number;
  /** Memory of packets received while the socket was locked. */
  backlog?: number;
  /** Number of dropped packets. */
  drops?: number;
}

/** Wire form of {@linkcode SocketMemory}. */
export const SocketMemory: Struct<SocketMemory> = struct(36, (): Shape<SocketMemory> => ({
  rmemAlloc: [0, u32],
  rcvbuf: [4, u32],
  wmemAlloc: [8, u32],
  sndbuf: [12, u32],
  fwdAlloc: [16, u32],
  wmemQueued: [20, u32],
  optmem: [24, u32],
  backlog: [28, u32],
  drops: [32, u32],
}));

/** Codec of a 64-bit count. */
export const count: Codec<number> = count64 as Codec<number>;

/** Codec of a boolean in a byte. */
export const yes: Codec<boolean> = bool(u8) as Codec<boolean>;

/** A range of bits in an integer that several fields share: `shift`..`shift + width - 1`. */
export interface BitRange {
  /** Number of the lowest bit. */
  readonly shift: number;
  /** Number of bits. */
  readonly width: number;
}

/** Returns the fields of a struct that share the integer at `offset`, each with its range of bits. */
export function bitfields<K extends string>(
  offset: number,
  base: Codec<number>,
  ranges: Readonly<Record<K, BitRange>>,
): { readonly [P in K]: readonly [number, Codec<number>] } {
  const entries = Object.entries<BitRange>(ranges).map(([name, { shift, width }]) => {
    const most = 2 ** width - 1;
    const codec: Codec<number> = {
      name: `${width} bits`,
      size: base.size!,
      decode: (from, at, end, owner) => (base.decode(from, at, end, owner) >>> shift) & most,
      // Each field writes the whole integer, because all share it.
      encode(_value, to, owner) {
        let whole = 0;
        for (const [other, range] of Object.entries<BitRange>(ranges)) {
          const value = (owner as Record<string, unknown>)[other] ?? 0, limit = 2 ** range.width - 1;
          if (typeof value !== "number" || !Number.isInteger(value)) {
            return to.fail(TypeError, `expected integers 0..${limit} for ${other}`);
          }
          if (value < 0 || value > limit) to.fail(RangeError, `expected 0..${limit} for ${other}, got ${value}`);
          whole = (whole | value << range.shift) >>> 0;
        }
        base.encode(whole, to, owner);
      },
    };
    return [name, [offset, codec]];
  });
  return Object.fromEntries(entries);
}

/**
 * Returns the codec of a struct that grows with kernel versions: it encodes only up to the last given field.
 *
 * @param align number of bytes that the length is a multiple of
 * @param least shortest length in bytes
 */
export function extensible<T extends object>(whole: Struct<T>, align: number, least: number): Struct<T> {
  const ends = whole.fields.map(({ key, offset, codec }) => [key!, offset + codec!.size!] as const);
  return {
    ...whole,
    encode(value, to, owner) {
      const start = to.length;
      whole.encode(value, to, owner);
      const given = value as Record<string, unknown>;
      const last = Math.max(least, ...ends.map(([key, end]) => given[key] === undefined ? 0 : end));
      to.length = start + Math.min(whole.size!, Math.ceil(last / align) * align);
    },
  };
}

/** Returns a derived field: the name of the interface whose index is in another field of the object. */
export function nameIn(number: (owner: object) => number | undefined): {
  derive: (owner: object, from: Reader) => string | undefined;
  use: typeof readOnly;
} {
  return {
    derive(owner, from) {
      const index = number(owner);
      return index === undefined || index === 0 ? undefined : from.names?.name(index);
    },
    use: readOnly,
  };
}
