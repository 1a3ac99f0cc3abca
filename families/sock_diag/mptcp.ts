/**
 * MPTCP: connections over several paths, each of them TCP.
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

/** What became of MPTCP: MPTCP_INFO_FLAG_*. */
export type MptcpFlag = "fallback" | "remote_key_received" | number;

/** A connection: struct mptcp_info. Fields that a kernel does not know are absent. */
export interface MptcpInfo {
  /** Subflows beside the first. */
  subflows?: number;
  /** Addresses that we told the peer. */
  addAddrSignal?: number;
  /** Addresses of the peer that we accepted. */
  addAddrAccepted?: number;
  /** Subflows that there may be. */
  subflowsMax?: number;
  /** Addresses that we may tell. */
  addAddrSignalMax?: number;
  /** Addresses that we may accept. */
  addAddrAcceptedMax?: number;
  /** What became of MPTCP; `fallback`: it is plain TCP. */
  flags?: readonly MptcpFlag[];
  /** Our token, that of {@linkcode MptcpSubflow}. */
  token?: number;
  /** Where we write in the connection's sequence. */
  writeSeq?: bigint;
  /** How far that is acknowledged. */
  sndUna?: bigint;
  /** How far we have received. */
  rcvNxt?: bigint;
  /** Our addresses that subflows are made from. Since Linux 5.12. */
  localAddrUsed?: number;
  /** How many there may be. Since Linux 5.12. */
  localAddrMax?: number;
  /** Whether data have a checksum. Since Linux 5.14. */
  csumEnabled?: number;
  /** How often was sent again. Since Linux 6.5. */
  retransmits?: number;
  /** Bytes sent again. Since Linux 6.5. */
  bytesRetrans?: number;
  /** Bytes sent. Since Linux 6.5. */
  bytesSent?: number;
  /** Bytes received. Since Linux 6.5. */
  bytesReceived?: number;
  /** Bytes acknowledged. Since Linux 6.5. */
  bytesAcked?: number;
  /** Subflows, the first among them. Since Linux 6.7. */
  subflowsTotal?: number;
  /** Endpoints for subflows to addresses that the peer tells. Since Linux 6.18. */
  endpLaminarMax?: number;
  /** Endpoints for subflows to all addresses of the peer. Since Linux 6.18. */
  endpFullmeshMax?: number;
  /** Since data were sent, ms. Since Linux 6.10. */
  lastDataSent?: number;
  /** Since data were received, ms. Since Linux 6.10. */
  lastDataRecv?: number;
  /** Since an ACK was received, ms. Since Linux 6.10. */
  lastAckRecv?: number;
}

/** Wire form of {@linkcode MptcpInfo}, as long as a kernel that knows what is given has it. */
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

/** An MPTCP socket. */
export interface MptcpSocket extends InetSocket {
  /** The connection, where that was asked for: `info: true`. */
  info?: MptcpInfo;
}

/** Wire form of {@linkcode MptcpSocket}. */
export const MptcpSocket: Attributes<MptcpSocket> = attributes<MptcpSocket>(
  { ...inetShape, info: [2, MptcpInfo] },
  INET,
);

/** How MPTCP sockets are asked for; since Linux 5.9. */
export const MPTCP: InetForm<MptcpSocket> = {
  object: "MPTCP socket",
  table: MptcpSocket,
  protocol: "mptcp",
  module: ["mptcp_diag", "CONFIG_INET_MPTCP_DIAG"],
  // It takes a connection's token where others have the cookie, and nothing else.
  listOnly: true,
  storages: true,
};

declareInetSockets(MPTCP);

/** The MPTCP sockets of this namespace, on a socket that the first use opens. */
export const mptcp: InetSockets<MptcpSocket> = new InetSockets(MPTCP, onShared(NETLINK_SOCK_DIAG));
