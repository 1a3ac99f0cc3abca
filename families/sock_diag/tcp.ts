/**
 * TCP: what `ss -ti` tells of a connection.
 *
 * Source: linux/tcp.h, linux/inet_diag.h, linux/tls.h, linux/mptcp.h, v7.2
 *
 * @module
 */
import {
  array,
  type Attributes,
  attributes,
  type Codec,
  count64,
  enumeration,
  flag,
  ipv4Text,
  ipv6Text,
  mask,
  MISFIT,
  octets,
  parsePrefix,
  type Shape,
  type Struct,
  struct,
  text,
  u16,
  u32,
  u8,
} from "../../core/codec/mod.ts";
import { onShared } from "../../core/collection.ts";
import { INET, type InetForm, inetShape, type InetSocket } from "./inet.ts";
import { WatchableSockets } from "./inet_sockets.ts";
import { declareInetSockets } from "./messages.ts";
import {
  AF,
  bitfields,
  cookie,
  count,
  extensible,
  NETLINK_SOCK_DIAG,
  SKNLGRP,
  type SocketFamily,
  type SocketState,
  state,
} from "./protocol.ts";

/** TCP_CA_*: what congestion control is doing. */
export type TcpCaState = "open" | "disorder" | "cwr" | "recovery" | "loss" | number;

/** TCPI_OPT_*: what both ends agreed on. */
export type TcpOption =
  | "timestamps"
  | "sack"
  | "wscale"
  | "ecn"
  | "ecn_seen"
  | "syn_data"
  | "usec_ts"
  | "tfo_child"
  | number;

/** A connection: struct tcp_info. Fields that a kernel does not know are absent. */
export interface TcpInfo {
  /** What it is doing. */
  state: SocketState;
  /** What congestion control is doing. */
  caState: TcpCaState;
  /** How often the oldest segment was sent again. */
  retransmits: number;
  /** Probes that were not answered. */
  probes: number;
  /** How often the timeout was doubled. */
  backoff: number;
  /** What both ends agreed on. */
  options: readonly TcpOption[];
  /** Window scale of the peer, as a power of 2. */
  sndWscale: number;
  /** Our window scale. */
  rcvWscale: number;
  /** 1: the delivery rate is what the program gave, not what the network took. Since Linux 4.9. */
  deliveryRateAppLimited?: number;
  /** Why Fast Open did not work: 1 no cookie, 2 SYN unanswered, 3 SYN lost. Since Linux 5.5. */
  fastopenClientFail?: number;
  /** Retransmission timeout, µs. */
  rto: number;
  /** Timeout of delayed ACKs, µs. */
  ato: number;
  /** Bytes of a segment that is sent. */
  sndMss: number;
  /** Bytes of a segment that is received. */
  rcvMss: number;
  /** Segments under way; of one that listens, connections to be accepted. */
  unacked: number;
  /** Segments selectively acknowledged; of one that listens, connections that may wait. */
  sacked: number;
  /** Segments taken for lost. */
  lost: number;
  /** Segments sent again and under way. */
  retrans: number;
  /** Segments up to the last one that was selectively acknowledged. */
  fackets: number;
  /** Since data were sent, ms. */
  lastDataSent: number;
  /** 0: no kernel says. */
  lastAckSent: number;
  /** Since data were received, ms. */
  lastDataRecv: number;
  /** Since an ACK was received, ms. */
  lastAckRecv: number;
  /** Path MTU. */
  pmtu: number;
  /** Slow start threshold of our window. */
  rcvSsthresh: number;
  /** Round-trip time, µs. */
  rtt: number;
  /** Its variation, µs. */
  rttvar: number;
  /** Slow start threshold in segments; 2147483647 at first. */
  sndSsthresh: number;
  /** Congestion window in segments. */
  sndCwnd: number;
  /** Bytes of a segment as we announce it. */
  advmss: number;
  /** Segments that may come out of order before one is taken for lost. */
  reordering: number;
  /** Round-trip time as the receiver sees it, µs. */
  rcvRtt: number;
  /** Bytes that the program reads in a round trip. */
  rcvSpace: number;
  /** Segments sent again so far. */
  totalRetrans: number;
  /** Bytes a second that are sent at most by pacing; 2^64 for no limit. Since Linux 3.15. */
  pacingRate?: number;
  /** What the program allows, SO_MAX_PACING_RATE; 2^64 for no limit. Since Linux 3.15. */
  maxPacingRate?: number;
  /** Bytes acknowledged. Since Linux 4.1. */
  bytesAcked?: number;
  /** Bytes received. Since Linux 4.1. */
  bytesReceived?: number;
  /** Segments sent. Since Linux 4.2. */
  segsOut?: number;
  /** Segments received. Since Linux 4.2. */
  segsIn?: number;
  /** Bytes that wait to be sent. Since Linux 4.6. */
  notsentBytes?: number;
  /** Least round-trip time, µs; 4294967295 before the first. Since Linux 4.6. */
  minRtt?: number;
  /** Segments with data received. Since Linux 4.6. */
  dataSegsIn?: number;
  /** Segments with data sent. Since Linux 4.6. */
  dataSegsOut?: number;
  /** Bytes a second delivered. Since Linux 4.9. */
  deliveryRate?: number;
  /** Busy sending, µs. Since Linux 4.10. */
  busyTime?: number;
  /** Of that, held back by the peer's window, µs. Since Linux 4.10. */
  rwndLimited?: number;
  /** Of that, held back by the send buffer, µs. Since Linux 4.10. */
  sndbufLimited?: number;
  /** Segments delivered. Since Linux 4.18. */
  delivered?: number;
  /** Of these, with a mark of congestion. Since Linux 4.18. */
  deliveredCe?: number;
  /** Bytes sent, also again. Since Linux 4.19. */
  bytesSent?: number;
  /** Bytes sent again. Since Linux 4.19. */
  bytesRetrans?: number;
  /** Duplicates that the peer told of. Since Linux 4.19. */
  dsackDups?: number;
  /** How often segments were seen out of order. Since Linux 4.19. */
  reordSeen?: number;
  /** Segments received out of order. Since Linux 5.4. */
  rcvOoopack?: number;
  /** The peer's window in bytes. Since Linux 5.4. */
  sndWnd?: number;
  /** Our window in bytes. Since Linux 6.2. */
  rcvWnd?: number;
  /** How often another path was tried. Since Linux 6.2. */
  rehash?: number;
  /** Retransmission timeouts. Since Linux 6.7. */
  totalRto?: number;
  /** How often one was recovered from. Since Linux 6.7. */
  totalRtoRecoveries?: number;
  /** Spent recovering, ms. Since Linux 6.7. */
  totalRtoTime?: number;
  /** Segments with a mark of congestion received. Since Linux 6.18. */
  receivedCe?: number;
  /** Bytes delivered with ECT(1). Since Linux 6.18. */
  deliveredE1Bytes?: number;
  /** Bytes delivered with ECT(0). Since Linux 6.18. */
  deliveredE0Bytes?: number;
  /** Bytes delivered with a mark of congestion. Since Linux 6.18. */
  deliveredCeBytes?: number;
  /** Bytes received with ECT(1). Since Linux 6.18. */
  receivedE1Bytes?: number;
  /** Bytes received with ECT(0). Since Linux 6.18. */
  receivedE0Bytes?: number;
  /** Bytes received with a mark of congestion. Since Linux 6.18. */
  receivedCeBytes?: number;
  /** ECN: 0 off, 1 RFC 3168, 2 accurate, 3 to be agreed on. */
  ecnMode?: number;
  /** Whether the option of accurate ECN came. */
  accecnOptSeen?: number;
  /** Why accurate ECN does not work, as bits. */
  accecnFailMode?: number;
  /** Further TCPI_OPT_* as bits; none are known. */
  options2?: number;
}

/** No limit is all ones, which is 2^64 as a number. */
const rate: Codec<number> = {
  ...count,
  encode: (value, to, owner) => count64.encode(value >= 2 ** 64 ? 2n ** 64n - 1n : value, to, owner),
};

/** Wire form of {@linkcode TcpInfo}, as long as a kernel that knows what is given has it. */
export const TcpInfo: Struct<TcpInfo> = extensible(
  struct<TcpInfo>(280, {
    state: [0, state],
    caState: [1, enumeration(u8, { open: 0, disorder: 1, cwr: 2, recovery: 3, loss: 4 })],
    retransmits: [2, u8],
    probes: [3, u8],
    backoff: [4, u8],
    options: [
      5,
      mask(u8, {
        timestamps: 1,
        sack: 2,
        wscale: 4,
        ecn: 8,
        ecn_seen: 16,
        syn_data: 32,
        usec_ts: 64,
        tfo_child: 128,
      }) as Codec<readonly TcpOption[]>,
    ],
    ...bitfields(6, u8, { sndWscale: { shift: 0, width: 4 }, rcvWscale: { shift: 4, width: 4 } }),
    ...bitfields(7, u8, {
      deliveryRateAppLimited: { shift: 0, width: 1 },
      fastopenClientFail: { shift: 1, width: 2 },
    }),
    rto: [8, u32],
    ato: [12, u32],
    sndMss: [16, u32],
    rcvMss: [20, u32],
    unacked: [24, u32],
    sacked: [28, u32],
    lost: [32, u32],
    retrans: [36, u32],
    fackets: [40, u32],
    lastDataSent: [44, u32],
    lastAckSent: [48, u32],
    lastDataRecv: [52, u32],
    lastAckRecv: [56, u32],
    pmtu: [60, u32],
    rcvSsthresh: [64, u32],
    rtt: [68, u32],
    rttvar: [72, u32],
    sndSsthresh: [76, u32],
    sndCwnd: [80, u32],
    advmss: [84, u32],
    reordering: [88, u32],
    rcvRtt: [92, u32],
    rcvSpace: [96, u32],
    totalRetrans: [100, u32],
    pacingRate: [104, rate],
    maxPacingRate: [112, rate],
    bytesAcked: [120, count],
    bytesReceived: [128, count],
    segsOut: [136, u32],
    segsIn: [140, u32],
    notsentBytes: [144, u32],
    minRtt: [148, u32],
    dataSegsIn: [152, u32],
    dataSegsOut: [156, u32],
    deliveryRate: [160, count],
    busyTime: [168, count],
    rwndLimited: [176, count],
    sndbufLimited: [184, count],
    delivered: [192, u32],
    deliveredCe: [196, u32],
    bytesSent: [200, count],
    bytesRetrans: [208, count],
    dsackDups: [216, u32],
    reordSeen: [220, u32],
    rcvOoopack: [224, u32],
    sndWnd: [228, u32],
    rcvWnd: [232, u32],
    rehash: [236, u32],
    totalRto: [240, u16],
    totalRtoRecoveries: [242, u16],
    totalRtoTime: [244, u32],
    receivedCe: [248, u32],
    deliveredE1Bytes: [252, u32],
    deliveredE0Bytes: [256, u32],
    deliveredCeBytes: [260, u32],
    receivedE1Bytes: [264, u32],
    receivedE0Bytes: [268, u32],
    receivedCeBytes: [272, u32],
    ...bitfields(276, u32, {
      ecnMode: { shift: 0, width: 2 },
      accecnOptSeen: { shift: 2, width: 2 },
      accecnFailMode: { shift: 4, width: 4 },
      options2: { shift: 8, width: 24 },
    }),
  }),
  8,
  104,
);

/** TCP Vegas and its like: struct tcpvegas_info. */
export interface TcpVegasInfo {
  /** Whether it is at work. */
  enabled?: number;
  /** Round trips measured in this window. */
  rttcnt?: number;
  /** Round-trip time, µs. */
  rtt?: number;
  /** Least round-trip time, µs. */
  minrtt?: number;
}

/** Wire form of {@linkcode TcpVegasInfo}. */
export const TcpVegasInfo: Struct<TcpVegasInfo> = struct(16, (): Shape<TcpVegasInfo> => ({
  enabled: [0, u32],
  rttcnt: [4, u32],
  rtt: [8, u32],
  minrtt: [12, u32],
}));

/** DCTCP: struct tcp_dctcp_info. */
export interface TcpDctcpInfo {
  /** Whether both ends have ECN. */
  enabled?: number;
  /** Whether the last segment was marked. */
  ceState?: number;
  /** How much of the traffic is marked, of 1024. */
  alpha?: number;
  /** Bytes acknowledged with marks. */
  abEcn?: number;
  /** Bytes acknowledged. */
  abTot?: number;
}

/** Wire form of {@linkcode TcpDctcpInfo}. */
export const TcpDctcpInfo: Struct<TcpDctcpInfo> = struct(16, (): Shape<TcpDctcpInfo> => ({
  enabled: [0, u16],
  ceState: [2, u16],
  alpha: [4, u32],
  abEcn: [8, u32],
  abTot: [12, u32],
}));

/** BBR: struct tcp_bbr_info. */
export interface TcpBbrInfo {
  /** What the path takes, bytes a second. */
  bw?: number;
  /** Least round-trip time, µs. */
  minRtt?: number;
  /** How much faster than `bw` it sends, of 256. */
  pacingGain?: number;
  /** How much more than `bw` in a round trip it has under way, of 256. */
  cwndGain?: number;
}

/** Wire form of {@linkcode TcpBbrInfo}. */
export const TcpBbrInfo: Struct<TcpBbrInfo> = struct(20, (): Shape<TcpBbrInfo> => ({
  bw: [0, count],
  minRtt: [8, u32],
  pacingGain: [12, u32],
  cwndGain: [16, u32],
}));

/** A key by which segments are signed: struct tcp_diag_md5sig. */
export interface TcpMd5sig {
  /** `inet` or `inet6`. */
  family?: SocketFamily;
  /** The peers that it is for: `192.0.2.1/32`. */
  addr?: string;
  /** The key, at most 80 bytes. */
  key?: Uint8Array;
}

const MD5SIG = 100, KEY_AT = 20, MOST_KEY = 80;

/** Wire form of {@linkcode TcpMd5sig}. */
export const TcpMd5sig: Codec<TcpMd5sig> = {
  name: "a key",
  size: MD5SIG,
  decode(from, at) {
    const { bytes, view } = from, six = bytes[at] === AF.inet6, length = view.getUint16(at + 2, true);
    if ((!six && bytes[at] !== AF.inet) || length > MOST_KEY) return MISFIT;
    return {
      family: six ? "inet6" : "inet",
      addr: `${six ? ipv6Text(bytes, at + 4) : ipv4Text(bytes, at + 4)}/${bytes[at + 1]}`,
      key: from.own(at + KEY_AT, at + KEY_AT + length),
    };
  },
  encode(value, to) {
    const prefix = parsePrefix(value.addr ?? "", to), secret = octets(value.key ?? new Uint8Array(0), to);
    if (secret.length > MOST_KEY) to.fail(RangeError, `expected at most ${MOST_KEY} bytes, got ${secret.length}`);
    const at = to.grow(MD5SIG);
    to.bytes[at] = prefix.bytes.length === 4 ? AF.inet : AF.inet6;
    to.bytes[at + 1] = prefix.length;
    to.view.setUint16(at + 2, secret.length, true);
    to.bytes.set(prefix.bytes, at + 4);
    to.bytes.set(secret, at + KEY_AT);
  },
};

/** TLS in the kernel: TLS_INFO_*. */
export interface TlsInfo {
  /** Version. */
  version?: "1.2" | "1.3" | number;
  /** What encrypts. */
  cipher?:
    | "aes_gcm_128"
    | "aes_gcm_256"
    | "aes_ccm_128"
    | "chacha20_poly1305"
    | "sm4_gcm"
    | "sm4_ccm"
    | "aria_gcm_128"
    | "aria_gcm_256"
    | number;
  /** Who encrypts: nobody in the kernel, the processor, the network device, that with the stack beside it. */
  txconf?: "base" | "sw" | "hw" | "hw_record" | number;
  /** Who decrypts. */
  rxconf?: "base" | "sw" | "hw" | "hw_record" | number;
  /** Whether files are sent without a copy. */
  zcRoTx?: boolean;
  /** Whether no padding is expected. */
  rxNoPad?: boolean;
  /** Bytes of a record at most; since Linux 6.19. */
  txMaxPayloadLen?: number;
}

const conf: Codec<"base" | "sw" | "hw" | "hw_record" | number> = enumeration(u16, {
  base: 1,
  sw: 2,
  hw: 3,
  hw_record: 4,
});

/** Wire form of {@linkcode TlsInfo}. */
export const TlsInfo: Attributes<TlsInfo> = attributes((): Shape<TlsInfo> => ({
  version: [1, enumeration(u16, { "1.2": 771, "1.3": 772 })],
  cipher: [
    2,
    enumeration(u16, {
      aes_gcm_128: 51,
      aes_gcm_256: 52,
      aes_ccm_128: 53,
      chacha20_poly1305: 54,
      sm4_gcm: 55,
      sm4_ccm: 56,
      aria_gcm_128: 57,
      aria_gcm_256: 58,
    }),
  ],
  txconf: [3, conf],
  rxconf: [4, conf],
  zcRoTx: [5, flag],
  rxNoPad: [6, flag],
  txMaxPayloadLen: [7, u16],
}));

/** What a subflow of MPTCP is: MPTCP_SUBFLOW_FLAG_*; `mcap` made the connection, `join` joined it. */
export type MptcpSubflowFlag =
  | "mcap_rem"
  | "mcap_loc"
  | "join_rem"
  | "join_loc"
  | "bkup_rem"
  | "bkup_loc"
  | "fully_established"
  | "connected"
  | "mapvalid"
  | number;

/** A TCP connection that is part of one of MPTCP: MPTCP_SUBFLOW_ATTR_*. */
export interface MptcpSubflow {
  /** The peer's token. */
  tokenRem?: number;
  /** Our token, that of {@linkcode MptcpInfo}. */
  tokenLoc?: number;
  /** Where it is in its own sequence. */
  relwriteSeq?: number;
  /** Where it is in that of the connection. */
  mapSeq?: bigint;
  /** Where that is in its own. */
  mapSfseq?: number;
  /** Where its own sequence begins. */
  ssnOffset?: number;
  /** Bytes that this is so for. */
  mapDatalen?: number;
  /** What it is. */
  flags?: readonly MptcpSubflowFlag[];
  /** Number of the peer's address. */
  idRem?: number;
  /** Number of our address. */
  idLoc?: number;
}

/** Wire form of {@linkcode MptcpSubflow}. */
export const MptcpSubflow: Attributes<MptcpSubflow> = attributes((): Shape<MptcpSubflow> => ({
  tokenRem: [1, u32],
  tokenLoc: [2, u32],
  relwriteSeq: [3, u32],
  mapSeq: [4, cookie],
  mapSfseq: [5, u32],
  ssnOffset: [6, u32],
  mapDatalen: [7, u16],
  flags: [
    8,
    mask(u32, {
      mcap_rem: 0x1,
      mcap_loc: 0x2,
      join_rem: 0x4,
      join_loc: 0x8,
      bkup_rem: 0x10,
      bkup_loc: 0x20,
      fully_established: 0x40,
      connected: 0x80,
      mapvalid: 0x100,
    }) as Codec<readonly MptcpSubflowFlag[]>,
  ],
  idRem: [9, u8],
  idLoc: [10, u8],
}), { pad: 11 });

/** What lies between TCP and the program: INET_ULP_INFO_*. */
export interface UlpInfo {
  /** Its name: `tls`, `mptcp`. */
  name?: string;
  /** TLS. */
  tls?: TlsInfo;
  /** MPTCP. */
  mptcp?: MptcpSubflow;
}

/** Wire form of {@linkcode UlpInfo}. */
export const UlpInfo: Attributes<UlpInfo> = attributes((): Shape<UlpInfo> => ({
  name: [1, text],
  tls: [2, TlsInfo],
  mptcp: [3, MptcpSubflow],
}));

/** What TCP has beside what all protocols have. */
export interface TcpExtra {
  /** The connection, where that was asked for: `info: true`. */
  info?: TcpInfo;
  /** Of TCP Vegas and its like: with `info`. */
  vegasinfo?: TcpVegasInfo;
  /** The name of its congestion control. */
  cong?: string;
  /** Of DCTCP: with `info`. */
  dctcpinfo?: TcpDctcpInfo;
  /** Of BBR: with `info`. */
  bbrinfo?: TcpBbrInfo;
  /** Keys by which segments are signed; told to who has CAP_NET_ADMIN. */
  md5sig?: readonly TcpMd5sig[];
  /** What lies between TCP and the program; since Linux 5.4. */
  ulpInfo?: UlpInfo;
}

/** A TCP socket. */
export interface TcpSocket extends InetSocket, TcpExtra {}

/** Wire form of {@linkcode TcpSocket}. */
export const TcpSocket: Attributes<TcpSocket> = attributes((): Shape<TcpSocket> => ({
  ...inetShape,
  info: [2, TcpInfo],
  vegasinfo: [3, TcpVegasInfo],
  cong: [4, text],
  dctcpinfo: [9, TcpDctcpInfo],
  bbrinfo: [16, TcpBbrInfo],
  md5sig: [18, array(TcpMd5sig)],
  ulpInfo: [19, UlpInfo],
}), INET);

/** How TCP sockets are asked for. */
export const TCP: InetForm<TcpSocket> = {
  object: "TCP socket",
  table: TcpSocket,
  protocol: "tcp",
  groups: [SKNLGRP.SKNLGRP_INET_TCP_DESTROY, SKNLGRP.SKNLGRP_INET6_TCP_DESTROY],
  module: ["tcp_diag", "CONFIG_INET_TCP_DIAG"],
  toldAs: { new_syn_recv: "syn_recv", bound_inactive: "close" },
  storages: true,
};

declareInetSockets(TCP);

/** The TCP sockets of this namespace, on a socket that the first use opens. */
export const tcp: WatchableSockets<TcpSocket> = new WatchableSockets(TCP, onShared(NETLINK_SOCK_DIAG));
