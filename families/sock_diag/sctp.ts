/**
 * SCTP: associations of several streams, between several addresses of two machines.
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

/** What an association is doing, as the kernel counts: SCTP_STATE_*. */
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

/** An association: struct sctp_info. */
export interface SctpInfo {
  /** Our tag of it. */
  tag?: number;
  /** What it is doing. */
  state?: SctpState;
  /** Our window in bytes. */
  rwnd?: number;
  /** Chunks that are not acknowledged. */
  unackdata?: number;
  /** Chunks that wait to be read. */
  penddata?: number;
  /** Streams that come in. */
  instrms?: number;
  /** Streams that go out. */
  outstrms?: number;
  /** Bytes that are sent in one piece. */
  fragmentationPoint?: number;
  /** Chunks in the receive queue. */
  inqueue?: number;
  /** Chunks in the send queue. */
  outqueue?: number;
  /** Errors in a row. */
  overallError?: number;
  /** Packets in one burst at most. */
  maxBurst?: number;
  /** Bytes of a fragment at most, as the program set it. */
  maxseg?: number;
  /** The peer's window in bytes. */
  peerRwnd?: number;
  /** The peer's tag. */
  peerTag?: number;
  /** What the peer can do, as bits: ECN, IPv4, IPv6, host names, address changes, PR-SCTP, authentication, stream reset. */
  peerCapable?: number;
  /** How the peer acknowledges, as bits. */
  peerSack?: number;
  /** Acknowledgements received. */
  isacks?: number;
  /** Acknowledgements sent. */
  osacks?: number;
  /** Packets sent. */
  opackets?: number;
  /** Packets received. */
  ipackets?: number;
  /** Chunks sent again. */
  rtxchunks?: number;
  /** Chunks received out of order. */
  outofseqtsns?: number;
  /** Chunks received twice. */
  idupchunks?: number;
  /** Gaps that were acknowledged. */
  gapcnt?: number;
  /** Unordered chunks sent. */
  ouodchunks?: number;
  /** Unordered chunks received. */
  iuodchunks?: number;
  /** Ordered chunks sent. */
  oodchunks?: number;
  /** Ordered chunks received. */
  iodchunks?: number;
  /** Control chunks sent. */
  octrlchunks?: number;
  /** Control chunks received. */
  ictrlchunks?: number;
  /** The peer's address that data go to. */
  pAddress?: SocketAddress;
  /** Whether that answers. */
  pState?: "inactive" | "pf" | "active" | "unconfirmed" | "unknown" | number;
  /** Its congestion window in bytes. */
  pCwnd?: number;
  /** Its round-trip time, ms. */
  pSrtt?: number;
  /** Its retransmission timeout, ms. */
  pRto?: number;
  /** Its heartbeats' interval, ms. */
  pHbinterval?: number;
  /** Errors until it is given up. */
  pPathmaxrxt?: number;
  /** How long acknowledgements wait, ms. */
  pSackdelay?: number;
  /** How many packets they wait for. */
  pSackfreq?: number;
  /** Its slow start threshold in bytes. */
  pSsthresh?: number;
  /** Bytes acknowledged of this window. */
  pPartialBytesAcked?: number;
  /** Bytes under way to it. */
  pFlightSize?: number;
  /** Its errors in a row. */
  pError?: number;
  /** Seconds until an idle association is closed. */
  sAutoclose?: number;
  /** What we tell the peer in its adaptation indication. */
  sAdaptationInd?: number;
  /** Bytes after which a part of a message is given to the program. */
  sPdPoint?: number;
  /** Whether small messages go out at once. */
  sNodelay?: number;
  /** Whether messages go out in one piece. */
  sDisableFragments?: number;
  /** Whether IPv4 addresses are shown as IPv6. */
  sV4mapped?: number;
  /** Whether parts of messages come mixed. */
  sFragInterleave?: number;
  /** What kind: 0 one to many, 1 one to one, 2 high bandwidth. */
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

/** An SCTP socket, or an association of one, which has the socket's inode and cookie. */
export interface SctpSocket extends Omit<InetSocket, "state"> {
  /** The association, where that was asked for: `info: true`. */
  info?: SctpInfo;
  /** All its own addresses. */
  locals?: readonly SocketAddress[];
  /** All addresses of the peer, of an association. */
  peers?: readonly SocketAddress[];
  /** What the association is doing; or, without {@linkcode peers}, the socket: `listen`, `close`, `established`. */
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
  // The kernel counts an association's states in another way than a socket's, in one place.
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

/** How SCTP sockets are asked for; since Linux 4.7. */
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
