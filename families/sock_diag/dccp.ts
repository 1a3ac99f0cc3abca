/**
 * DCCP, which Linux had until 6.15: connections of datagrams.
 *
 * Source: linux/inet_diag.h, v6.1
 *
 * @module
 */
import { type Attributes, attributes } from "../../core/codec/mod.ts";
import { INET, inetShape, type InetSocket } from "./inet.ts";
import type { InetForm } from "./inet_sockets.ts";
import { TcpInfo } from "./tcp.ts";

/** A DCCP socket. */
export interface DccpSocket extends InetSocket {
  /** The connection, as far as TCP has the like, where that was asked for: `info: true`. */
  info?: TcpInfo;
}

/** Wire form of {@linkcode DccpSocket}. */
export const DccpSocket: Attributes<DccpSocket> = attributes<DccpSocket>({ ...inetShape, info: [2, TcpInfo] }, INET);

/** How DCCP sockets are asked for. */
export const DCCP: InetForm<DccpSocket> = {
  object: "DCCP socket",
  table: DccpSocket,
  protocol: "dccp",
  module: ["dccp_diag", "CONFIG_INET_DCCP_DIAG"],
};
