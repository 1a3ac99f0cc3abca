/**
 * DCCP: connections that carry datagrams. Linux has it up to 6.15.
 *
 * ```ts
 * import { dccp } from "@linux/netlink/families/sock_diag/dccp.ts";
 * for (const s of dccp.list({ state: "established" })) console.log(s.local, s.localPort, s.dst, s.dstPort);
 * ```
 *
 * Source: linux/inet_diag.h, v6.1
 *
 * @module
 */
import { type Attributes, attributes, type Codec, enumeration, head, type Shape, u8 } from "../../core/codec/mod.ts";
import { onShared } from "../../core/collection.ts";
import { INET, type InetForm, inetShape, type InetSocket } from "./inet.ts";
import { InetSockets } from "./inet_sockets.ts";
import { declareInetSockets } from "./messages.ts";
import { NETLINK_SOCK_DIAG, type SocketState, TCP_STATE } from "./protocol.ts";
import { TcpInfo } from "./tcp.ts";

/** A DCCP socket. States from 13 on are numbers: DCCP alone has them. */
export interface DccpSocket extends Omit<InetSocket, "state"> {
  /** State of the connection. */
  state: Exclude<SocketState, "bound_inactive">;
  /** The connection, in the form of TCP's; present if the request has `info: true`. */
  info?: TcpInfo;
}

const { bound_inactive: _number13, ...STATE } = TCP_STATE;
const state: Codec<DccpSocket["state"]> = enumeration(u8, STATE);

/** Wire form of {@linkcode DccpSocket}. */
export const DccpSocket: Attributes<DccpSocket> = attributes((): Shape<DccpSocket> => ({
  ...inetShape,
  state: head(1, state),
  info: [2, TcpInfo],
}), INET);

/** Requests for DCCP sockets. */
export const DCCP: InetForm<DccpSocket> = {
  object: "DCCP socket",
  table: DccpSocket,
  protocol: "dccp",
  module: ["dccp_diag", "CONFIG_INET_DCCP_DIAG"],
  toldAs: { new_syn_recv: "syn_recv" },
  storages: true,
};

declareInetSockets(DCCP);

/** The DCCP sockets of this namespace, on a socket that the first use opens. */
export const dccp: InetSockets<DccpSocket> = new InetSockets(DCCP, onShared(NETLINK_SOCK_DIAG));
