/**
 * AF_SMC: TCP sockets whose data go over RDMA or shared memory. What else there is to SMC is in `families/smc.ts`.
 *
 * Source: linux/smc_diag.h, v7.2
 *
 * @module
 */
import {
  type Attributes,
  attributes,
  chars,
  type Codec,
  enumeration,
  head,
  ipv4Text,
  ipv6Text,
  mask,
  parseIp,
  type Shape,
  shown,
  type Struct,
  struct,
  u16,
  u32,
  u8,
} from "../../core/codec/mod.ts";
import { onShared } from "../../core/collection.ts";
import { type SocketId, socketId } from "./inet.ts";
import { declareSockets } from "./messages.ts";
import { AF, cookie, count, family, NETLINK_SOCK_DIAG, type SocketFamily } from "./protocol.ts";
import { type SocketForm, Sockets } from "./sockets.ts";

/** The address family of SMC sockets. */
export const AF_SMC: number = AF.smc;

/** What to tell of a socket beside what is always told. */
export type SmcExtension = "conninfo" | "lgrinfo" | "shutdown" | "dmbinfo" | "fallback";

/** What is asked of SOCK_DIAG: struct smc_diag_req. */
export interface SmcDiagRequest {
  /** `smc`. */
  family: SocketFamily;
  /** What more to tell. */
  ext?: readonly (SmcExtension | number)[];
}

/** Wire form of {@linkcode SmcDiagRequest}; the kernel makes nothing of the socket in it. */
export const SmcDiagRequest: Codec<SmcDiagRequest> = struct(52, (): Shape<SmcDiagRequest> => ({
  family: [0, family],
  ext: [
    3,
    mask(u8, { conninfo: 1, lgrinfo: 2, shutdown: 4, dmbinfo: 8, fallback: 16 }) as Codec<
      readonly (SmcExtension | number)[]
    >,
  ],
}));

/** A place in a ring buffer. */
export interface SmcCursor {
  /** How often it went round. */
  wrap?: number;
  /** Bytes from the beginning. */
  count?: number;
}

/** Wire form of {@linkcode SmcCursor}: struct smc_diag_cursor. */
export const SmcCursor: Struct<SmcCursor> = struct(8, (): Shape<SmcCursor> => ({ wrap: [2, u16], count: [4, u32] }));

/** A connection: struct smc_diag_conninfo. */
export interface SmcConninfo {
  /** Its number. */
  token?: number;
  /** Bytes of the send buffer. */
  sndbufSize?: number;
  /** Bytes of our element of the receive buffer. */
  rmbeSize?: number;
  /** Bytes of the peer's. */
  peerRmbeSize?: number;
  /** How far the peer has written to us. */
  rxProd?: SmcCursor;
  /** How far the peer has read. */
  rxCons?: SmcCursor;
  /** How far we have written to the peer. */
  txProd?: SmcCursor;
  /** How far we have read. */
  txCons?: SmcCursor;
  /** Flags that came with `rxProd`, as bits. */
  rxProdFlags?: number;
  /** What the peer says of the connection, as bits. */
  rxConnStateFlags?: number;
  /** Flags that went with `txProd`, as bits. */
  txProdFlags?: number;
  /** What we say of the connection, as bits. */
  txConnStateFlags?: number;
  /** How far what is to be sent is prepared. */
  txPrep?: SmcCursor;
  /** How far it is sent. */
  txSent?: SmcCursor;
  /** How far that is confirmed. */
  txFin?: SmcCursor;
}

/** Wire form of {@linkcode SmcConninfo}. */
export const SmcConninfo: Struct<SmcConninfo> = struct(76, (): Shape<SmcConninfo> => ({
  token: [0, u32],
  sndbufSize: [4, u32],
  rmbeSize: [8, u32],
  peerRmbeSize: [12, u32],
  rxProd: [16, SmcCursor],
  rxCons: [24, SmcCursor],
  txProd: [32, SmcCursor],
  txCons: [40, SmcCursor],
  rxProdFlags: [48, u8],
  rxConnStateFlags: [49, u8],
  txProdFlags: [50, u8],
  txConnStateFlags: [51, u8],
  txPrep: [52, SmcCursor],
  txSent: [60, SmcCursor],
  txFin: [68, SmcCursor],
}));

/** Which end of a link group this is. */
export type SmcRole = "client" | "server" | number;
/** Wire form of {@linkcode SmcRole}. */
export const smcRole: Codec<SmcRole> = enumeration(u8, { client: 0, server: 1 });

/** The RDMA link that a connection uses: struct smc_diag_lgrinfo. */
export interface SmcLgrinfo {
  /** Number of the link in its group. */
  linkId?: number;
  /** The RDMA device. */
  ibname?: string;
  /** Its port. */
  ibport?: number;
  /** Our GID. */
  gid?: string;
  /** The peer's GID. */
  peerGid?: string;
  /** Which end this is. */
  role?: SmcRole;
}

/** Wire form of {@linkcode SmcLgrinfo}. */
export const SmcLgrinfo: Struct<SmcLgrinfo> = struct(147, (): Shape<SmcLgrinfo> => ({
  linkId: [0, u8],
  ibname: [1, chars(64)],
  ibport: [65, u8],
  gid: [66, chars(40)],
  peerGid: [106, chars(40)],
  role: [146, smcRole],
}));

/** The shared memory that a connection uses: struct smcd_diag_dmbinfo. */
export interface SmcDmbinfo {
  /** Number of the link group. */
  linkid?: number;
  /** The peer's GID. */
  peerGid?: bigint;
  /** Our GID. */
  myGid?: bigint;
  /** Our buffer. */
  token?: bigint;
  /** The peer's buffer. */
  peerToken?: bigint;
  /** The upper half of the peer's GID; since Linux 6.8. */
  peerGidExt?: bigint;
  /** The upper half of our GID; since Linux 6.8. */
  myGidExt?: bigint;
}

const id64: Codec<bigint> = cookie;
const dmbinfo: Shape<Omit<SmcDmbinfo, "peerGidExt" | "myGidExt">> = {
  linkid: [0, u32],
  peerGid: [8, id64],
  myGid: [16, id64],
  token: [24, id64],
  peerToken: [32, id64],
};
const shortDmbinfo: Codec<SmcDmbinfo> = struct(40, dmbinfo);
const longDmbinfo: Codec<SmcDmbinfo> = struct(56, (): Shape<SmcDmbinfo> => ({
  ...dmbinfo,
  peerGidExt: [40, id64],
  myGidExt: [48, id64],
}));

/** Wire form of {@linkcode SmcDmbinfo}: as of Linux 6.8 where it has what that added. */
export const SmcDmbinfo: Codec<SmcDmbinfo> = {
  ...longDmbinfo,
  encode(value, to, owner) {
    const long = value.peerGidExt !== undefined || value.myGidExt !== undefined;
    return (long ? longDmbinfo : shortDmbinfo).encode(value, to, owner);
  },
};

/** Why a connection is plain TCP: struct smc_diag_fallback. */
export interface SmcFallback {
  /** Our reason: 0x03030000 for no SMC device, 0x05000000 for a peer that declined, others in net/smc/smc_clc.h. */
  reason?: number;
  /** The peer's reason. */
  peerDiagnosis?: number;
}

/** Wire form of {@linkcode SmcFallback}. */
export const SmcFallback: Struct<SmcFallback> = struct(
  8,
  (): Shape<SmcFallback> => ({ reason: [0, u32], peerDiagnosis: [4, u32] }),
);

/** What a socket is doing. */
export type SmcState =
  | "active"
  | "init"
  | "closed"
  | "listen"
  | "peerclosewait1"
  | "peerclosewait2"
  | "appclosewait1"
  | "appclosewait2"
  | "appfinclosewait"
  | "peerfinclosewait"
  | "peerabortwait"
  | "processabort"
  | number;

const STATE = {
  active: 1,
  init: 2,
  closed: 7,
  listen: 10,
  peerclosewait1: 20,
  peerclosewait2: 21,
  appclosewait1: 22,
  appclosewait2: 23,
  appfinclosewait: 24,
  peerfinclosewait: 25,
  peerabortwait: 26,
  processabort: 27,
} as const;

/** A socket: struct smc_diag_msg and its attributes. */
export interface SmcSocket extends SocketId {
  /** `smc`. */
  family: SocketFamily;
  /** What it is doing. */
  state: SmcState;
  /** How its data go: over RDMA (`smcr`), over shared memory (`smcd`), or as plain TCP. */
  mode: "smcr" | "fallback_tcp" | "smcd" | number;
  /** The user that it belongs to. */
  uid: number;
  /** Its inode, 0 for what no process has open. */
  inode: number;
  /** The connection. */
  conninfo?: SmcConninfo;
  /** The RDMA link in use. */
  lgrinfo?: SmcLgrinfo;
  /** Which ways it is shut down. */
  shutdown?: readonly ("rcv" | "send" | number)[];
  /** The shared memory in use. */
  dmbinfo?: SmcDmbinfo;
  /** Why it is plain TCP. */
  fallback?: SmcFallback;
}

/** Sixteen bytes, of which IPv4 has the first four; the kernel does not say which of the two it is. */
const address: Codec<string> = {
  name: "an IPv4 or IPv6 address",
  size: 16,
  decode(from, at) {
    const rest = [4, 8, 12].every((more) => from.view.getUint32(at + more) === 0);
    return rest ? ipv4Text(from.bytes, at) : ipv6Text(from.bytes, at);
  },
  encode(value, to) {
    const given = typeof value === "string" ? parseIp(value) : undefined;
    if (given === undefined) return to.fail(TypeError, `expected an IPv4 or IPv6 address, got ${shown(value)}`);
    to.append(given);
    to.grow(16 - given.length);
  },
};

const HEADER = 64;

/** Wire form of {@linkcode SmcSocket}. */
export const SmcSocket: Attributes<SmcSocket> = attributes((): Shape<SmcSocket> => ({
  family: head(0, family),
  state: head(1, enumeration(u8, STATE)),
  mode: head(2, enumeration(u8, { smcr: 0, fallback_tcp: 1, smcd: 2 })),
  ...socketId(4, address),
  uid: head(52, u32),
  inode: head(56, count),
  conninfo: [1, SmcConninfo],
  lgrinfo: [2, SmcLgrinfo],
  shutdown: [3, mask(u8, { rcv: 1, send: 2 }) as Codec<readonly ("rcv" | "send" | number)[]>],
  dmbinfo: [4, SmcDmbinfo],
  fallback: [5, SmcFallback],
}), { header: HEADER });

const EXTENSIONS: readonly SmcExtension[] = ["conninfo", "lgrinfo", "shutdown", "dmbinfo", "fallback"];

/** How SMC sockets are asked for: with all there is to tell, where no other extensions are named. */
export function smcForm(ext: readonly SmcExtension[] = EXTENSIONS): SocketForm<SmcSocket> {
  return {
    object: "SMC socket",
    table: SmcSocket,
    states: STATE,
    request: { codec: SmcDiagRequest as Codec<unknown, never>, list: () => ({ family: AF_SMC, ext }) },
    describe: (value) => String((value as SmcSocket).inode ?? (value as SmcSocket).cookie ?? ""),
    module: ["smc_diag", "CONFIG_SMC_DIAG"],
  };
}

declareSockets(AF_SMC, SmcDiagRequest, SmcSocket);

/** The SMC sockets of this namespace, on a socket that the first use opens. */
export const smc: Sockets<SmcSocket> = new Sockets(smcForm(), onShared(NETLINK_SOCK_DIAG));
