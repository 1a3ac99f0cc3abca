/**
 * AF_VSOCK: sockets between virtual machines and their host.
 *
 * ```ts
 * import { vsock } from "@linux/netlink/families/sock_diag/vsock.ts";
 * for (const s of vsock.list()) console.log(s.srcCid, s.srcPort, s.dstCid, s.dstPort);
 * ```
 *
 * Source: linux/vm_sockets_diag.h, v7.2
 *
 * @module
 */
import {
  type Attributes,
  attributes,
  type Codec,
  head,
  key,
  type Shape,
  type Struct,
  struct,
  u32,
  u8,
} from "../../core/codec/mod.ts";
import { onShared } from "../../core/collection.ts";
import { declareSockets } from "./messages.ts";
import {
  AF,
  cookie,
  family,
  NETLINK_SOCK_DIAG,
  type Shutdown,
  shutdown,
  type SocketFamily,
  type SocketState,
  type SocketType,
  socketType,
  state,
  states,
} from "./protocol.ts";
import { type SocketForm, Sockets } from "./sockets.ts";

/** A request: struct vsock_diag_req. */
export interface VsockRequest {
  /** `vsock`. */
  family?: SocketFamily;
  /** Always 0. */
  protocol?: number;
  /** States of the sockets to list. */
  states?: readonly SocketState[];
  /** Always 0. */
  inode?: number;
  /** Always 0. */
  show?: number;
  /** Ignored by the kernel. */
  cookie?: bigint;
}

/** Wire form of {@linkcode VsockRequest}. */
export const VsockRequest: Struct<VsockRequest> = struct(24, (): Shape<VsockRequest> => ({
  family: [0, family],
  protocol: [1, u8],
  states: [4, states as Codec<readonly SocketState[]>],
  inode: [8, u32],
  show: [12, u32],
  cookie: [16, cookie],
}));

/** A vsock socket: struct vsock_diag_msg. */
export interface VsockSocket {
  /** `vsock`. */
  family: SocketFamily;
  /** Type of the socket. */
  type: SocketType;
  /** State of the socket. */
  state: SocketState;
  /** Directions that are shut down. */
  shutdown: Shutdown;
  /** Own context id (CID) of the machine: VMADDR_CID_*, 4294967295 for any, 1 for loopback, 2 for the host. */
  srcCid: number;
  /** Own port, u32. */
  srcPort: number;
  /** Context id (CID) of the peer's machine. */
  dstCid: number;
  /** The peer's port, u32. */
  dstPort: number;
  /** Inode: that of `socket:[…]` in /proc/PID/fd. */
  inode: number;
  /** Unique number of the socket, u64. */
  cookie: bigint;
}

/** Wire form of {@linkcode VsockSocket}. */
export const VsockSocket: Attributes<VsockSocket> = attributes((): Shape<VsockSocket> => ({
  family: head(0, family),
  type: head(1, socketType),
  state: head(2, state),
  shutdown: head(3, shutdown),
  srcCid: head(4, u32),
  srcPort: head(8, u32),
  dstCid: head(12, u32),
  dstPort: head(16, u32),
  inode: head(20, u32, key),
  cookie: head(24, cookie, key),
}), { header: 32 });

/** Requests for vsock sockets. */
export const VSOCK: SocketForm<VsockSocket> = {
  object: "vsock socket",
  table: VsockSocket,
  request: {
    codec: VsockRequest as Codec<unknown, never>,
    list: (states) => ({ family: AF.vsock, states }),
  },
  describe: (value) => String((value as VsockSocket).inode ?? (value as VsockSocket).cookie ?? ""),
  module: ["vsock_diag", "CONFIG_VSOCKETS_DIAG"],
};

declareSockets(AF.vsock, VsockRequest, VsockSocket);

/** The vsock sockets of this namespace, on a socket that the first use opens. */
export const vsock: Sockets<VsockSocket> = new Sockets(VSOCK, onShared(NETLINK_SOCK_DIAG));
