/**
 * SCTP: associations with several streams, between several addresses of two machines.
 *
 * ```ts
 * import { sctp } from "@linux/netlink/families/sock_diag/sctp.ts";
 * for (const s of sctp.list({ info: true })) console.log(s.local, s.localPort, s.dst, s.dstPort);
 * ```
 *
 * Source: linux/sctp.h, linux/inet_diag.h, v6.1
 *
 * @module
 */
import {
  array,
  type Attributes,
  attributes,
  type Codec,
  enumeration,
  i32,
  type Shape,
  type Struct,
  struct,
  u16,
  u32,
  u8,
} from "../../core/codec/mod.ts";
import { onShared } from "../../core/collection.ts";
import { INET, type InetForm, inetShape, type InetSocket, SocketAddress } from "./inet.ts";
import { InetSockets } from "./inet_sockets.ts";
import { declareInetSockets } from "./messages.ts";
import { count, NETLINK_SOCK_DIAG, type SocketState, state } from "./protocol.ts";

/** State of an association in the kernel's numbering: SCTP_STATE_*. */
export type SctpState =
  | "closed"
  | "cookie_wait"
  | "cookie_echoed"
  | "established"
  | "shutdown_pending"
  | "shutdown_sent"
  | "shutdown_received"
  | "shutdown_ack_sent"
  | number;

/** An SCTP association: struct sctp_info. */
export interface SctpInfo {
  /** Own verification tag. */
  tag?: number;
  /** State of the association. */
  state?: SctpState;
  /** Own receive window in bytes. */
  rwnd?: number;
  /** Number of unacknowledged chunks. */
  unackdata?: number;
  /** Number of chunks to be read. */
  penddata?: number;
  /** Number of incoming streams. */
  instrms?: number;
  /** Number of outgoing streams. */
  outstrms?: number;
  /** Largest number of bytes sent in one chunk. */
  fragmentationPoint?: number;
  /** Number of chunks in the receive queue. */
  inqueue?: number;
  /** Number of chunks in the send queue. */
  outqueue?: number;
  /** Number of consecutive errors. */
  overallError?: number;
  /** Largest number of packets in a burst. */
  maxBurst?: number;
  /** Largest fragment in bytes, as the program set it. */
  maxseg?: number;
  /** The peer's receive window in bytes. */
  peerRwnd?: number;
  /** The peer's verification tag. */
  peerTag?: number;
  /**
   * Capabilities of the peer, as a mask: ECN, IPv4, IPv6, host names, address changes, PR-SCTP, authentication, stream
   * reset.
   */
  peerCapable?: number;
  /** Method by which the peer acknowledges, as a mask. */
  peerSack?: number;
  /** Number of acknowledgements received. */
  isacks?: number;
  /** Number of acknowledgements sent. */
  osacks?: number;
  /** Number of packets sent. */
  opackets?: number;
  /** Number of packets received. */
  ipackets?: number;
  /** Number of chunks retransmitted. */
  rtxchunks?: number;
  /** Number of chunks received out of order. */
  outofseqtsns?: number;
  /** Number of duplicate chunks received. */
  idupchunks?: number;
  /** Number of gaps that were acknowledged. */
  gapcnt?: number;
  /** Number of unordered chunks sent. */
  ouodchunks?: number;
  /** Number of unordered chunks received. */
  iuodchunks?: number;
  /** Number of ordered chunks sent. */
  oodchunks?: number;
  /** Number of ordered chunks received. */
  iodchunks?: number;
  /** Number of control chunks sent. */
  octrlchunks?: number;
  /** Number of control chunks received. */
  ictrlchunks?: number;
  /** Primary path: the peer's address to which data is sent. The fields with `p` in front describe this path. */
  pAddress?: SocketAddress;
  /** State of the primary path; `pf` is potentially failed. */
  pState?: "inactive" | "pf" | "active" | "unconfirmed" | "unknown" | number;
  /** Congestion window of the primary path in bytes. */
  pCwnd?: number;
  /** Smoothed round-trip time of the primary path in ms. */
  pSrtt?: number;
  /** Retransmission timeout of the primary path in ms. */
  pRto?: number;
  /** Heartbeat interval of the primary path in ms. */
  pHbinterval?: number;
  /** Number of errors after which the primary path counts as failed. */
  pPathmaxrxt?: number;
  /** Delay of acknowledgements in ms. */
  pSackdelay?: number;
  /** Number of packets after which an acknowledgement is sent without delay. */
  pSackfreq?: number;
  /** Slow start threshold of the primary path in bytes. */
  pSsthresh?: number;
  /** Bytes acknowledged in the current window. */
  pPartialBytesAcked?: number;
  /** Bytes in flight on the primary path. */
  pFlightSize?: number;
  /** Number of consecutive errors on the primary path. */
  pError?: number;
  /** Seconds after which an idle association is closed. */
  sAutoclose?: number;
  /** Value of the adaptation indication sent to the peer. */
  sAdaptationInd?: number;
  /** Number of bytes after which a part of a message is delivered to the program. */
  sPdPoint?: number;
  /** 1 sends small messages at once. */
  sNodelay?: number;
  /** 1 disables fragmentation of messages. */
  sDisableFragments?: number;
  /** 1 shows IPv4 addresses as IPv4-mapped IPv6 addresses. */
  sV4mapped?: number;
  /** 1 delivers fragments of different messages interleaved. */
  sFragInterleave?: number;
  /** Socket style: 0 one to many, 1 one to one, 2 high bandwidth. */
  sType?: number;
}

const STATE = {
  closed: 0,
  cookie_wait: 1,
  cookie_echoed: 2,
  established: 3,
  shutdown_pending: 4,
  shutdown_sent: 5,
  shutdown_received: 6,
  shutdown_ack_sent: 7,
} as const;

/** Wire form of {@linkcode SctpInfo}. */
export const SctpInfo: Struct<SctpInfo> = struct(368, (): Shape<SctpInfo> => ({
  tag: [0, u32],
  state: [
    4,
    enumeration(u32, STATE),
  ],
  rwnd: [8, u32],
  unackdata: [12, u16],
  penddata: [14, u16],
  instrms: [16, u16],
  outstrms: [18, u16],
  fragmentationPoint: [20, u32],
  inqueue: [24, u32],
  outqueue: [28, u32],
  overallError: [32, u32],
  maxBurst: [36, u32],
  maxseg: [40, u32],
  peerRwnd: [44, u32],
  peerTag: [48, u32],
  peerCapable: [52, u8],
  peerSack: [53, u8],
  isacks: [56, count],
  osacks: [64, count],
  opackets: [72, count],
  ipackets: [80, count],
  rtxchunks: [88, count],
  outofseqtsns: [96, count],
  idupchunks: [104, count],
  gapcnt: [112, count],
  ouodchunks: [120, count],
  iuodchunks: [128, count],
  oodchunks: [136, count],
  iodchunks: [144, count],
  octrlchunks: [152, count],
  ictrlchunks: [160, count],
  pAddress: [168, SocketAddress],
  pState: [296, enumeration(i32, { inactive: 0, pf: 1, active: 2, unconfirmed: 3, unknown: 0xffff })],
  pCwnd: [300, u32],
  pSrtt: [304, u32],
  pRto: [308, u32],
  pHbinterval: [312, u32],
  pPathmaxrxt: [316, u32],
  pSackdelay: [320, u32],
  pSackfreq: [324, u32],
  pSsthresh: [328, u32],
  pPartialBytesAcked: [332, u32],
  pFlightSize: [336, u32],
  pError: [340, u16],
  sAutoclose: [344, u32],
  sAdaptationInd: [348, u32],
  sPdPoint: [352, u32],
  sNodelay: [356, u8],
  sDisableFragments: [357, u8],
  sV4mapped: [358, u8],
  sFragInterleave: [359, u8],
  sType: [360, u32],
}));

/** An SCTP socket, or one of its associations, which have the socket's inode and cookie. */
export interface SctpSocket extends Omit<InetSocket, "state"> {
  /** The association; present if the request has `info: true`. */
  info?: SctpInfo;
  /** Own addresses. */
  locals?: readonly SocketAddress[];
  /** Addresses of the peer; only of an association. */
  peers?: readonly SocketAddress[];
  /** State of the association or, without {@linkcode peers}, of the socket: `listen`, `close`, `established`. */
  state: SctpState | SocketState;
}

const STATE_AT = 1;
const { state: _tcp, ...shape } = inetShape;
const states: Codec<SctpState> = enumeration(u8, STATE);

/** Wire form of {@linkcode SctpSocket}. */
export const SctpSocket: Attributes<SctpSocket> = attributes((): Shape<SctpSocket> => ({
  ...shape,
  info: [2, SctpInfo],
  locals: [12, array(SocketAddress)],
  peers: [13, array(SocketAddress)],
  // An association and a socket use the same byte with different state numbers.
  state: {
    derive(owner, from) {
      const at = from.base + STATE_AT, codec = (owner as SctpSocket).peers === undefined ? state : states;
      return codec.decode(from, at, at + 1, owner);
    },
    apply(value, to, owner) {
      const codec: Codec<never, never> = (owner as SctpSocket).peers === undefined ? state as never : states as never;
      const end = to.length;
      codec.encode(value as never, to, owner);
      to.bytes[to.base + STATE_AT] = to.bytes[end]!;
      to.length = end;
    },
  },
}), INET);

/** Requests for SCTP sockets; since Linux 4.7. */
export const SCTP: InetForm<SctpSocket> = {
  object: "SCTP socket",
  table: SctpSocket,
  protocol: "sctp",
  ownStates: true,
  module: ["sctp_diag", "CONFIG_INET_SCTP_DIAG"],
  unfiltered: true,
};

declareInetSockets(SCTP);

/** The SCTP sockets of this namespace, on a socket that the first use opens. */
export const sctp: InetSockets<SctpSocket> = new InetSockets(SCTP, onShared(NETLINK_SOCK_DIAG));
