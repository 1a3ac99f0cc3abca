/**
 * UDP and raw sockets.
 *
 * ```ts
 * import { raw, udp } from "@linux/netlink/families/sock_diag/datagrams.ts";
 * for (const s of udp.list({ localPort: 53 })) console.log(s.local, s.localPort, s.rqueue, s.inode);
 * console.log(raw.list().length);
 * ```
 *
 * Source: linux/inet_diag.h, v7.2
 *
 * @module
 */
import { type Attributes, attributes } from "../../core/codec/mod.ts";
import { onShared } from "../../core/collection.ts";
import { INET, type InetForm, inetShape, type InetSocket } from "./inet.ts";
import { DestroyableSockets, WatchableSockets } from "./inet_sockets.ts";
import { declareInetSockets } from "./messages.ts";
import { NETLINK_SOCK_DIAG, SKNLGRP } from "./protocol.ts";

/** A UDP socket; its state is `established` if it has a peer, else `close`. */
export interface UdpSocket extends InetSocket {}

/** Wire form of {@linkcode UdpSocket}. */
export const UdpSocket: Attributes<UdpSocket> = attributes<UdpSocket>(inetShape, INET);

/** A raw IP socket: `localPort` is the number of its IP protocol. */
export interface RawSocket extends InetSocket {}

/** Wire form of {@linkcode RawSocket}. */
export const RawSocket: Attributes<RawSocket> = attributes<RawSocket>(inetShape, INET);

/** Requests for UDP sockets. */
export const UDP: InetForm<UdpSocket> = {
  object: "UDP socket",
  table: UdpSocket,
  protocol: "udp",
  groups: [SKNLGRP.SKNLGRP_INET_UDP_DESTROY, SKNLGRP.SKNLGRP_INET6_UDP_DESTROY],
  module: ["udp_diag", "CONFIG_INET_UDP_DIAG"],
  swapped: true,
  connectionless: true,
};

/** Requests for raw sockets; since Linux 4.9. */
export const RAW: InetForm<RawSocket> = {
  object: "raw socket",
  table: RawSocket,
  protocol: "raw",
  module: ["raw_diag", "CONFIG_INET_RAW_DIAG"],
  anyCookie: true,
  connectionless: true,
};

declareInetSockets(UDP);

/** The UDP sockets of this namespace, on a socket that the first use opens. */
export const udp: WatchableSockets<UdpSocket> = new WatchableSockets(UDP, onShared(NETLINK_SOCK_DIAG));

declareInetSockets(RAW);

/** The raw sockets of this namespace, on a socket that the first use opens. */
export const raw: DestroyableSockets<RawSocket> = new DestroyableSockets(RAW, onShared(NETLINK_SOCK_DIAG));
