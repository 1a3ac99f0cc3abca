/**
 * What all socket families share: message types, groups, states, and the parts that several of their messages have.
 *
 * Source: linux/sock_diag.h, linux/inet_diag.h, net/tcp_states.h, v7.2
 *
 * @module
 */
import { argumentError } from "../../core/errors.ts";
import type { Protocol } from "../../core/protocol.ts";
import {
  bool,
  type Codec,
  count64,
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

/** Message types. The first two are those of kernels before 3.3, and still work. */
export const SOCK_DIAG = {
  TCPDIAG_GETSOCK: 18,
  DCCPDIAG_GETSOCK: 19,
  SOCK_DIAG_BY_FAMILY: 20,
  SOCK_DESTROY: 21,
} as const;

/** Groups that tell of sockets which are no more. */
export const SKNLGRP = {
  SKNLGRP_INET_TCP_DESTROY: 1,
  SKNLGRP_INET_UDP_DESTROY: 2,
  SKNLGRP_INET6_TCP_DESTROY: 3,
  SKNLGRP_INET6_UDP_DESTROY: 4,
} as const;

/** The protocol. */
export const NETLINK_SOCK_DIAG: Protocol = {
  number: 4,
  name: "NETLINK_SOCK_DIAG",
  types: SOCK_DIAG,
  hint:
    "in Linux since 2.6.0, in module sock_diag, where the kernel is configured with CONFIG_NET; each socket family " +
    "has a module of its own: inet_diag, unix_diag …",
};

/** Address families that can be asked about. */
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

/** An address family, by name. */
export type SocketFamily = keyof typeof AF | number;

/** The family byte of a header. */
export const family: Codec<SocketFamily> = enumeration(u8, AF);

/** TCP_*: states, which other protocols have too as far as they mean something there. */
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

/** What a socket is doing; `close` is also that of a datagram socket without a peer. */
export type SocketState = keyof typeof TCP_STATE | number;

/** The state byte of a header. */
export const state: Codec<SocketState> = enumeration(u8, TCP_STATE);

/** States as a request has them: a bit each. */
export const states: Codec<readonly SocketState[], readonly SocketState[] | number> = mask(
  u32,
  Object.fromEntries(Object.entries(TCP_STATE).map(([name, number]) => [name, 1 << number])) as Record<
    keyof typeof TCP_STATE,
    number
  >,
);

/** States of one kind of sockets: their numbers by name. */
export type States = Readonly<Record<string, number>>;

/** The bits that stand for one state or several, by name or number; all bits when none is named. */
export function stateBits(wanted: unknown, names: States = TCP_STATE): number {
  if (wanted === undefined) return 0xffffffff;
  let bits = 0;
  for (const one of Array.isArray(wanted) ? wanted : [wanted]) {
    const number = typeof one === "number" ? one : Object.hasOwn(names, String(one)) ? names[String(one)]! : NaN;
    if (!(number >= 0 && number < 32)) {
      throw argumentError(
        TypeError,
        `Cannot list sockets by state ${JSON.stringify(one)}: expected ${Object.keys(names).join(", ")} or 0..31`,
      );
    }
    bits |= 1 << number;
  }
  return bits >>> 0;
}

/** What tells a socket from all others, also from those that have its addresses later. */
export const cookie: Codec<bigint> = u64 as Codec<bigint>;

/** The cookie that fits every socket. */
export const INET_DIAG_NOCOOKIE = 0xffff_ffff_ffff_ffffn;

/** SOCK_*: kinds of sockets. */
export type SocketType = "stream" | "dgram" | "raw" | "rdm" | "seqpacket" | "dccp" | "packet" | number;

/** SOCK_* by name. */
export const SOCK = { stream: 1, dgram: 2, raw: 3, rdm: 4, seqpacket: 5, dccp: 6, packet: 10 } as const;

/** The byte of a header that says what kind of socket it is. */
export const socketType: Codec<SocketType> = enumeration(u8, SOCK);

/** Which ways a socket is shut down. */
export type Shutdown = readonly ("rcv" | "send" | number)[];

/** Which ways a socket is shut down, in a byte. */
export const shutdown: Codec<Shutdown> = mask(u8, { rcv: 1, send: 2 }) as Codec<Shutdown>;

/** The memory of a socket: SK_MEMINFO_*, what ss calls skmem. Bytes, but for `drops`. */
export interface SocketMemory {
  /** Bytes received and not read, with what they cost. */
  rmemAlloc?: number;
  /** Limit of the receive buffer. */
  rcvbuf?: number;
  /** Bytes on their way out, with what they cost. */
  wmemAlloc?: number;
  /** Limit of the send buffer. */
  sndbuf?: number;
  /** Reserved, and not in use yet. */
  fwdAlloc?: number;
  /** Bytes in the send queue. */
  wmemQueued?: number;
  /** For socket options and control messages. */
  optmem?: number;
  /** Bytes received while the socket was locked. */
  backlog?: number;
  /** Packets that were thrown away. */
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

/** A u64 that counts. */
export const count: Codec<number> = count64 as Codec<number>;

/** Yes or no in a byte. */
export const yes: Codec<boolean> = bool(u8) as Codec<boolean>;

/** Bits `shift`..`shift + width - 1` of an integer that several fields share. */
export interface BitRange {
  /** The lowest. */
  readonly shift: number;
  /** How many. */
  readonly width: number;
}

/** Fields that share one integer of a struct at `offset`, each with its bits: entries of a struct. */
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
      // Each writes them all: they lie in one place.
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
 * A struct that grew from kernel to kernel: as long as the last of its fields that is given asks for.
 *
 * @param align what its length is a multiple of
 * @param least how long it always was
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

/** The name of the interface whose number is in a part of the object. */
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
