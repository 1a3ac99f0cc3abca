/**
 * The columns of `ss`: sockets as flat objects for `console.table`.
 *
 * ```ts
 * import { processesOf } from "@linux/netlink/core/processes.ts";
 * import { brief } from "@linux/netlink/families/sock_diag/brief.ts";
 * import { tcp } from "@linux/netlink/families/sock_diag/tcp.ts";
 *
 * const sockets = tcp.list({ state: "listen" }), holders = processesOf(sockets.map(({ inode }) => inode));
 * console.table(sockets.map((one) => ({ ...brief(one), process: holders.get(one.inode)?.[0]?.name })));
 * ```
 *
 * @module
 */
import type { SocketId } from "./inet.ts";
import type { NetlinkSocket } from "./netlink.ts";
import type { PacketSocket } from "./packet.ts";
import type { UnixSocket } from "./unix.ts";
import type { VsockSocket } from "./vsock.ts";

/** A socket as in `ss`. */
export interface BriefSocket {
  /** State; an empty text if such sockets have none. */
  state: string;
  /** Bytes to be read; of a listening socket, the connections to be accepted. */
  recvQ: number;
  /** Bytes that the peer has not confirmed; of a listening socket, the most connections to be accepted. */
  sendQ: number;
  /** Own address and port, path or name; `*` for none. */
  local: string;
  /** The peer's; `*` for none. */
  peer: string;
  /** Number of the user that owns it; an empty text if it is not known. */
  uid: number | "";
}

/** An IP socket of any protocol. */
export interface BriefableInet extends SocketId {
  /** State. */
  state: unknown;
  /** Bytes to be read. */
  rqueue: number;
  /** Bytes to be confirmed. */
  wqueue: number;
  /** Number of the user that owns it. */
  uid: number;
}

/** A socket that people list. */
export type BriefableSocket = BriefableInet | UnixSocket | NetlinkSocket | PacketSocket | VsockSocket;

/** Returns what people want to see of a socket, as a flat object. */
export function brief(socket: BriefableSocket): BriefSocket {
  if ("localPort" in socket) {
    const { state, rqueue, wqueue, local, localPort, dev, dst, dstPort, uid } = socket;
    return {
      state: String(state),
      recvQ: rqueue,
      sendQ: wqueue,
      local: endpoint(local, localPort, dev),
      peer: endpoint(dst, dstPort),
      uid,
    };
  }
  if ("srcCid" in socket) {
    const { state, srcCid, srcPort, dstCid, dstPort } = socket;
    return {
      state: String(state),
      recvQ: 0,
      sendQ: 0,
      local: vsock(srcCid, srcPort),
      peer: vsock(dstCid, dstPort),
      uid: "",
    };
  }
  if ("portid" in socket) {
    const { state, protocol, portid, dstPortid, meminfo } = socket;
    const { rmemAlloc = 0, wmemAlloc = 0 } = meminfo ?? {};
    const peer = dstPortid === 0 ? "*" : String(dstPortid);
    return { state: String(state), recvQ: rmemAlloc, sendQ: wmemAlloc, local: `${protocol}:${portid}`, peer, uid: "" };
  }
  if ("num" in socket) {
    const { num, dev = "*", uid = "" } = socket;
    return {
      state: "",
      recvQ: 0,
      sendQ: 0,
      local: `${num === 3 ? "*" : `0x${num.toString(16)}`}:${dev}`,
      peer: "*",
      uid,
    };
  }
  const { state, rqlen, name, peer, uid = "" } = socket;
  // The first byte of an abstract name is NUL, which ss shows as @.
  const local = name === undefined || name === "" ? "*" : name.replaceAll("\0", "@");
  return {
    state: String(state),
    recvQ: rqlen?.rqueue ?? 0,
    sendQ: rqlen?.wqueue ?? 0,
    local,
    peer: peer === undefined || peer === 0 ? "*" : `* ${peer}`,
    uid,
  };
}

/** Returns an address with its port: `127.0.0.1:80`, `[::1]:80`, `0.0.0.0%eth0:80`; a port 0 is `*`. */
export function endpoint(address: string, port: number, dev?: string): string {
  const text = address.includes(":") ? `[${address}]` : address;
  return `${text}${dev === undefined ? "" : `%${dev}`}:${port === 0 ? "*" : port}`;
}

const ANY = 0xffffffff;

function vsock(cid: number, port: number): string {
  return `${cid === ANY ? "*" : cid}:${port === ANY ? "*" : port}`;
}
