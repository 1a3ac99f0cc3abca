/**
 * Data types of nft, and the fields of packets, connections and routes that have them.
 *
 * The types' names and numbers are nft's (`nft describe`); the kernel stores the numbers and does not interpret them.
 *
 * @module
 */

/** Byte order of a value in a register. */
export type Order = "network" | "host";

/** Values by name. */
export type Symbols = Readonly<Record<string, number>>;

/** A data type. */
export interface Type {
  /** nft's name. */
  readonly name: string;
  /** nft's number: NFTA_SET_KEY_TYPE. */
  readonly id: number;
  /** Size in bits; 0 if it depends on the field. */
  readonly bits: number;
  /** Byte order in registers and sets. */
  readonly order: Order;
  /** Values with names. If several names have the same value, the first is printed. */
  readonly symbols?: Symbols;
  /** True if a value is a mask of the values with names. */
  readonly bitmask?: true;
}

function type(id: number, name: string, bits: number, order: Order, symbols?: Symbols, bitmask?: true): Type {
  return { id, name, bits, order, ...(symbols === undefined ? {} : { symbols }), ...(bitmask ? { bitmask } : {}) };
}

function numbered(names: string, first = 0): Symbols {
  return Object.fromEntries(names.split(" ").map((name, i) => [name, first + i]));
}

function bits(names: string): Symbols {
  return Object.fromEntries(names.split(" ").map((name, i) => [name, 2 ** i]));
}

/** Protocols over IP by name. */
// deno-fmt-ignore
export const INET_PROTO: Symbols = {
  ip: 0, icmp: 1, igmp: 2, ggp: 3, ipencap: 4, st: 5, tcp: 6, egp: 8, igp: 9, pup: 12, udp: 17, hmp: 20, "xns-idp": 22,
  rdp: 27, "iso-tp4": 29, dccp: 33, xtp: 36, ddp: 37, "idpr-cmtp": 38, ipv6: 41, "ipv6-route": 43, "ipv6-frag": 44,
  idrp: 45, rsvp: 46, gre: 47, esp: 50, ah: 51, skip: 57, "ipv6-icmp": 58, icmpv6: 58, "ipv6-nonxt": 59, "ipv6-opts": 60,
  rspf: 73, vmtp: 81, eigrp: 88, ospf: 89, "ax.25": 93, ipip: 94, etherip: 97, encap: 98, pim: 103, ipcomp: 108,
  comp: 108, vrrp: 112, l2tp: 115, isis: 124, sctp: 132, fc: 133, "mobility-header": 135, udplite: 136, "mpls-in-ip": 137,
  manet: 138, hip: 139, shim6: 140, wesp: 141, rohc: 142, ethernet: 143,
};

/** Common services by name. */
// deno-fmt-ignore
const SERVICES: Symbols = {
  echo: 7, discard: 9, "ftp-data": 20, ftp: 21, ssh: 22, telnet: 23, smtp: 25, time: 37, whois: 43, tacacs: 49,
  domain: 53, bootps: 67, bootpc: 68, tftp: 69, gopher: 70, finger: 79, http: 80, kerberos: 88, pop3: 110, sunrpc: 111,
  auth: 113, nntp: 119, ntp: 123, "netbios-ns": 137, "netbios-dgm": 138, "netbios-ssn": 139, imap2: 143, snmp: 161,
  "snmp-trap": 162, bgp: 179, ldap: 389, https: 443, "microsoft-ds": 445, submissions: 465, isakmp: 500, syslog: 514,
  submission: 587, ipp: 631, ldaps: 636, rsync: 873, imaps: 993, pop3s: 995, openvpn: 1194, "ms-sql-s": 1433,
  l2f: 1701, radius: 1812, nfs: 2049, mysql: 3306, "ms-wbt-server": 3389, svn: 3690, "ipsec-nat-t": 4500, sip: 5060,
  "sip-tls": 5061, "xmpp-client": 5222, mdns: 5353, postgresql: 5432, amqp: 5672, x11: 6000, "http-alt": 8080, bacula: 9101,
};

const BOOLEAN: Symbols = { missing: 0, exists: 1 };

/** All types by name. */
export const TYPES: Readonly<Record<string, Type>> = Object.fromEntries([
  type(1, "verdict", 32, "host"),
  type(2, "nf_proto", 8, "host", { ipv4: 2, ipv6: 10 }),
  type(3, "bitmask", 0, "network", {}, true),
  type(4, "integer", 0, "network"),
  type(5, "string", 0, "network"),
  type(6, "ll_addr", 0, "network"),
  type(7, "ipv4_addr", 32, "network"),
  type(8, "ipv6_addr", 128, "network"),
  type(9, "ether_addr", 48, "network"),
  type(10, "ether_type", 16, "network", {
    ip: 0x800,
    arp: 0x806,
    ip6: 0x86dd,
    "8021q": 0x8100,
    "8021ad": 0x88a8,
    vlan: 0x8100,
  }),
  type(11, "arp_op", 16, "network", {
    request: 1,
    reply: 2,
    rrequest: 3,
    rreply: 4,
    inrequest: 8,
    inreply: 9,
    nak: 10,
  }),
  type(12, "inet_proto", 8, "network", INET_PROTO),
  type(13, "inet_service", 16, "network", SERVICES),
  type(14, "icmp_type", 8, "network", {
    "echo-reply": 0,
    "destination-unreachable": 3,
    "source-quench": 4,
    redirect: 5,
    "echo-request": 8,
    "router-advertisement": 9,
    "router-solicitation": 10,
    "time-exceeded": 11,
    "parameter-problem": 12,
    "timestamp-request": 13,
    "timestamp-reply": 14,
    "info-request": 15,
    "info-reply": 16,
    "address-mask-request": 17,
    "address-mask-reply": 18,
  }),
  type(15, "tcp_flag", 8, "network", bits("fin syn rst psh ack urg ecn cwr"), true),
  type(
    16,
    "dccp_pkttype",
    4,
    "network",
    numbered("request response data ack dataack closereq close reset sync syncack"),
  ),
  type(
    17,
    "mh_type",
    8,
    "network",
    numbered(
      "binding-refresh-request home-test-init careof-test-init home-test careof-test binding-update " +
        "binding-acknowledgement binding-error fast-binding-update fast-binding-acknowledgement " +
        "fast-binding-advertisement experimental-mobility-header home-agent-switch-message",
    ),
  ),
  type(18, "time", 32, "host"),
  type(19, "mark", 32, "host"),
  type(20, "iface_index", 32, "host"),
  type(21, "iface_type", 16, "host", {
    ether: 1,
    ppp: 512,
    ipip: 768,
    ipip6: 769,
    loopback: 772,
    sit: 776,
    ipgre: 778,
  }),
  type(22, "realm", 32, "host", { cosmos: 0 }),
  type(23, "classid", 32, "host", { root: 0xffffffff, none: 0 }),
  type(24, "uid", 32, "host"),
  type(25, "gid", 32, "host"),
  type(26, "ct_state", 32, "host", { invalid: 1, established: 2, related: 4, new: 8, untracked: 64 }, true),
  type(27, "ct_dir", 8, "host", { original: 0, reply: 1 }),
  type(28, "ct_status", 32, "host", {
    expected: 1,
    "seen-reply": 2,
    assured: 4,
    confirmed: 8,
    snat: 16,
    dnat: 32,
    dying: 512,
  }, true),
  type(29, "icmpv6_type", 8, "network", {
    "destination-unreachable": 1,
    "packet-too-big": 2,
    "time-exceeded": 3,
    "parameter-problem": 4,
    "echo-request": 128,
    "echo-reply": 129,
    "mld-listener-query": 130,
    "mld-listener-report": 131,
    "mld-listener-done": 132,
    "mld-listener-reduction": 132,
    "nd-router-solicit": 133,
    "nd-router-advert": 134,
    "nd-neighbor-solicit": 135,
    "nd-neighbor-advert": 136,
    "nd-redirect": 137,
    "router-renumbering": 138,
    "ind-neighbor-solicit": 141,
    "ind-neighbor-advert": 142,
    "mld2-listener-report": 143,
  }),
  type(30, "ct_label", 128, "host", {}, true),
  type(31, "pkt_type", 8, "host", { host: 0, unicast: 0, broadcast: 1, multicast: 2, other: 3 }),
  type(32, "icmp_code", 8, "network", {
    "net-unreachable": 0,
    "host-unreachable": 1,
    "prot-unreachable": 2,
    "port-unreachable": 3,
    "frag-needed": 4,
    "net-prohibited": 9,
    "host-prohibited": 10,
    "admin-prohibited": 13,
  }),
  type(33, "icmpv6_code", 8, "network", {
    "no-route": 0,
    "admin-prohibited": 1,
    "addr-unreachable": 3,
    "port-unreachable": 4,
    "policy-fail": 5,
    "reject-route": 6,
  }),
  type(34, "icmpx_code", 8, "network", {
    "port-unreachable": 1,
    "admin-prohibited": 3,
    "no-route": 0,
    "host-unreachable": 2,
  }),
  type(35, "devgroup", 32, "host", { default: 0 }),
  type(36, "dscp", 6, "network", {
    cs0: 0,
    cs1: 8,
    cs2: 16,
    cs3: 24,
    cs4: 32,
    cs5: 40,
    cs6: 48,
    cs7: 56,
    df: 0,
    be: 0,
    lephb: 1,
    af11: 10,
    af12: 12,
    af13: 14,
    af21: 18,
    af22: 20,
    af23: 22,
    af31: 26,
    af32: 28,
    af33: 30,
    af41: 34,
    af42: 36,
    af43: 38,
    va: 44,
    ef: 46,
  }),
  type(37, "ecn", 2, "network", { "not-ect": 0, ect1: 1, ect0: 2, ce: 3 }),
  type(
    38,
    "fib_addrtype",
    32,
    "host",
    numbered(
      "unspec unicast local broadcast anycast multicast blackhole unreachable prohibit",
    ),
  ),
  type(39, "boolean", 1, "host", BOOLEAN),
  type(
    40,
    "ct_event",
    32,
    "host",
    bits("new related destroy reply assured protoinfo helper mark seqadj secmark label"),
    true,
  ),
  type(41, "ifname", 128, "network"),
  type(42, "igmp_type", 8, "network", {
    "membership-query": 0x11,
    "membership-report-v1": 0x12,
    "membership-report-v2": 0x16,
    "membership-report-v3": 0x22,
    "leave-group": 0x17,
  }),
  type(43, "date", 64, "host"),
  type(44, "hour", 32, "host"),
  type(45, "day", 8, "host", numbered("Sunday Monday Tuesday Wednesday Thursday Friday Saturday")),
  type(46, "cgroupsv2", 64, "host"),
].map((one) => [one.name, one]));

/** All types by number. */
export const TYPE_OF_ID: ReadonlyMap<number, Type> = new Map(Object.values(TYPES).map((one) => [one.id, one]));

/** Returns the numbers of the types that are side by side in the number of a type: NFTA_SET_KEY_TYPE. */
export function idsOf(number = 0): number[] {
  const ids: number[] = [];
  for (let id = number; id > 0; id = Math.floor(id / 64)) ids.unshift(id % 64);
  return ids;
}

/** A header that begins at a fixed place. */
export type Base = "ll" | "nh" | "th" | "ih";

/** The kernel's names of the bases. */
export const BASES = { ll: "ll_header", nh: "network_header", th: "transport_header", ih: "inner_header" } as const;

/** A field of a packet: offset and size in bits from the base. */
export interface PacketField {
  readonly type: Type;
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

/** A key of meta, ct and their like. */
export interface KeyField {
  /** The kernel's name. */
  readonly key: string;
  readonly type: Type;
  readonly bits: number;
  readonly order: Order;
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
        order: (order as Order | undefined) ?? type.order,
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

/** Keys of ct by nft's name. */
export const CT: Readonly<Record<string, KeyField>> = keys(
  "state ct_state, direction ct_dir, status ct_status, mark mark, secmark integer/32 host, expiration time, " +
    "helper string/128, l3proto=l3protocol nf_proto, protocol inet_proto, proto-src=proto_src inet_service, " +
    "proto-dst=proto_dst inet_service, label=labels ct_label, packets=pkts integer/64 host, bytes integer/64 host, " +
    "avgpkt integer/64 host, zone integer/16 host, event=eventmask ct_event, ip saddr=src_ip ipv4_addr, " +
    "ip daddr=dst_ip ipv4_addr, ip6 saddr=src_ip6 ipv6_addr, ip6 daddr=dst_ip6 ipv6_addr, id integer/32 network",
);

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
export const INTEGER: Type = TYPES["integer"]!;
/** A verdict. */
export const VERDICT_TYPE: Type = TYPES["verdict"]!;
