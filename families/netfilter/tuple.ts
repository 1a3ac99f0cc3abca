/**
 * The addresses and ports of one direction of a flow, which conntrack, expectations, helpers, queue and log share.
 *
 * Source: linux/netfilter/nfnetlink_conntrack.h CTA_TUPLE_*, CTA_IP_*, CTA_PROTO_*, v7.2
 *
 * @module
 */
import { isCondition } from "../../core/arguments.ts";
import {
  type Attributes,
  attributes,
  be16,
  be32,
  type Codec,
  enumeration,
  ipv4,
  ipv6,
  key,
  part,
  type Parts,
  type Shape,
  shown,
  u8,
  type Writer,
} from "../../core/codec/mod.ts";
import { type NfFamily, nfFamily, NFPROTO } from "./protocol.ts";

/** Numbers of {@linkcode IpProtocol} by name, as in `linux/in.h`. */
export const IPPROTO = {
  icmp: 1,
  igmp: 2,
  tcp: 6,
  udp: 17,
  dccp: 33,
  gre: 47,
  esp: 50,
  ah: 51,
  icmpv6: 58,
  sctp: 132,
  udplite: 136,
} as const;

/** A protocol on top of IP, by name or number. */
export type IpProtocol = keyof typeof IPPROTO | number;

/** Codec of a protocol's number, u8. */
export const ipProtocol: Codec<IpProtocol> = enumeration(u8, IPPROTO);

/**
 * The addresses and ports of one direction of a flow. Which fields it has depends on the protocol: those without ports
 * have only addresses, ICMP has an identifier, type and code.
 */
export interface Tuple {
  /** Source address. */
  src?: string;
  /** Destination address. */
  dst?: string;
  /** The protocol. */
  proto?: IpProtocol;
  /** Source port. For GRE, the key of this direction. */
  srcPort?: number;
  /** Destination port. For GRE, the key of this direction. */
  dstPort?: number;
  /** Identifier of ICMP messages. */
  icmpId?: number;
  /** Type of the ICMP message that began the flow; in the reply, that of the answer. */
  icmpType?: number;
  /** Code of that ICMP message. */
  icmpCode?: number;
  /** Identifier of ICMPv6 messages. */
  icmpv6Id?: number;
  /** Type of the ICMPv6 message that began the flow; in the reply, that of the answer. */
  icmpv6Type?: number;
  /** Code of that ICMPv6 message. */
  icmpv6Code?: number;
  /** The conntrack zone of this direction, if only this direction has one. */
  zone?: number;
}

/**
 * Makes the codec of an IPv6 address that encodes an IPv4 address as attribute number `v4`: an address has different
 * attribute numbers in the two families, but one field.
 */
function ipv6Or(v4: number): Codec<string, string | Uint8Array> {
  return {
    ...ipv6,
    encode(value: string | Uint8Array, to: Writer, owner: object): void {
      if (typeof value === "string" ? value.includes(":") : value.length === 16) {
        return void ipv6.encode(value, to, owner);
      }
      // The attribute's header, which was just written, ends with its number.
      to.view.setUint16(to.length - 2, v4, true);
      ipv4.encode(value, to, owner);
    },
  };
}

/**
 * Makes the fields of two addresses.
 *
 * @param ids the attribute numbers of both as IPv4 addresses, then of both as IPv6 addresses
 */
export function addresses<A extends string, B extends string>(
  first: A,
  second: B,
  ids: readonly [number, number, number, number],
): Parts<{ [K in A | B]?: string }> {
  const shape = (one: readonly unknown[], other: readonly unknown[]): Shape<{ [K in A | B]?: string }> =>
    ({ [first]: one, [second]: other }) as never;
  return part<{ [K in A | B]?: string }>(shape([ids[0], ipv4, key], [ids[1], ipv4, key]))
    .and(part<{ [K in A | B]?: string }>(shape([ids[2], ipv6Or(ids[0]), key], [ids[3], ipv6Or(ids[1]), key])));
}

/** The fields of {@linkcode Tuple} that are in CTA_TUPLE_PROTO. */
type Protos = Omit<Tuple, "src" | "dst" | "zone">;

/** Wire form of {@linkcode Tuple}: CTA_TUPLE_*, CTA_IP_* and CTA_PROTO_*. */
export const Tuple: Attributes<Tuple> = attributes<object>({})
  .with(addresses("src", "dst", [1, 2, 3, 4]), 1)
  .with(
    part<Protos>({
      proto: [1, ipProtocol, key],
      srcPort: [2, be16, key],
      dstPort: [3, be16, key],
      icmpId: [4, be16, key],
      icmpType: [5, u8, key],
      icmpCode: [6, u8, key],
      icmpv6Id: [7, be16, key],
      icmpv6Type: [8, u8, key],
      icmpv6Code: [9, u8, key],
    }),
    2,
  )
  .with(part<Pick<Tuple, "zone">>({ zone: [3, be16, key] })) as Attributes<Tuple>;

/** The words of routes for the families of flows. */
const ROUTE_WORDS: Readonly<Record<string, NfFamily>> = { inet: "ip", inet6: "ip6" };

/** The family of a flow as input; `inet` and `inet6`, the words of routes, mean `ip` and `ip6`. */
export type FlowFamily = NfFamily | "inet6";

/** Returns nft's word for a family of flows. */
export function flowFamilyOf(family: FlowFamily): NfFamily {
  const word = ROUTE_WORDS[family] ?? family as NfFamily;
  return word === NFPROTO.ip ? "ip" : word === NFPROTO.ip6 ? "ip6" : word;
}

/** Codec of the family of a flow or an expectation: `ip` or `ip6`; in a filter also `unspec`, which means both. */
export const flowFamily: Codec<NfFamily, FlowFamily> = {
  ...nfFamily,
  encode(value, to, owner) {
    const family = ROUTE_WORDS[value] ?? value as NfFamily, { unspec, ip, ip6 } = NFPROTO;
    const known = ["unspec", "ip", "ip6", unspec, ip, ip6] as readonly NfFamily[];
    if (!known.includes(family)) {
      to.fail(TypeError, `expected "ip" or "ip6" (or "inet" and "inet6", which mean the same), got ${shown(value)}`);
    }
    return nfFamily.encode(family, to, owner);
  },
};

/** True for the condition of a filter that all flows meet: the family `unspec`. */
export function isAnyFamily([name, value]: readonly [string, unknown]): boolean {
  return name === "family" && (value === "unspec" || value === NFPROTO.unspec);
}

/** True for a filter that does not select all flows. */
export function isNarrow(filter: object): boolean {
  return isCondition(Object.fromEntries(Object.entries(filter).filter((one) => !isAnyFamily(one))));
}

/** The most seconds that every kernel can count: those with 1000 ticks a second would silently shorten longer ones. */
const MAX_SECONDS = 2_147_483;

/** Codec of the seconds until a flow or an expectation ends. */
export const flowSeconds: Codec<number> = {
  ...be32,
  encode(value, to, owner) {
    if (value > MAX_SECONDS) to.fail(RangeError, `expected 0..${MAX_SECONDS} seconds, got ${value}`);
    return be32.encode(value, to, owner);
  },
};

/** Returns the family of a tuple's addresses; `undefined` if it has none. */
export function familyOf(tuple: Tuple | undefined): NfFamily | undefined {
  const address: unknown = tuple?.src ?? tuple?.dst;
  if (address instanceof Uint8Array) return address.length === 16 ? "ip6" : "ip";
  return typeof address !== "string" ? undefined : address.includes(":") ? "ip6" : "ip";
}

/** Returns a text for people and for comparing: `tcp 10.0.0.1:4000 > 10.0.0.2:80`. */
export function tupleText(tuple: Tuple | undefined): string {
  if (tuple === undefined) return "";
  const { src, dst, proto, srcPort, dstPort, icmpId = tuple.icmpv6Id, zone } = tuple;
  const end = (address: string | undefined, port: number | undefined): string =>
    port === undefined ? `${address}` : `${address?.includes(":") === true ? `[${address}]` : address}:${port}`;
  const { icmpType = tuple.icmpv6Type, icmpCode = tuple.icmpv6Code } = tuple;
  const icmp = icmpId === undefined && icmpType === undefined ? "" : ` type ${icmpType} code ${icmpCode} id ${icmpId}`;
  return `${proto ?? ""} ${end(src, srcPort)} > ${end(dst, dstPort)}${icmp}${zone === undefined ? "" : ` zone ${zone}`}`
    .trimStart();
}
