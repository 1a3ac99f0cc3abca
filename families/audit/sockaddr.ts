/**
 * Socket addresses in audit records (`saddr=02000035…`), decoded.
 *
 * Source: linux/socket.h, in.h, in6.h, un.h, netlink.h, if_packet.h and vm_sockets.h, v7.2.
 *
 * @module
 */
import { ipv4, ipv6, Reader, toHex } from "../../core/codec/mod.ts";
import { bytesOfHex, textOfBytes } from "./record.ts";

/** A socket address. Only the fields of its family are there. */
export interface AuditAddress {
  /** The family in lower case: `inet`, `unix`; its number for families that are not decoded. */
  readonly family: "inet" | "inet6" | "unix" | "netlink" | "packet" | "vsock" | number;
  /** IP address, or link-layer address of a packet socket. */
  readonly address?: string;
  /** Port of TCP, UDP or vsock; port of a netlink socket. */
  readonly port?: number;
  /** Path of a Unix socket; an abstract name begins with `@`; absent for a socket without a name. */
  readonly path?: string;
  /** Number of the interface: of a packet socket, or the scope of an IPv6 address. */
  readonly ifindex?: number;
  /** Mask of netlink groups. */
  readonly groups?: number;
  /** Number of the protocol of a packet socket. */
  readonly protocol?: number;
  /** Number of the machine of a vsock address. */
  readonly cid?: number;
}

const AF = { unix: 1, inet: 2, inet6: 10, netlink: 16, packet: 17, vsock: 40 } as const;

/**
 * Decodes the hexadecimal digits of a socket address; `undefined` for other text, as in a record of netfilter, and for
 * an address that is cut off.
 */
export function parseAddress(digits: string): AuditAddress | undefined {
  const bytes = bytesOfHex(digits);
  if (bytes === undefined || bytes.length < 2) return undefined;
  const from = new Reader(bytes), { view } = from, family = view.getUint16(0, true), { length } = bytes;
  switch (family) {
    case AF.unix:
      return { family: "unix", ...pathOf(bytes) };
    case AF.inet:
      if (length < 8) return undefined;
      return { family: "inet", address: ipv4.decode(from, 4, 8, {}), port: view.getUint16(2) };
    case AF.inet6: {
      if (length < 24) return undefined;
      const scope = length < 28 ? 0 : view.getUint32(24, true);
      return {
        family: "inet6",
        address: ipv6.decode(from, 8, 24, {}),
        port: view.getUint16(2),
        ...(scope === 0 ? {} : { ifindex: scope }),
      };
    }
    case AF.netlink:
      if (length < 12) return undefined;
      return { family: "netlink", port: view.getUint32(4, true), groups: view.getUint32(8, true) };
    case AF.packet: {
      if (length < 12) return undefined;
      const size = Math.min(bytes[11]!, length - 12);
      return {
        family: "packet",
        ...(size === 0 ? {} : { address: toHex(bytes, 12, 12 + size, ":") }),
        ifindex: view.getInt32(4, true),
        protocol: view.getUint16(2),
      };
    }
    case AF.vsock:
      if (length < 12) return undefined;
      return { family: "vsock", port: view.getUint32(4, true), cid: view.getUint32(8, true) };
    default:
      return { family };
  }
}

function pathOf(bytes: Uint8Array): { readonly path?: string } {
  if (bytes.length === 2) return {};
  // The name of an abstract socket begins with a NUL and may have more; a path ends at its first one.
  if (bytes[2] === 0) return { path: `@${textOfBytes(bytes.subarray(3)).replace(/\0+$/, "")}` };
  const nul = bytes.indexOf(0, 2);
  return { path: textOfBytes(bytes.subarray(2, nul < 0 ? bytes.length : nul)) };
}
