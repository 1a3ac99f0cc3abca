/**
 * AF_SMC: TCP sockets that transfer data over RDMA or shared memory. `families/smc.ts` has the rest of SMC.
 *
 * ```ts
 * import { smc } from "@linux/netlink/families/sock_diag/smc.ts";
 * for (const s of smc.list()) console.log(s.local, s.localPort, s.mode);
 * ```
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

/** AF_SMC: number of the address family of SMC sockets. */
export const AF_SMC: number = AF.smc;

/** Additional data that a request asks for. */
export type SmcExtension = "conninfo" | "lgrinfo" | "shutdown" | "dmbinfo" | "fallback";

/** A request to SOCK_DIAG: struct smc_diag_req. */
export interface SmcDiagRequest {
  /** `smc`. */
  family: SocketFamily;
  /** Additional data in the reply. */
  ext?: readonly (SmcExtension | number)[];
}

/** Wire form of {@linkcode SmcDiagRequest}; the kernel ignores the socket id in it. */
export const SmcDiagRequest: Codec<SmcDiagRequest> = struct(52, (): Shape<SmcDiagRequest> => ({
  family: [0, family],
  ext: [
    3,
    mask(u8, { conninfo: 1, lgrinfo: 2, shutdown: 4, dmbinfo: 8, fallback: 16 }) as Codec<
      readonly (SmcExtension | number)[]
    >,
  ],
}));

/** A position in a ring buffer. */
export interface SmcCursor {
  /** Number of times that the buffer wrapped, u16. */
  wrap?: number;
  /** Offset from the start of the buffer in bytes. */
  count?: number;
}

/** Wire form of {@linkcode SmcCursor}: struct smc_diag_cursor. */
export const SmcCursor: Struct<SmcCursor> = struct(8, (): Shape<SmcCursor> => ({ wrap: [2, u16], count: [4, u32] }));

/** An SMC connection: struct smc_diag_conninfo. */
export interface SmcConninfo {
  /** Token of the connection, u32. */
  token?: number;
  /** Size of the send buffer in bytes. */
  sndbufSize?: number;
  /** Size of the own element in the receive buffer (RMBE) in bytes. */
  rmbeSize?: number;
  /** Size of the peer's receive buffer element in bytes. */
  peerRmbeSize?: number;
  /** Position to which the peer has written in the own buffer. */
  rxProd?: SmcCursor;
  /** Position to which the peer has read. */
  rxCons?: SmcCursor;
  /** Position to which this side has written in the peer's buffer. */
  txProd?: SmcCursor;
  /** Position to which this side has read. */
  txCons?: SmcCursor;
  /** Flags received with `rxProd`, as a mask. */
  rxProdFlags?: number;
  /** Connection state received from the peer, as a mask. */
  rxConnStateFlags?: number;
  /** Flags sent with `txProd`, as a mask. */
  txProdFlags?: number;
  /** Connection state sent to the peer, as a mask. */
  txConnStateFlags?: number;
  /** Position to which data is prepared for sending. */
  txPrep?: SmcCursor;
  /** Position to which data was sent. */
  txSent?: SmcCursor;
  /** Position to which sent data was confirmed. */
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

/** Role in a link group: client or server. */
export type SmcRole = "client" | "server" | number;
/** Wire form of {@linkcode SmcRole}. */
export const smcRole: Codec<SmcRole> = enumeration(u8, { client: 0, server: 1 });

/** The RDMA link of a connection: struct smc_diag_lgrinfo. */
export interface SmcLgrinfo {
  /** Number of the link in its group, u8. */
  linkId?: number;
  /** Name of the RDMA device. */
  ibname?: string;
  /** Port of the RDMA device. */
  ibport?: number;
  /** Own GID. */
  gid?: string;
  /** GID of the peer. */
  peerGid?: string;
  /** Role in the link group. */
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

/** The shared memory (SMC-D) of a connection: struct smcd_diag_dmbinfo. */
export interface SmcDmbinfo {
  /** Number of the link group, u32. */
  linkid?: number;
  /** GID of the peer, or its lower half. */
  peerGid?: bigint;
  /** Own GID, or its lower half. */
  myGid?: bigint;
  /** Token of the own buffer. */
  token?: bigint;
  /** Token of the peer's buffer. */
  peerToken?: bigint;
  /** Upper half of the peer's GID; since Linux 6.8. */
  peerGidExt?: bigint;
  /** Upper half of the own GID; since Linux 6.8. */
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

/** Wire form of {@linkcode SmcDmbinfo}: in the longer form of Linux 6.8 if it has one of the fields added there. */
export const SmcDmbinfo: Codec<SmcDmbinfo> = {
  ...longDmbinfo,
  encode(value, to, owner) {
    const long = value.peerGidExt !== undefined || value.myGidExt !== undefined;
    return (long ? longDmbinfo : shortDmbinfo).encode(value, to, owner);
  },
};

/** Reasons for which a connection falls back to plain TCP: struct smc_diag_fallback. */
export interface SmcFallback {
  /** Own reason: 0x03030000 for no SMC device, 0x05000000 for a peer that declined, others in net/smc/smc_clc.h. */
  reason?: number;
  /** Reason of the peer. */
  peerDiagnosis?: number;
}

/** Wire form of {@linkcode SmcFallback}. */
export const SmcFallback: Struct<SmcFallback> = struct(
  8,
  (): Shape<SmcFallback> => ({ reason: [0, u32], peerDiagnosis: [4, u32] }),
);

/** State of an SMC socket. */
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

/** An SMC socket: struct smc_diag_msg and its attributes. */
export interface SmcSocket extends SocketId {
  /** `smc`. */
  family: SocketFamily;
  /** State of the socket. */
  state: SmcState;
  /** Transport of data: RDMA (`smcr`), shared memory (`smcd`), or plain TCP (`fallback_tcp`). */
  mode: "smcr" | "fallback_tcp" | "smcd" | number;
  /** Number of the user that owns it. */
  uid: number;
  /** Inode; 0 if no process has it open. */
  inode: number;
  /** The connection. */
  conninfo?: SmcConninfo;
  /** The RDMA link. */
  lgrinfo?: SmcLgrinfo;
  /** Directions that are shut down. */
  shutdown?: readonly ("rcv" | "send" | number)[];
  /** The shared memory. */
  dmbinfo?: SmcDmbinfo;
  /** Reasons for the fallback to plain TCP. */
  fallback?: SmcFallback;
}

/** Codec of an address in 16 bytes: IPv4 uses the first four. The kernel does not send which of the two it is. */
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

/** Returns the requests for SMC sockets, with all additional data unless `ext` names some. */
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
