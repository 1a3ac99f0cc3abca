/**
 * Types of the keys and data of sets, and of the fields that rules match, with their numbers and the names of values.
 * They are nft's (`nft describe`): the kernel keeps their numbers, but knows only lengths.
 *
 * Source: nft's include/datatype.h, whose numbers are part of what sets keep in the kernel.
 *
 * @module
 */

/** Byte order of a value in a register. */
export type NftByteOrder = "network" | "host";

/** Values by name. */
export type Symbols = Readonly<Record<string, number>>;

/** A type of values. */
export interface NftDatatype {
  /** nft's name. */
  readonly name: string;
  /** nft's number: NFTA_SET_KEY_TYPE. */
  readonly id: number;
  /** Length in bits; 0 if it depends on the field. */
  readonly bits: number;
  /** Byte order in registers, and in sets of single values. */
  readonly order: NftByteOrder;
  /** The form of values that are no integers: `mask` for a set of the bits with names, or of labels. */
  readonly form?: "ipv4" | "ipv6" | "mac" | "name" | "bytes" | "verdict" | "mask";
  /** Values with names. If several names have the same value, the first is printed. */
  readonly symbols?: Symbols;
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

/** The types by nft's names. */
export const NFT_TYPES = {
  verdict: { id: 1, bits: 32, order: "host", form: "verdict" },
  nf_proto: { id: 2, bits: 8, order: "host" },
  bitmask: { id: 3, bits: 0, order: "network", form: "mask" },
  integer: { id: 4, bits: 0, order: "network" },
  string: { id: 5, bits: 0, order: "network", form: "name" },
  ll_addr: { id: 6, bits: 0, order: "network", form: "bytes" },
  ipv4_addr: { id: 7, bits: 32, order: "network", form: "ipv4" },
  ipv6_addr: { id: 8, bits: 128, order: "network", form: "ipv6" },
  ether_addr: { id: 9, bits: 48, order: "network", form: "mac" },
  ether_type: { id: 10, bits: 16, order: "network" },
  arp_op: { id: 11, bits: 16, order: "network" },
  inet_proto: { id: 12, bits: 8, order: "network" },
  inet_service: { id: 13, bits: 16, order: "network" },
  icmp_type: { id: 14, bits: 8, order: "network" },
  tcp_flag: { id: 15, bits: 8, order: "network", form: "mask" },
  dccp_pkttype: { id: 16, bits: 4, order: "network" },
  mh_type: { id: 17, bits: 8, order: "network" },
  time: { id: 18, bits: 32, order: "host" },
  mark: { id: 19, bits: 32, order: "host" },
  iface_index: { id: 20, bits: 32, order: "host" },
  iface_type: { id: 21, bits: 16, order: "host" },
  realm: { id: 22, bits: 32, order: "host" },
  classid: { id: 23, bits: 32, order: "host" },
  uid: { id: 24, bits: 32, order: "host" },
  gid: { id: 25, bits: 32, order: "host" },
  ct_state: { id: 26, bits: 32, order: "host", form: "mask" },
  ct_dir: { id: 27, bits: 8, order: "host" },
  ct_status: { id: 28, bits: 32, order: "host", form: "mask" },
  icmpv6_type: { id: 29, bits: 8, order: "network" },
  ct_label: { id: 30, bits: 128, order: "host", form: "mask" },
  pkt_type: { id: 31, bits: 8, order: "host" },
  icmp_code: { id: 32, bits: 8, order: "network" },
  icmpv6_code: { id: 33, bits: 8, order: "network" },
  icmpx_code: { id: 34, bits: 8, order: "network" },
  devgroup: { id: 35, bits: 32, order: "host" },
  dscp: { id: 36, bits: 6, order: "network" },
  ecn: { id: 37, bits: 2, order: "network" },
  fib_addrtype: { id: 38, bits: 32, order: "host" },
  boolean: { id: 39, bits: 1, order: "host" },
  ct_event: { id: 40, bits: 32, order: "host", form: "mask" },
  ifname: { id: 41, bits: 128, order: "network", form: "name" },
  igmp_type: { id: 42, bits: 8, order: "network" },
  date: { id: 43, bits: 64, order: "host" },
  hour: { id: 44, bits: 32, order: "host" },
  day: { id: 45, bits: 8, order: "host" },
  cgroupsv2: { id: 46, bits: 64, order: "host" },
} as const;

/** A type by nft's name, or by its number. */
export type NftDatatypeName = keyof typeof NFT_TYPES | number;

/** Names of values, by the name of their type. */
const SYMBOLS: { readonly [Name in keyof typeof NFT_TYPES]?: Symbols } = {
  nf_proto: { ipv4: 2, ipv6: 10 },
  ether_type: {
    ip: 0x800,
    arp: 0x806,
    ip6: 0x86dd,
    "8021q": 0x8100,
    "8021ad": 0x88a8,
    vlan: 0x8100,
  },
  arp_op: {
    request: 1,
    reply: 2,
    rrequest: 3,
    rreply: 4,
    inrequest: 8,
    inreply: 9,
    nak: 10,
  },
  inet_proto: INET_PROTO,
  inet_service: SERVICES,
  icmp_type: {
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
  },
  tcp_flag: bits("fin syn rst psh ack urg ecn cwr"),
  dccp_pkttype: numbered("request response data ack dataack closereq close reset sync syncack"),
  mh_type: numbered(
    "binding-refresh-request home-test-init careof-test-init home-test careof-test binding-update " +
      "binding-acknowledgement binding-error fast-binding-update fast-binding-acknowledgement " +
      "fast-binding-advertisement experimental-mobility-header home-agent-switch-message",
  ),
  iface_type: {
    ether: 1,
    ppp: 512,
    ipip: 768,
    ipip6: 769,
    loopback: 772,
    sit: 776,
    ipgre: 778,
  },
  realm: { cosmos: 0 },
  classid: { root: 0xffffffff, none: 0 },
  ct_state: { invalid: 1, established: 2, related: 4, new: 8, untracked: 64 },
  ct_dir: { original: 0, reply: 1 },
  ct_status: {
    expected: 1,
    "seen-reply": 2,
    assured: 4,
    confirmed: 8,
    snat: 16,
    dnat: 32,
    dying: 512,
  },
  icmpv6_type: {
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
  },
  pkt_type: { host: 0, unicast: 0, broadcast: 1, multicast: 2, other: 3 },
  icmp_code: {
    "net-unreachable": 0,
    "host-unreachable": 1,
    "prot-unreachable": 2,
    "port-unreachable": 3,
    "frag-needed": 4,
    "net-prohibited": 9,
    "host-prohibited": 10,
    "admin-prohibited": 13,
  },
  icmpv6_code: {
    "no-route": 0,
    "admin-prohibited": 1,
    "addr-unreachable": 3,
    "port-unreachable": 4,
    "policy-fail": 5,
    "reject-route": 6,
  },
  icmpx_code: {
    "port-unreachable": 1,
    "admin-prohibited": 3,
    "no-route": 0,
    "host-unreachable": 2,
  },
  devgroup: { default: 0 },
  dscp: {
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
  },
  ecn: { "not-ect": 0, ect1: 1, ect0: 2, ce: 3 },
  fib_addrtype: numbered(
    "unspec unicast local broadcast anycast multicast blackhole unreachable prohibit",
  ),
  boolean: { missing: 0, exists: 1 },
  ct_event: bits("new related destroy reply assured protoinfo helper mark seqadj secmark label"),
  igmp_type: {
    "membership-query": 0x11,
    "membership-report-v1": 0x12,
    "membership-report-v2": 0x16,
    "membership-report-v3": 0x22,
    "leave-group": 0x17,
  },
  day: numbered("Sunday Monday Tuesday Wednesday Thursday Friday Saturday"),
};

/** All types by name. */
export const TYPES: Readonly<Record<string, NftDatatype>> = Object.fromEntries(
  Object.entries(NFT_TYPES).map(([name, row]) => {
    const symbols = SYMBOLS[name as keyof typeof NFT_TYPES];
    return [name, { name, ...row, ...(symbols === undefined ? {} : { symbols }) }];
  }),
);

/** All types by number. */
export const TYPE_OF_ID: ReadonlyMap<number, NftDatatype> = new Map(Object.values(TYPES).map((one) => [one.id, one]));

/** Returns the numbers of the types that are side by side in the number of a type: NFTA_SET_KEY_TYPE. */
export function idsOf(number = 0): number[] {
  const ids: number[] = [];
  for (let id = number; id > 0; id = Math.floor(id / 64)) ids.unshift(id % 64);
  return ids;
}

/** Returns the name of a type; its number if nft has no such type. */
export function datatypeName(id: number): NftDatatypeName {
  return TYPE_OF_ID.get(id)?.name as NftDatatypeName | undefined ?? id;
}

/** Returns the type with a name or number; one of plain integers for an unknown number. */
export function datatypeOf(name: NftDatatypeName): NftDatatype {
  const known = typeof name === "number" ? TYPE_OF_ID.get(name) : Object.hasOwn(TYPES, name) ? TYPES[name] : undefined;
  return known ?? { name: "integer", id: Number(name), bits: 0, order: "network" };
}
