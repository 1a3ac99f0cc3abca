/**
 * NETLINK_SOCK_DIAG: the sockets of this machine, with everything that `ss` shows, and a way to destroy them.
 *
 * ```ts
 * import { tcp, unix } from "@linux/netlink/families/sock_diag/mod.ts";
 * for (const s of tcp.list({ state: "listen" })) console.log(s.local, s.localPort, s.uid, s.inode);
 * const slow = tcp.list({ dstPort: 443, info: true }).filter((s) => s.info!.rtt > 200_000);
 * console.log(slow.length, unix.list({ type: "seqpacket" }).length);
 * ```
 *
 * Reading needs no privilege, except marks, packet filters and keys. These, and destroying sockets, need CAP_NET_ADMIN.
 *
 * @module
 */
import { bindMethods } from "../../core/arguments.ts";
import "../../core/capture.ts";
import "../../core/dry_run.ts";
import { Client, type OpenOptions } from "../../core/client.ts";
import { DCCP, type DccpSocket } from "./dccp.ts";
import { RAW, type RawSocket, UDP, type UdpSocket } from "./datagrams.ts";
import { DestroyableSockets, InetSockets, WatchableSockets } from "./inet_sockets.ts";
import { MPTCP, type MptcpSocket } from "./mptcp.ts";
import { NETLINK, type NetlinkSocket } from "./netlink.ts";
import { PACKET, type PacketSocket } from "./packet.ts";
import { NETLINK_SOCK_DIAG } from "./protocol.ts";
import { SCTP, type SctpSocket } from "./sctp.ts";
import { smcForm, type SmcSocket } from "./smc.ts";
import { Sockets } from "./sockets.ts";
import { TCP, type TcpSocket } from "./tcp.ts";
import { TIPC, type TipcSocket } from "./tipc.ts";
import { UNIX, type UnixSocket } from "./unix.ts";
import { VSOCK, type VsockSocket } from "./vsock.ts";
import { XDP, type XdpSocket } from "./xdp.ts";

/** The collections of sockets by protocol, for one network namespace. */
export class SocketCollections {
  /** TCP sockets. */
  readonly tcp: WatchableSockets<TcpSocket>;
  /** UDP sockets. */
  readonly udp: WatchableSockets<UdpSocket>;
  /** Raw IP sockets. */
  readonly raw: DestroyableSockets<RawSocket>;
  /** SCTP sockets and associations. */
  readonly sctp: InetSockets<SctpSocket>;
  /** DCCP sockets. */
  readonly dccp: InetSockets<DccpSocket>;
  /** MPTCP sockets. */
  readonly mptcp: InetSockets<MptcpSocket>;
  /** Unix sockets, between processes of this machine. */
  readonly unix: Sockets<UnixSocket>;
  /** Packet sockets, for frames of network interfaces. */
  readonly packet: Sockets<PacketSocket>;
  /** Netlink sockets. */
  readonly netlink: Sockets<NetlinkSocket>;
  /** Vsock sockets, between virtual machines and their host. */
  readonly vsock: Sockets<VsockSocket>;
  /** XDP sockets, for queues of network interfaces. */
  readonly xdp: Sockets<XdpSocket>;
  /** TIPC sockets. */
  readonly tipc: Sockets<TipcSocket>;
  /** SMC sockets. */
  readonly smc: Sockets<SmcSocket>;

  /** Creates the collections; they send requests through the client of `open()`. */
  constructor(open: () => Client) {
    this.tcp = new WatchableSockets(TCP, open);
    this.udp = new WatchableSockets(UDP, open);
    this.raw = new DestroyableSockets(RAW, open);
    this.sctp = new InetSockets(SCTP, open);
    this.dccp = new InetSockets(DCCP, open);
    this.mptcp = new InetSockets(MPTCP, open);
    this.unix = new Sockets(UNIX, open);
    this.packet = new Sockets(PACKET, open);
    this.netlink = new Sockets(NETLINK, open);
    this.vsock = new Sockets(VSOCK, open);
    this.xdp = new Sockets(XDP, open);
    this.tipc = new Sockets(TIPC, open);
    this.smc = new Sockets(smcForm(), open);
  }
}

/** A client with its own socket, in a network namespace, and with all collections. */
export class SockDiagClient extends SocketCollections implements Disposable {
  readonly #client: Client;

  /** Opens the socket; {@linkcode open} does the same. */
  constructor(options: OpenOptions = {}) {
    const client = new Client(NETLINK_SOCK_DIAG, options);
    super(() => client);
    this.#client = client;
    bindMethods(this);
  }

  /** Closes the socket. */
  close(): void {
    this.#client.close();
  }

  /** Closes the socket. */
  [Symbol.dispose](): void {
    this.close();
  }
}

/**
 * Opens a client with its own socket, in a network namespace or with other options.
 *
 * @throws {SystemError} the namespace does not exist, or the process may not enter it
 */
export function open(options: OpenOptions = {}): SockDiagClient {
  return new SockDiagClient(options);
}

export { Bytecode, type BytecodeCode, type BytecodeOp, INET_DIAG_BC } from "./bytecode.ts";
export { raw, RawSocket, udp, UdpSocket } from "./datagrams.ts";
export { dccp, DccpSocket } from "./dccp.ts";
export {
  type Checked,
  type Compiled,
  compileFilter,
  type PortMatch,
  type Resolve,
  type SocketCondition,
} from "./filter.ts";
export {
  type AnyInetSocket,
  BpfStorage,
  type InetExtension,
  type InetForm,
  InetMeminfo,
  InetRequest,
  InetRequestV1,
  type InetSocket,
  type InetSockopt,
  type InetTimer,
  IPPROTO,
  type IpProtocol,
  SocketAddress,
  type SocketId,
  StorageRequest,
} from "./inet.ts";
export {
  DestroyableSockets,
  type InetAsk,
  type InetFilter,
  type InetKey,
  InetSockets,
  WatchableSockets,
} from "./inet_sockets.ts";
export { mptcp, type MptcpFlag, MptcpInfo, MptcpSocket } from "./mptcp.ts";
export {
  NDIAG_PROTO_ALL,
  netlink,
  NETLINK_PROTOCOL,
  type NetlinkFlag,
  type NetlinkProtocol,
  NetlinkRequest,
  NetlinkRing,
  type NetlinkShow,
  NetlinkSocket,
} from "./netlink.ts";
export {
  packet,
  PacketFanout,
  type PacketFlag,
  PacketInfo,
  PacketMclist,
  PacketRequest,
  PacketRing,
  type PacketShow,
  PacketSocket,
  SockFilter,
} from "./packet.ts";
export {
  AF,
  INET_DIAG_NOCOOKIE,
  NETLINK_SOCK_DIAG,
  type Shutdown,
  SKNLGRP,
  SOCK,
  SOCK_DIAG,
  type SocketFamily,
  SocketMemory,
  type SocketState,
  type SocketType,
  type States,
  TCP_STATE,
} from "./protocol.ts";
export { sctp, SctpInfo, SctpSocket, type SctpState } from "./sctp.ts";
export {
  AF_SMC,
  smc,
  SmcConninfo,
  SmcCursor,
  SmcDiagRequest,
  SmcDmbinfo,
  type SmcExtension,
  SmcFallback,
  SmcLgrinfo,
  type SmcRole,
  SmcSocket,
  type SmcState,
} from "./smc.ts";
export { type SocketFilter, type SocketForm, Sockets, type StateFilter } from "./sockets.ts";
export {
  MptcpSubflow,
  type MptcpSubflowFlag,
  tcp,
  TcpBbrInfo,
  type TcpCaState,
  TcpDctcpInfo,
  type TcpExtra,
  TcpInfo,
  TcpMd5sig,
  type TcpOption,
  TcpSocket,
  TcpVegasInfo,
  TlsInfo,
  UlpInfo,
} from "./tcp.ts";
export { tipc, TipcCon, TipcGroup, TipcRequest, TipcSocket, TipcStat, type TipcState } from "./tipc.ts";
export { unix, UnixRequest, UnixRqlen, type UnixShow, UnixSocket, UnixVfs } from "./unix.ts";
export { vsock, VsockRequest, VsockSocket } from "./vsock.ts";
export { xdp, XdpInfo, XdpRequest, XdpRing, type XdpShow, XdpSocket, XdpStats, XdpUmem } from "./xdp.ts";
export type * from "../../core/client.ts";
export type * from "../../core/codec/mod.ts";
export type * from "../../core/collection.ts";
export type * from "../../core/errors.ts";
export type { CallNames } from "../../core/exchange.ts";
export type * from "../../core/show.ts";
export type * from "../../core/transport.ts";
export type {
  ChangeEvent,
  OverrunEvent,
  SyncedEvent,
  WaitOptions,
  WatchEvent,
  WatchOptions,
} from "../../core/watch.ts";
