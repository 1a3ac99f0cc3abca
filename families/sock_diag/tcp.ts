/**
 * TCP: sockets with the data of their connections, as shown by `ss -ti`.
 *
 * ```ts
 * import { tcp } from "@linux/netlink/families/sock_diag/tcp.ts";
 * for (const s of tcp.list({ state: "listen" })) console.log(s.local, s.localPort, s.uid, s.inode);
 * const slow = tcp.list({ dst: "10.0.0.0/8", info: true }).filter(({ info }) => (info?.rtt ?? 0) > 200_000);
 * for (const s of slow) tcp.destroy(s, { missing: "ok" }); // needs CAP_NET_ADMIN
 * const idle = tcp.list({ state: "established", info: true }).filter(({ info }) => (info?.lastDataRecv ?? 0) > 3_600_000);
 * console.log(slow.length, idle.length);
 * ```
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
  parsePrefix,
  secretBytes,
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

/** TCP_CA_*: state of congestion control. */
export type TcpCaState = "open" | "disorder" | "cwr" | "recovery" | "loss" | number;

/** TCPI_OPT_*: options that both ends agreed on. */
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

/** A TCP connection: struct tcp_info. Fields that the kernel does not have are absent. */
export interface TcpInfo {
  /** State of the connection. */
  state: SocketState;
  /** State of congestion control. */
  caState: TcpCaState;
  /** Number of retransmissions of the oldest segment. */
  retransmits: number;
  /** Number of unanswered probes. */
  probes: number;
  /** Number of times that the retransmission timeout was doubled. */
  backoff: number;
  /** Options that both ends agreed on. */
  options: readonly TcpOption[];
  /** Window scale of the peer, as an exponent of 2. */
  sndWscale: number;
  /** Own window scale, as an exponent of 2. */
  rcvWscale: number;
  /** 1 if the program, not the network, limits the delivery rate. Since Linux 4.9. */
  deliveryRateAppLimited?: number;
  /** Reason for which Fast Open failed: 1 no cookie, 2 SYN unanswered, 3 SYN lost. Since Linux 5.5. */
  fastopenClientFail?: number;
  /** Retransmission timeout in µs. */
  rto: number;
  /** Timeout of delayed ACKs in µs. */
  ato: number;
  /** Size of sent segments in bytes. */
  sndMss: number;
  /** Size of received segments in bytes. */
  rcvMss: number;
  /** Number of unacknowledged segments; of a listening socket, connections to be accepted. */
  unacked: number;
  /** Number of selectively acknowledged segments; of a listening socket, the limit of connections to be accepted. */
  sacked: number;
  /** Number of segments that count as lost. */
  lost: number;
  /** Number of retransmitted segments in flight. */
  retrans: number;
  /** Number of segments up to the last selectively acknowledged one. */
  fackets: number;
  /** Milliseconds since data was last sent. */
  lastDataSent: number;
  /** Always 0: the kernel does not set it. */
  lastAckSent: number;
  /** Milliseconds since data was last received. */
  lastDataRecv: number;
  /** Milliseconds since an ACK was last received. */
  lastAckRecv: number;
  /** Path MTU in bytes. */
  pmtu: number;
  /** Slow start threshold of the own receive window in bytes. */
  rcvSsthresh: number;
  /** Smoothed round-trip time in µs. */
  rtt: number;
  /** Variation of the round-trip time in µs. */
  rttvar: number;
  /** Slow start threshold in segments; 2147483647 initially. */
  sndSsthresh: number;
  /** Congestion window in segments. */
  sndCwnd: number;
  /** Segment size that is announced to the peer, in bytes. */
  advmss: number;
  /** Number of segments that may arrive out of order before one counts as lost. */
  reordering: number;
  /** Round-trip time estimated by the receiver, in µs. */
  rcvRtt: number;
  /** Bytes that the program reads per round trip. */
  rcvSpace: number;
  /** Number of all retransmitted segments. */
  totalRetrans: number;
  /** Limit of the sending rate by pacing, in bytes per second; 2^64 for no limit. Since Linux 3.15. */
  pacingRate?: number;
  /**
   * Limit of the pacing rate by the program (SO_MAX_PACING_RATE), in bytes per second; 2^64 for no limit. Since Linux
   * 3.15.
   */
  maxPacingRate?: number;
  /** Bytes acknowledged. Since Linux 4.1. */
  bytesAcked?: number;
  /** Bytes received. Since Linux 4.1. */
  bytesReceived?: number;
  /** Number of segments sent. Since Linux 4.2. */
  segsOut?: number;
  /** Number of segments received. Since Linux 4.2. */
  segsIn?: number;
  /** Bytes in the send queue that were not sent yet. Since Linux 4.6. */
  notsentBytes?: number;
  /** Smallest round-trip time in µs; 4294967295 before the first measurement. Since Linux 4.6. */
  minRtt?: number;
  /** Number of segments with data received. Since Linux 4.6. */
  dataSegsIn?: number;
  /** Number of segments with data sent. Since Linux 4.6. */
  dataSegsOut?: number;
  /** Delivery rate in bytes per second. Since Linux 4.9. */
  deliveryRate?: number;
  /** Time spent sending, in µs. Since Linux 4.10. */
  busyTime?: number;
  /** Part of `busyTime` in which the peer's window limited sending, in µs. Since Linux 4.10. */
  rwndLimited?: number;
  /** Part of `busyTime` in which the send buffer limited sending, in µs. Since Linux 4.10. */
  sndbufLimited?: number;
  /** Number of delivered segments. Since Linux 4.18. */
  delivered?: number;
  /** Number of delivered segments with a congestion mark. Since Linux 4.18. */
  deliveredCe?: number;
  /** Bytes sent, including retransmissions. Since Linux 4.19. */
  bytesSent?: number;
  /** Bytes retransmitted. Since Linux 4.19. */
  bytesRetrans?: number;
  /** Number of duplicates that the peer reported. Since Linux 4.19. */
  dsackDups?: number;
  /** Number of times that segments were seen out of order. Since Linux 4.19. */
  reordSeen?: number;
  /** Number of segments received out of order. Since Linux 5.4. */
  rcvOoopack?: number;
  /** The peer's window in bytes. Since Linux 5.4. */
  sndWnd?: number;
  /** Own window in bytes. Since Linux 6.2. */
  rcvWnd?: number;
  /** Number of times that another path was tried. Since Linux 6.2. */
  rehash?: number;
  /** Number of retransmission timeouts. Since Linux 6.7. */
  totalRto?: number;
  /** Number of recoveries from retransmission timeouts. Since Linux 6.7. */
  totalRtoRecoveries?: number;
  /** Time spent in recovery from retransmission timeouts, in ms. Since Linux 6.7. */
  totalRtoTime?: number;
  /** Number of received segments with a congestion mark. Since Linux 6.18. */
  receivedCe?: number;
  /** Bytes delivered with ECT(1). Since Linux 6.18. */
  deliveredE1Bytes?: number;
  /** Bytes delivered with ECT(0). Since Linux 6.18. */
  deliveredE0Bytes?: number;
  /** Bytes delivered with a congestion mark. Since Linux 6.18. */
  deliveredCeBytes?: number;
  /** Bytes received with ECT(1). Since Linux 6.18. */
  receivedE1Bytes?: number;
  /** Bytes received with ECT(0). Since Linux 6.18. */
  receivedE0Bytes?: number;
  /** Bytes received with a congestion mark. Since Linux 6.18. */
  receivedCeBytes?: number;
  /** ECN mode: 0 off, 1 RFC 3168, 2 accurate ECN, 3 to be negotiated. */
  ecnMode?: number;
  /** 1 if the option of accurate ECN was received. */
  accecnOptSeen?: number;
  /** Reasons for which accurate ECN failed, as a mask. */
  accecnFailMode?: number;
  /** Further TCPI_OPT_* as a mask; none are defined. */
  options2?: number;
}

/** Codec of a rate. All bits set mean no limit; as a number they are 2^64. */
const rate: Codec<number> = {
  ...count,
  encode: (value, to, owner) => count64.encode(value >= 2 ** 64 ? 2n ** 64n - 1n : value, to, owner),
};

/** Wire form of {@linkcode TcpInfo}, as long as its last given field requires. */
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

/** State of TCP Vegas and similar congestion control: struct tcpvegas_info. */
export interface TcpVegasInfo {
  /** 1 if it is active. */
  enabled?: number;
  /** Number of round trips measured in the current window. */
  rttcnt?: number;
  /** Last round-trip time in µs. */
  rtt?: number;
  /** Smallest round-trip time in µs. */
  minrtt?: number;
}

/** Wire form of {@linkcode TcpVegasInfo}. */
export const TcpVegasInfo: Struct<TcpVegasInfo> = struct(16, (): Shape<TcpVegasInfo> => ({
  enabled: [0, u32],
  rttcnt: [4, u32],
  rtt: [8, u32],
  minrtt: [12, u32],
}));

/** State of the congestion control DCTCP: struct tcp_dctcp_info. */
export interface TcpDctcpInfo {
  /** 1 if both ends use ECN. */
  enabled?: number;
  /** 1 if the last segment had a congestion mark. */
  ceState?: number;
  /** Share of traffic with a congestion mark, in 1/1024. */
  alpha?: number;
  /** Bytes acknowledged with a congestion mark. */
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

/** State of the congestion control BBR: struct tcp_bbr_info. */
export interface TcpBbrInfo {
  /** Estimated bandwidth of the path in bytes per second. */
  bw?: number;
  /** Smallest round-trip time in µs. */
  minRtt?: number;
  /** Factor of the pacing rate to `bw`, in 1/256. */
  pacingGain?: number;
  /** Factor of the congestion window to `bw` times the round-trip time, in 1/256. */
  cwndGain?: number;
}

/** Wire form of {@linkcode TcpBbrInfo}. */
export const TcpBbrInfo: Struct<TcpBbrInfo> = struct(20, (): Shape<TcpBbrInfo> => ({
  bw: [0, count],
  minRtt: [8, u32],
  pacingGain: [12, u32],
  cwndGain: [16, u32],
}));

/** A key that signs segments (TCP MD5 signature): struct tcp_diag_md5sig. */
export interface TcpMd5sig {
  /** `inet` or `inet6`. */
  family?: SocketFamily;
  /** Address prefix of the peers for which it is used: `192.0.2.1/32`. */
  addr?: string;
  /** The key, at most 80 bytes. */
  key?: Uint8Array;
}

const MD5SIG = 100, KEY_AT = 20, MOST_KEY = 80;

/** Wire form of {@linkcode TcpMd5sig}. */
export const TcpMd5sig: Codec<TcpMd5sig> = {
  name: "a key",
  size: MD5SIG,
  secret: true,
  decode(from, at) {
    const { bytes, view } = from, six = bytes[at] === AF.inet6, length = view.getUint16(at + 2, true);
    if ((!six && bytes[at] !== AF.inet) || length > MOST_KEY) return MISFIT;
    return {
      family: six ? "inet6" : "inet",
      addr: `${six ? ipv6Text(bytes, at + 4) : ipv4Text(bytes, at + 4)}/${bytes[at + 1]}`,
      key: secretBytes.decode(from, at + KEY_AT, at + KEY_AT + length, {}),
    };
  },
  encode(value, to) {
    const prefix = parsePrefix(value.addr ?? "", to), at = to.length;
    to.grow(KEY_AT);
    secretBytes.encode(value.key ?? new Uint8Array(0), to, value);
    const length = to.length - at - KEY_AT;
    if (length > MOST_KEY) to.fail(RangeError, `expected at most ${MOST_KEY} bytes, got ${length}`);
    to.grow(MOST_KEY - length);
    to.bytes[at] = prefix.bytes.length === 4 ? AF.inet : AF.inet6;
    to.bytes[at + 1] = prefix.length;
    to.view.setUint16(at + 2, length, true);
    to.bytes.set(prefix.bytes, at + 4);
  },
};

/** State of TLS in the kernel: TLS_INFO_*. */
export interface TlsInfo {
  /** Version of TLS. */
  version?: "1.2" | "1.3" | number;
  /** Cipher. */
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
  /**
   * Place of encryption: base (not in the kernel), sw (processor), hw (network device), hw_record (device handles whole
   * records).
   */
  txconf?: "base" | "sw" | "hw" | "hw_record" | number;
  /** Place of decryption. */
  rxconf?: "base" | "sw" | "hw" | "hw_record" | number;
  /** True if files are sent without a copy. */
  zcRoTx?: boolean;
  /** True if received records are expected to have no padding. */
  rxNoPad?: boolean;
  /** Largest payload of a sent record in bytes; since Linux 6.19. */
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

/**
 * A flag of an MPTCP subflow: MPTCP_SUBFLOW_FLAG_*. `mcap` subflows created the connection, `join` subflows joined it.
 */
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

/** A TCP connection that is a subflow of an MPTCP connection: MPTCP_SUBFLOW_ATTR_*. */
export interface MptcpSubflow {
  /** Token of the peer. */
  tokenRem?: number;
  /** Own token, the same as in {@linkcode MptcpInfo}. */
  tokenLoc?: number;
  /** Position of the next data to send in the subflow's sequence. */
  relwriteSeq?: number;
  /** Start of the current mapping in the connection's sequence. */
  mapSeq?: bigint;
  /** Start of the current mapping in the subflow's sequence. */
  mapSfseq?: number;
  /** Start of the subflow's sequence numbers. */
  ssnOffset?: number;
  /** Length of the current mapping in bytes. */
  mapDatalen?: number;
  /** Flags of the subflow. */
  flags?: readonly MptcpSubflowFlag[];
  /** Id of the peer's address. */
  idRem?: number;
  /** Id of the own address. */
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

/** Upper layer protocol (ULP) between TCP and the program: INET_ULP_INFO_*. */
export interface UlpInfo {
  /** Name: `tls`, `mptcp`. */
  name?: string;
  /** State of TLS. */
  tls?: TlsInfo;
  /** Data of the MPTCP subflow. */
  mptcp?: MptcpSubflow;
}

/** Wire form of {@linkcode UlpInfo}. */
export const UlpInfo: Attributes<UlpInfo> = attributes((): Shape<UlpInfo> => ({
  name: [1, text],
  tls: [2, TlsInfo],
  mptcp: [3, MptcpSubflow],
}));

/** The fields that TCP adds to those of all IP sockets. */
export interface TcpExtra {
  /** The connection; present if the request has `info: true`. */
  info?: TcpInfo;
  /** State of Vegas and similar congestion control; present with `info`. */
  vegasinfo?: TcpVegasInfo;
  /** Name of the congestion control algorithm. */
  cong?: string;
  /** State of DCTCP; present with `info`. */
  dctcpinfo?: TcpDctcpInfo;
  /** State of BBR; present with `info`. */
  bbrinfo?: TcpBbrInfo;
  /** Keys that sign segments; only with CAP_NET_ADMIN. */
  md5sig?: readonly TcpMd5sig[];
  /** Upper layer protocol between TCP and the program; since Linux 5.4. */
  ulpInfo?: UlpInfo;
}

/** A TCP socket: the fields of all IP sockets, and those of TCP. */
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

/** Requests for TCP sockets. */
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
