/**
 * MPTCP: connections over several paths, each of which is a TCP connection (subflow).
 *
 * ```ts
 * import { mptcp } from "@linux/netlink/families/sock_diag/mptcp.ts";
 * for (const s of mptcp.list({ info: true })) console.log(s.local, s.dst, s.info?.subflows);
 * ```
 *
 * Source: linux/mptcp.h, v7.2
 *
 * @module
 */
import { type Attributes, attributes, type Codec, mask, type Struct, struct, u32, u8 } from "../../core/codec/mod.ts";
import { onShared } from "../../core/collection.ts";
import { INET, type InetForm, inetShape, type InetSocket } from "./inet.ts";
import { InetSockets } from "./inet_sockets.ts";
import { declareInetSockets } from "./messages.ts";
import { cookie, count, extensible, NETLINK_SOCK_DIAG } from "./protocol.ts";

/** State of an MPTCP connection: MPTCP_INFO_FLAG_*. */
export type MptcpFlag = "fallback" | "remote_key_received" | number;

/** An MPTCP connection: struct mptcp_info. Fields that the kernel does not have are absent. */
export interface MptcpInfo {
  /** Number of subflows besides the first. */
  subflows?: number;
  /** Number of own addresses that were announced to the peer. */
  addAddrSignal?: number;
  /** Number of the peer's addresses that were accepted. */
  addAddrAccepted?: number;
  /** Limit of subflows. */
  subflowsMax?: number;
  /** Limit of own addresses to announce. */
  addAddrSignalMax?: number;
  /** Limit of the peer's addresses to accept. */
  addAddrAcceptedMax?: number;
  /** State; `fallback` means plain TCP. */
  flags?: readonly MptcpFlag[];
  /** Own token, the same as in {@linkcode MptcpSubflow}. */
  token?: number;
  /** Next sequence number to send. */
  writeSeq?: bigint;
  /** First sequence number that is not acknowledged. */
  sndUna?: bigint;
  /** Next sequence number to receive. */
  rcvNxt?: bigint;
  /** Number of own addresses from which subflows are made. Since Linux 5.12. */
  localAddrUsed?: number;
  /** Limit of own addresses from which subflows are made. Since Linux 5.12. */
  localAddrMax?: number;
  /** 1 if data has a checksum. Since Linux 5.14. */
  csumEnabled?: number;
  /** Number of retransmissions. Since Linux 6.5. */
  retransmits?: number;
  /** Bytes retransmitted. Since Linux 6.5. */
  bytesRetrans?: number;
  /** Bytes sent. Since Linux 6.5. */
  bytesSent?: number;
  /** Bytes received. Since Linux 6.5. */
  bytesReceived?: number;
  /** Bytes acknowledged. Since Linux 6.5. */
  bytesAcked?: number;
  /** Number of subflows, with the first. Since Linux 6.7. */
  subflowsTotal?: number;
  /** Limit of endpoints for subflows to addresses that the peer announces. Since Linux 6.18. */
  endpLaminarMax?: number;
  /** Limit of endpoints for subflows to all addresses of the peer. Since Linux 6.18. */
  endpFullmeshMax?: number;
  /** Milliseconds since data was last sent. Since Linux 6.10. */
  lastDataSent?: number;
  /** Milliseconds since data was last received. Since Linux 6.10. */
  lastDataRecv?: number;
  /** Milliseconds since an ACK was last received. Since Linux 6.10. */
  lastAckRecv?: number;
}

/** Wire form of {@linkcode MptcpInfo}, as long as its last given field requires. */
export const MptcpInfo: Struct<MptcpInfo> = extensible(
  struct<MptcpInfo>(96, {
    subflows: [0, u8],
    addAddrSignal: [1, u8],
    addAddrAccepted: [2, u8],
    subflowsMax: [3, u8],
    addAddrSignalMax: [4, u8],
    addAddrAcceptedMax: [5, u8],
    flags: [8, mask(u32, { fallback: 1, remote_key_received: 2 }) as Codec<readonly MptcpFlag[]>],
    token: [12, u32],
    writeSeq: [16, cookie],
    sndUna: [24, cookie],
    rcvNxt: [32, cookie],
    localAddrUsed: [40, u8],
    localAddrMax: [41, u8],
    csumEnabled: [42, u8],
    retransmits: [44, u32],
    bytesRetrans: [48, count],
    bytesSent: [56, count],
    bytesReceived: [64, count],
    bytesAcked: [72, count],
    subflowsTotal: [80, u8],
    endpLaminarMax: [81, u8],
    endpFullmeshMax: [82, u8],
    lastDataSent: [84, u32],
    lastDataRecv: [88, u32],
    lastAckRecv: [92, u32],
  }),
  8,
  40,
);

/** An MPTCP socket: the fields of all IP sockets, and the connection. */
export interface MptcpSocket extends InetSocket {
  /** The connection; present if the request has `info: true`. */
  info?: MptcpInfo;
}

/** Wire form of {@linkcode MptcpSocket}. */
export const MptcpSocket: Attributes<MptcpSocket> = attributes<MptcpSocket>(
  { ...inetShape, info: [2, MptcpInfo] },
  INET,
);

/** Requests for MPTCP sockets; since Linux 5.9. */
export const MPTCP: InetForm<MptcpSocket> = {
  object: "MPTCP socket",
  table: MptcpSocket,
  protocol: "mptcp",
  module: ["mptcp_diag", "CONFIG_INET_MPTCP_DIAG"],
  // The kernel looks one up only by the connection's token, in the place of the cookie.
  listOnly: true,
  storages: true,
};

declareInetSockets(MPTCP);

/** The MPTCP sockets of this namespace, on a socket that the first use opens. */
export const mptcp: InetSockets<MptcpSocket> = new InetSockets(MPTCP, onShared(NETLINK_SOCK_DIAG));
