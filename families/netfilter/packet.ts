/**
 * Headers of IP packets, as the packets of a queue have them: reading, and mending after a change.
 *
 * ```ts
 * import { headersOf } from "@linux/netlink/families/netfilter/packet.ts";
 * const packet = Uint8Array.from([0x45, 0, 0, 28, 0, 0, 0, 0, 64, 17, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2, 0, 9, 0, 53, 0, 8, 0, 0]);
 * console.log(headersOf(packet)?.dstPort); // 53
 * ```
 *
 * Source: RFC 791, 8200, 768, 9293, 792, 4443
 *
 * @module
 */
import { argumentError } from "../../core/errors.ts";
import { ipv4Text, ipv6Text } from "../../core/codec/mod.ts";
import { IPPROTO, type IpProtocol } from "./tuple.ts";

/** The headers of an IP packet. */
export interface PacketHeaders {
  /** Version of IP. */
  readonly version: 4 | 6;
  /** Source address. */
  readonly src: string;
  /** Destination address. */
  readonly dst: string;
  /** Protocol on top of IP, behind extension headers. */
  readonly proto: IpProtocol;
  /** Time to live, or hop limit. */
  readonly ttl: number;
  /** True for a part of a larger packet; only the first part has ports. */
  readonly fragment: boolean;
  /** Source port of TCP, UDP, UDP-Lite, SCTP and DCCP. */
  readonly srcPort?: number;
  /** Destination port. */
  readonly dstPort?: number;
  /** Flags of TCP as in its header: 1 is FIN, 2 SYN, 4 RST, 8 PSH, 16 ACK. */
  readonly tcpFlags?: number;
  /** Type of ICMP and ICMPv6. */
  readonly icmpType?: number;
  /** Code of ICMP and ICMPv6. */
  readonly icmpCode?: number;
  /** Offset of the header behind IP's. */
  readonly transportAt: number;
  /** Offset of the data behind the headers of TCP, UDP and ICMP; of other protocols the same as `transportAt`. */
  readonly dataAt: number;
}

const NAMES: ReadonlyMap<number, IpProtocol> = new Map(
  Object.entries(IPPROTO).map(([name, number]) => [number, name as IpProtocol]),
);
const { icmp: ICMP, tcp: TCP, udp: UDP, icmpv6: ICMPV6, ah: AH } = IPPROTO;
const WITH_PORTS: ReadonlySet<number> = new Set([TCP, UDP, IPPROTO.udplite, IPPROTO.sctp, IPPROTO.dccp]);
/** Extension headers of IPv6: hop-by-hop options, routing, destination options. */
const EXTENSIONS: ReadonlySet<number> = new Set([0, 43, 60]);
const FRAGMENT = 44;

/** The place and protocol of the header behind IP's. */
interface Transport {
  readonly version: 4 | 6;
  readonly proto: number;
  readonly at: number;
  readonly fragment: boolean;
  readonly later: boolean;
}

/** Finds the header behind IP's; `undefined` if the bytes are no whole IP header. */
function transportOf(bytes: Uint8Array): Transport | undefined {
  const view = viewOf(bytes), version = bytes.length === 0 ? 0 : bytes[0]! >> 4;
  if (version === 4) {
    const at = (bytes[0]! & 15) * 4;
    if (at < 20 || bytes.length < at) return undefined;
    const offset = view.getUint16(6) & 0x1fff, more = (bytes[6]! & 0x20) !== 0;
    return { version, proto: bytes[9]!, at, fragment: more || offset > 0, later: offset > 0 };
  }
  if (version !== 6 || bytes.length < 40) return undefined;
  let proto = bytes[6]!, at = 40, fragment = false, later = false;
  while (bytes.length >= at + 8) {
    if (proto === FRAGMENT) {
      fragment = true;
      later = (view.getUint16(at + 2) & 0xfff8) !== 0;
      [proto, at] = [bytes[at]!, at + 8];
    } else if (EXTENSIONS.has(proto)) [proto, at] = [bytes[at]!, at + 8 + 8 * bytes[at + 1]!];
    else if (proto === AH) [proto, at] = [bytes[at]!, at + 8 + 4 * bytes[at + 1]!];
    else break;
    if (later) break;
  }
  return { version, proto, at, fragment, later };
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** Returns the headers of a packet; `undefined` if its bytes do not begin with a whole header of IPv4 or IPv6. */
export function headersOf(payload: Uint8Array): PacketHeaders | undefined {
  const found = transportOf(payload);
  if (found === undefined) return undefined;
  const { version, proto, at, fragment, later } = found, view = viewOf(payload);
  const has = (length: number): boolean => !later && payload.length >= at + length;
  const ports = WITH_PORTS.has(proto) && has(4), icmp = (proto === ICMP || proto === ICMPV6) && has(4);
  return {
    version,
    src: version === 4 ? ipv4Text(payload, 12) : ipv6Text(payload, 8),
    dst: version === 4 ? ipv4Text(payload, 16) : ipv6Text(payload, 24),
    proto: NAMES.get(proto) ?? proto,
    ttl: payload[version === 4 ? 8 : 7]!,
    fragment,
    ...(ports ? { srcPort: view.getUint16(at), dstPort: view.getUint16(at + 2) } : {}),
    ...(proto === TCP && has(14) ? { tcpFlags: payload[at + 13]! } : {}),
    ...(icmp ? { icmpType: payload[at]!, icmpCode: payload[at + 1]! } : {}),
    transportAt: at,
    dataAt: Math.min(payload.length, at + (later ? 0 : headerLength(payload, proto, at))),
  };
}

function headerLength(bytes: Uint8Array, proto: number, at: number): number {
  if (proto === TCP) return bytes.length > at + 12 ? (bytes[at + 12]! >> 4) * 4 : 0;
  return proto === UDP || proto === ICMP || proto === ICMPV6 ? 8 : 0;
}

/** Returns the sum of the 16-bit words in `at`..`end`, added to `sum`. */
function sumOf(bytes: Uint8Array, at: number, end: number, sum: number): number {
  for (let i = at; i + 1 < end; i += 2) sum += bytes[i]! << 8 | bytes[i + 1]!;
  return ((end - at) & 1) === 1 ? sum + (bytes[end - 1]! << 8) : sum;
}

function folded(sum: number): number {
  while (sum > 0xffff) sum = (sum & 0xffff) + Math.floor(sum / 0x10000);
  return ~sum & 0xffff;
}

/**
 * Makes the lengths and checksums of a packet right, in place: the kernel sends a changed packet as it is.
 *
 * It sets the total length and checksum of IPv4, the payload length of IPv6, the length of UDP, and the checksums of
 * TCP, UDP, ICMP and ICMPv6. A UDP packet over IPv4 without a checksum keeps none. Parts of fragmented packets get a
 * right IP header only.
 *
 * @returns the same bytes
 * @throws {TypeError} the bytes do not begin with a whole header of IPv4 or IPv6
 */
export function mend(payload: Uint8Array): Uint8Array {
  const found = transportOf(payload);
  if (found === undefined) {
    throw argumentError(TypeError, "Cannot mend a packet: it does not begin with a whole header of IPv4 or IPv6");
  }
  const { version, proto, at, fragment } = found, view = viewOf(payload), end = payload.length;
  if (version === 4) {
    view.setUint16(2, end);
    view.setUint16(10, 0);
    view.setUint16(10, folded(sumOf(payload, 0, (payload[0]! & 15) * 4, 0)));
  } else view.setUint16(4, end - 40);
  if (fragment) return payload;
  const length = end - at, place = at + (proto === TCP ? 16 : proto === UDP ? 6 : 2);
  if (proto !== TCP && proto !== UDP && proto !== ICMP && proto !== ICMPV6 || end < place + 2) return payload;
  if (proto === UDP) {
    view.setUint16(at + 4, length);
    if (version === 4 && view.getUint16(place) === 0) return payload;
  }
  view.setUint16(place, 0);
  // ICMP over IPv4 has no pseudo header.
  const pseudo = proto === ICMP
    ? 0
    : sumOf(payload, version === 4 ? 12 : 8, version === 4 ? 20 : 40, proto + (length >>> 16) + (length & 0xffff));
  const sum = folded(sumOf(payload, at, end, pseudo));
  view.setUint16(place, sum === 0 && proto === UDP ? 0xffff : sum);
  return payload;
}

/**
 * Returns a packet with other data behind the headers of TCP, UDP or ICMP, mended.
 *
 * TCP numbers its bytes: data of another length breaks the connection, unless the packet is adjusted by a helper.
 */
export function withData(payload: Uint8Array, data: Uint8Array): Uint8Array {
  const headers = headersOf(payload);
  if (headers === undefined) {
    throw argumentError(
      TypeError,
      "Cannot replace a packet's data: it does not begin with a whole header of IPv4 or IPv6",
    );
  }
  const changed = new Uint8Array(headers.dataAt + data.length);
  changed.set(payload.subarray(0, headers.dataAt));
  changed.set(data, headers.dataAt);
  return mend(changed);
}
