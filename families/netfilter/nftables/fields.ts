/**
 * Fields of packets, connections and routes, with nft's names and types.
 *
 * @module
 */
import { type NftByteOrder, type NftDatatype, type Symbols, TYPES } from "./datatypes.ts";

/** A header that begins at a fixed place. */
export type Base = "ll" | "nh" | "th" | "ih";

/** The kernel's names of the bases. */
export const BASES = { ll: "ll_header", nh: "network_header", th: "transport_header", ih: "inner_header" } as const;

/** A field of a packet: offset and size in bits from the base. */
export interface PacketField {
  readonly type: NftDatatype;
  readonly offset: number;
  readonly bits: number;
  /** Number of the field in user data: 1 is the first. */
  readonly id: number;
}

/** A protocol's header. */
export interface Header {
  readonly name: string;
  readonly base: Base;
  /** Number of the header in user data. */
  readonly id: number;
  /** The fields, in order. */
  readonly fields: Readonly<Record<string, PacketField>>;
  /** Protocol number over IP, if it is a transport protocol. */
  readonly proto?: number;
}

function header(
  name: string,
  id: number,
  base: Base,
  proto: number | undefined,
  text: string,
  first = 0,
): [string, Header] {
  const fields = Object.fromEntries(
    text.split(", ").map((one, i): [string, PacketField] => {
      const [, field, offset, size, typeName = "integer"] = /^(.+?) (\d+)\/(\d+)(?: (\w+))?$/.exec(one)!;
      return [field!, { type: TYPES[typeName]!, offset: first + Number(offset), bits: Number(size), id: i + 1 }];
    }),
  );
  return [name, { name, id, base, fields, ...(proto === undefined ? {} : { proto }) }];
}

const PORTS = "sport 0/16 inet_service, dport 16/16 inet_service";

/** All headers by name. */
export const HEADERS: Readonly<Record<string, Header>> = Object.fromEntries([
  header("ah", 1, "th", 51, "nexthdr 0/8 inet_proto, hdrlength 8/8, reserved 16/16, spi 32/32, sequence 64/32"),
  header("esp", 2, "th", 50, "spi 0/32, sequence 32/32"),
  header("comp", 3, "th", 108, "nexthdr 0/8 inet_proto, flags 8/8 bitmask, cpi 16/16"),
  header(
    "icmp",
    4,
    "th",
    1,
    "type 0/8 icmp_type, code 8/8 icmp_code, checksum 16/16, id 32/16, sequence 48/16, gateway 32/32, mtu 48/16",
  ),
  header("igmp", 5, "th", 2, "type 0/8 igmp_type, checksum 16/16, mrt 8/8, group 32/32"),
  header("udp", 6, "th", 17, `${PORTS}, length 32/16, checksum 48/16`),
  header("udplite", 7, "th", 136, `${PORTS}, csumcov 32/16, checksum 48/16`),
  header(
    "tcp",
    8,
    "th",
    6,
    `${PORTS}, sequence 32/32, ackseq 64/32, doff 96/4, reserved 100/4, flags 104/8 tcp_flag, window 112/16, ` +
      "checksum 128/16, urgptr 144/16",
  ),
  header("dccp", 9, "th", 33, `${PORTS}, type 67/4 dccp_pkttype`),
  header("sctp", 10, "th", 132, `${PORTS}, vtag 32/32, checksum 64/32`),
  header("th", 11, "th", undefined, PORTS),
  header(
    "ip",
    12,
    "nh",
    undefined,
    "version 0/4, hdrlength 4/4, dscp 8/6 dscp, ecn 14/2 ecn, length 16/16, id 32/16, frag-off 48/16, ttl 64/8, " +
      "protocol 72/8 inet_proto, checksum 80/16, saddr 96/32 ipv4_addr, daddr 128/32 ipv4_addr",
  ),
  header(
    "ip6",
    13,
    "nh",
    undefined,
    "version 0/4, dscp 4/6 dscp, ecn 10/2 ecn, flowlabel 12/20, length 32/16, nexthdr 48/8 inet_proto, hoplimit 56/8, " +
      "saddr 64/128 ipv6_addr, daddr 192/128 ipv6_addr",
  ),
  header(
    "icmpv6",
    14,
    "th",
    58,
    "type 0/8 icmpv6_type, code 8/8 icmpv6_code, checksum 16/16, parameter-problem 32/32, mtu 32/32, id 32/16, " +
      "sequence 48/16, max-delay 32/16",
  ),
  header(
    "arp",
    15,
    "nh",
    undefined,
    "htype 0/16, ptype 16/16 ether_type, hlen 32/8, plen 40/8, operation 48/16 arp_op, saddr ether 64/48 ether_addr, " +
      "saddr ip 112/32 ipv4_addr, daddr ether 144/48 ether_addr, daddr ip 192/32 ipv4_addr",
  ),
  header("vlan", 16, "ll", undefined, "pcp 0/3, dei 3/1, cfi 3/1, id 4/12, type 16/16 ether_type", 112),
  header("ether", 17, "ll", undefined, "daddr 0/48 ether_addr, saddr 48/48 ether_addr, type 96/16 ether_type"),
]);

/** EtherTypes of network headers. */
export const ETHER_TYPE: Symbols = { ip: 0x800, ip6: 0x86dd, arp: 0x806, vlan: 0x8100 };

/** Headers by their EtherTypes: the tags of 802.1Q and 802.1ad are alike. */
export const ETHER_NAMES: ReadonlyMap<number, string> = new Map([
  ...Object.entries(ETHER_TYPE).map(([name, number]) => [number, name] as const),
  [0x88a8, "vlan"],
]);

/** A key of meta, ct and their like. */
export interface KeyField {
  /** The kernel's name. */
  readonly key: string;
  readonly type: NftDatatype;
  readonly bits: number;
  readonly order: NftByteOrder;
}

function keys(text: string): Readonly<Record<string, KeyField>> {
  return Object.fromEntries(
    text.split(", ").map((one): [string, KeyField] => {
      const [, name, key = name, typeName, size, order] =
        /^([\w -]+?)(?:=(\w+))? (\w+)(?:\/(\d+))?(?: (network|host))?$/.exec(one)!;
      const type = TYPES[typeName!]!;
      return [name!, {
        key: key!,
        type,
        bits: size === undefined ? type.bits : Number(size),
        order: (order as NftByteOrder | undefined) ?? type.order,
      }];
    }),
  );
}

/** Keys of meta by nft's name. */
export const META: Readonly<Record<string, KeyField>> = keys(
  "length=len integer/32 host, protocol ether_type, priority classid, mark mark, iif iface_index, oif iface_index, " +
    "iifname ifname, oifname ifname, iiftype iface_type, oiftype iface_type, skuid uid, skgid gid, nftrace integer/1 host, " +
    "rtclassid realm, secmark integer/32 host, nfproto nf_proto, l4proto inet_proto/8 host, ibrname=bri_iifname ifname, " +
    "obrname=bri_oifname ifname, pkttype pkt_type, cpu integer/32 host, iifgroup devgroup, oifgroup devgroup, " +
    "cgroup integer/32 host, random=prandom integer/32 network, ipsec=secpath boolean, iifkind ifname, oifkind ifname, " +
    "ibrpvid=bri_iifpvid integer/16 host, ibrvproto=bri_iifvproto ether_type, time=time_ns date, day=time_day day, " +
    "hour=time_hour hour, sdif iface_index, sdifname ifname, broute=bri_broute integer/1 host, " +
    "ibrhwaddr=bri_iifhwaddr ether_addr",
);

/** Numbers of the keys of meta in user data. The kernel has 36 where no key of nft is, so the last one is one further. */
export const META_NUMBERS: Readonly<Record<string, number>> = {
  ...Object.fromEntries(Object.keys(META).map((name, i) => [name, i])),
  ibrhwaddr: 37,
};

/** Keys of ct by nft's name. */
export const CT: Readonly<Record<string, KeyField>> = keys(
  "state ct_state, direction ct_dir, status ct_status, mark mark, secmark integer/32 host, expiration time, " +
    "helper string/128, l3proto=l3protocol nf_proto, protocol inet_proto, proto-src=proto_src inet_service, " +
    "proto-dst=proto_dst inet_service, label=labels ct_label, packets=pkts integer/64 host, bytes integer/64 host, " +
    "avgpkt integer/64 host, zone integer/16 host, event=eventmask ct_event, ip saddr=src_ip ipv4_addr, " +
    "ip daddr=dst_ip ipv4_addr, ip6 saddr=src_ip6 ipv6_addr, ip6 daddr=dst_ip6 ipv6_addr, id integer/32 network",
);

/** Numbers of the keys of ct in user data. */
export const CT_NUMBERS: Readonly<Record<string, number>> = {
  state: 0,
  direction: 1,
  status: 2,
  mark: 3,
  secmark: 4,
  expiration: 5,
  helper: 6,
  l3proto: 7,
  protocol: 10,
  "proto-src": 11,
  "proto-dst": 12,
  label: 13,
  packets: 14,
  bytes: 15,
  avgpkt: 16,
  zone: 17,
  event: 18,
  "ip saddr": 19,
  "ip daddr": 20,
  "ip6 saddr": 21,
  "ip6 daddr": 22,
  id: 23,
};

/** Keys of rt by nft's name; the next hop depends on the family. */
export const RT: Readonly<Record<string, KeyField>> = keys(
  "classid realm, ip nexthop=nexthop4 ipv4_addr, ip6 nexthop=nexthop6 ipv6_addr, mtu=tcpmss integer/16 host, " +
    "ipsec=xfrm boolean",
);

/** Keys of socket by nft's name. */
export const SOCKET: Readonly<Record<string, KeyField>> = keys(
  "transparent integer/8 host, mark mark, wildcard integer/8 host, cgroupv2 cgroupsv2",
);

/** Keys of ipsec by nft's name; addresses depend on the family. */
export const XFRM: Readonly<Record<string, KeyField>> = keys(
  "ip daddr=daddr_ip4 ipv4_addr, ip6 daddr=daddr_ip6 ipv6_addr, ip saddr=saddr_ip4 ipv4_addr, " +
    "ip6 saddr=saddr_ip6 ipv6_addr, reqid integer/32 host, spi integer/32 network",
);

/** Keys of tunnel by nft's name. */
export const TUNNEL: Readonly<Record<string, KeyField>> = keys("path boolean, id integer/32 host");

/** Results of fib by nft's name. */
export const FIB: Readonly<Record<string, KeyField>> = keys(
  "oif iface_index, oifname ifname, type=addrtype fib_addrtype",
);

/** An extension header, option or chunk. */
export interface Extension {
  /** Number on the wire. */
  readonly type: number;
  readonly fields: Readonly<Record<string, PacketField>>;
}

function extensions(lines: readonly string[]): Readonly<Record<string, Extension>> {
  return Object.fromEntries(lines.map((line): [string, Extension] => {
    const [, name, number, rest] = /^([\w-]+) (\d+)(?:: (.*))?$/.exec(line)!;
    const fields = rest === undefined ? {} : header(name!, 0, "th", undefined, rest)[1].fields;
    return [name!, { type: Number(number), fields }];
  }));
}

const NEXT = "nexthdr 0/8 inet_proto, hdrlength 8/8";

/** Extension headers of IPv6. */
export const EXTHDR: Readonly<Record<string, Extension>> = extensions([
  `hbh 0: ${NEXT}`,
  `rt 43: ${NEXT}, type 16/8, seg-left 24/8`,
  "rt0 43: addr 64/128 ipv6_addr",
  "rt2 43: addr 64/128 ipv6_addr",
  "srh 43: last-entry 32/8, flags 40/8, tag 48/16, sid 64/128 ipv6_addr",
  "frag 44: nexthdr 0/8 inet_proto, reserved 8/8, frag-off 16/13, reserved2 29/2, more-fragments 31/1, id 32/32",
  `dst 60: ${NEXT}`,
  `mh 135: ${NEXT}, type 16/8 mh_type, reserved 24/8, checksum 32/16`,
]);

const KIND = "kind 0/8, length 8/8";

/** Options of TCP. */
export const TCP_OPTION: Readonly<Record<string, Extension>> = extensions([
  "eol 0: kind 0/8",
  "nop 1: kind 0/8",
  `maxseg 2: ${KIND}, size 16/16`,
  `window 3: ${KIND}, count 16/8`,
  `sack-perm 4: ${KIND}`,
  `sack 5: ${KIND}, left 16/32, right 48/32`,
  `sack0 5: ${KIND}, left 16/32, right 48/32`,
  `sack1 5: ${KIND}, left0 16/32, right0 48/32, left 80/32, right 112/32`,
  `sack2 5: ${KIND}, left0 16/32, right0 48/32, left1 80/32, right1 112/32, left 144/32, right 176/32`,
  `sack3 5: ${KIND}, left0 16/32, right0 48/32, left1 80/32, right1 112/32, left2 144/32, right2 176/32, left 208/32, right 240/32`,
  `timestamp 8: ${KIND}, tsval 16/32, tsecr 48/32`,
  `md5sig 19: ${KIND}`,
  `mptcp 30: ${KIND}, subtype 16/4`,
  `fastopen 34: ${KIND}`,
]);

const IP_OPTION_FIELDS = "type 0/8, length 8/8, ptr 16/8, addr 24/32";

/** Numbers of the fields of IPv4's options in user data. */
export const IP_OPTION_NUMBERS: Readonly<Record<string, number>> = { type: 1, length: 2, value: 3, ptr: 4, addr: 5 };

/** Options of IPv4. */
export const IP_OPTION: Readonly<Record<string, Extension>> = extensions([
  `lsrr 131: ${IP_OPTION_FIELDS}`,
  `ra 148: type 0/8, length 8/8, value 16/16`,
  `rr 7: ${IP_OPTION_FIELDS}`,
  `ssrr 137: ${IP_OPTION_FIELDS}`,
]);

const CHUNK = "type 0/8, flags 8/8, length 16/16";

/** Chunks of SCTP. */
export const SCTP_CHUNK: Readonly<Record<string, Extension>> = extensions([
  `data 0: ${CHUNK}, tsn 32/32, stream 64/16, ssn 80/16, ppid 96/32`,
  `init 1: ${CHUNK}, init-tag 32/32, a-rwnd 64/32, num-outbound-streams 96/16, num-inbound-streams 112/16, initial-tsn 128/32`,
  `init-ack 2: ${CHUNK}, init-tag 32/32, a-rwnd 64/32, num-outbound-streams 96/16, num-inbound-streams 112/16, initial-tsn 128/32`,
  `sack 3: ${CHUNK}, cum-tsn-ack 32/32, a-rwnd 64/32, num-gap-ack-blocks 96/16, num-dup-tsns 112/16`,
  `heartbeat 4: ${CHUNK}`,
  `heartbeat-ack 5: ${CHUNK}`,
  `abort 6: ${CHUNK}`,
  `shutdown 7: ${CHUNK}, cum-tsn-ack 32/32`,
  `shutdown-ack 8: ${CHUNK}`,
  `error 9: ${CHUNK}`,
  `cookie-echo 10: ${CHUNK}`,
  `cookie-ack 11: ${CHUNK}`,
  `ecne 12: ${CHUNK}, lowest-tsn 32/32`,
  `cwr 13: ${CHUNK}, lowest-tsn 32/32`,
  `shutdown-complete 14: ${CHUNK}`,
  `asconf-ack 128: ${CHUNK}, seqno 32/32`,
  `forward-tsn 192: ${CHUNK}, new-cum-tsn 32/32`,
  `asconf 193: ${CHUNK}, seqno 32/32`,
]);

/** An integer of a field's own size and order. */
export const INTEGER: NftDatatype = TYPES["integer"]!;
/** A verdict. */
export const VERDICT_TYPE: NftDatatype = TYPES["verdict"]!;
