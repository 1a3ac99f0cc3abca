/**
 * A corpus of rules in nft's JSON: every statement and expression with several operands, operators and families.
 *
 * @module
 */
import type * as nft from "../../../families/netfilter/nftables/statements.ts";
import type { TableFamily } from "../../../families/netfilter/nftables/operands.ts";

/** A rule of the corpus. */
export interface CorpusRule {
  readonly family: TableFamily;
  readonly chain: string;
  readonly expr: readonly nft.Statement[];
}

/** A statement as JSON, whose type is not checked. */
type Statement = object;

type Json = unknown;

const payload = (protocol: string, field: string): Json => ({ payload: { protocol, field } });
const meta = (key: string): Json => ({ meta: { key } });
const ct = (key: string, more = {}): Json => ({ ct: { key, ...more } });
const match = (left: Json, right: Json, op = "=="): Statement => ({ match: { op, left, right } });
const range = (low: Json, high: Json): Json => ({ range: [low, high] });
const prefix = (addr: string, len: number): Json => ({ prefix: { addr, len } });
const set = (...members: Json[]): Json => ({ set: members });
const counter: Statement = { counter: null };
const accept: Statement = { accept: null };
const drop: Statement = { drop: null };

/** The tables, chains, sets, maps and objects that the rules need. */
export function setup(): Json[] {
  const out: Json[] = [];
  const add = (kind: string, value: object): void => void out.push({ add: { [kind]: value } });
  for (const family of ["ip", "ip6", "inet", "bridge", "netdev", "arp"]) {
    add("table", { family, name: "t" });
    const own = { family, table: "t" };
    add("chain", { ...own, name: "x" });
    if (family === "netdev") {
      add("chain", { ...own, name: "c", type: "filter", hook: "ingress", prio: 0, dev: "lo", policy: "accept" });
    } else add("chain", { ...own, name: "c", type: "filter", hook: "input", prio: 0, policy: "accept" });
    if (family === "arp" || family === "netdev" || family === "bridge") {
      add("set", { ...own, name: "marks", type: "mark" });
      continue;
    }
    add("chain", { ...own, name: "pre", type: "filter", hook: "prerouting", prio: -150, policy: "accept" });
    add("chain", { ...own, name: "out", type: "filter", hook: "output", prio: 0, policy: "accept" });
    add("chain", { ...own, name: "dn", type: "nat", hook: "prerouting", prio: -100, policy: "accept" });
    add("chain", { ...own, name: "sn", type: "nat", hook: "postrouting", prio: 100, policy: "accept" });
    const address = family === "ip6" ? "ipv6_addr" : "ipv4_addr";
    add("set", { ...own, name: "addrs", type: address });
    add("set", { ...own, name: "nets", type: address, flags: ["interval"] });
    add("set", { ...own, name: "ports", type: "inet_service" });
    add("set", { ...own, name: "marks", type: "mark" });
    add("set", { ...own, name: "markrange", type: "mark", flags: ["interval"] });
    add("set", { ...own, name: "names", type: "ifname" });
    add("set", { ...own, name: "dscps", type: "dscp" });
    add("set", { ...own, name: "pairs", type: [address, "inet_service"] });
    add("set", { ...own, name: "pairrange", type: [address, "inet_service"], flags: ["interval"] });
    add("set", { ...own, name: "dyn", type: address, flags: ["timeout"], timeout: 60, size: 65535 });
    add("set", { ...own, name: "dynports", type: "inet_service", flags: ["timeout"], size: 65535 });
    add("map", { ...own, name: "toaddr", type: address, map: address });
    add("map", { ...own, name: "tomark", type: "inet_service", map: "mark" });
    add("map", { ...own, name: "verdicts", type: address, map: "verdict" });
    add("map", { ...own, name: "portverdicts", type: "inet_service", map: "verdict", flags: ["interval"] });
    add("map", { ...own, name: "counters", type: "inet_service", map: "counter" });
    add("counter", { ...own, name: "n" });
    add("quota", { ...own, name: "q", bytes: 1000, used: 0, inv: false });
    add("limit", { ...own, name: "l", rate: 5, per: "minute" });
    add("ct helper", { ...own, name: "h", type: "ftp", protocol: "tcp", l3proto: family === "ip6" ? "ip6" : "ip" });
  }
  return out;
}

/** Values of a field: numbers, an interval, a set of two. */
interface Samples {
  readonly one: Json;
  readonly two: Json;
  readonly ordered?: boolean;
}

const ADDRESSES = { ip: ["192.0.2.1", "198.51.100.7"], ip6: ["2001:db8::1", "2001:db8::ff:7"] } as const;

/** Matches of one field by all operators that fit it. */
function* matches(left: Json, { one, two, ordered = true }: Samples): Generator<Statement> {
  yield match(left, one);
  yield match(left, one, "!=");
  yield match(left, set(one, two));
  yield match(left, set(one, two), "!=");
  if (!ordered) return;
  yield match(left, two, "<");
  yield match(left, one, ">=");
  yield match(left, range(one, two));
  yield match(left, range(one, two), "!=");
  yield match(left, set(range(one, two)));
}

const PACKET_FIELDS: readonly (readonly [protocol: string, field: string, one: Json, two: Json, ordered?: boolean])[] =
  [
    ["ip", "saddr", ...ADDRESSES.ip],
    ["ip", "daddr", ...ADDRESSES.ip],
    ["ip", "ttl", 1, 64],
    ["ip", "length", 100, 1500],
    ["ip", "protocol", "tcp", "udp", false],
    ["ip", "dscp", "cs1", "ef", false],
    ["ip", "ecn", "ect0", "ce", false],
    ["ip", "id", 1, 2],
    ["ip", "version", 4, 5],
    ["ip", "hdrlength", 5, 6],
    ["ip", "frag-off", 1, 0x1fff],
    ["ip", "checksum", 1, 2],
    ["ip6", "saddr", ...ADDRESSES.ip6],
    ["ip6", "daddr", ...ADDRESSES.ip6],
    ["ip6", "hoplimit", 1, 64],
    ["ip6", "length", 100, 1500],
    ["ip6", "nexthdr", "tcp", "udp", false],
    ["ip6", "dscp", "cs1", "ef", false],
    ["ip6", "flowlabel", 1, 0xfffff],
    ["ip6", "ecn", "ect0", "ce", false],
    ["ip6", "version", 6, 7],
    ["tcp", "sport", 22, 80],
    ["tcp", "dport", 22, 65535],
    ["tcp", "sequence", 1, 4294967295],
    ["tcp", "ackseq", 1, 2],
    ["tcp", "doff", 5, 8],
    ["tcp", "window", 1, 1000],
    ["tcp", "checksum", 1, 2],
    ["tcp", "urgptr", 1, 2],
    ["tcp", "reserved", 1, 2],
    ["udp", "sport", 53, 67],
    ["udp", "dport", 53, 5353],
    ["udp", "length", 8, 100],
    ["udp", "checksum", 1, 2],
    ["udplite", "dport", 53, 67],
    ["udplite", "csumcov", 1, 8],
    ["sctp", "dport", 5000, 5001],
    ["sctp", "vtag", 1, 2],
    ["dccp", "sport", 1, 2],
    ["dccp", "type", "request", "data", false],
    ["icmp", "type", "echo-request", "echo-reply", false],
    ["icmp", "code", 1, 3, false],
    ["icmp", "id", 1, 2],
    ["icmp", "sequence", 1, 2],
    ["icmp", "mtu", 1280, 1500],
    ["icmp", "gateway", 1, 2],
    ["icmp", "checksum", 1, 2],
    ["icmpv6", "type", "nd-neighbor-solicit", "echo-request", false],
    ["icmpv6", "code", "no-route", "port-unreachable", false],
    ["icmpv6", "id", 1, 2],
    ["icmpv6", "sequence", 1, 2],
    ["icmpv6", "mtu", 1280, 1500],
    ["icmpv6", "max-delay", 1, 2],
    ["icmpv6", "parameter-problem", 1, 2],
    ["igmp", "type", "membership-query", "leave-group", false],
    ["igmp", "mrt", 1, 2],
    ["igmp", "group", 1, 2],
    ["ah", "spi", 1, 2],
    ["ah", "hdrlength", 1, 2],
    ["ah", "sequence", 1, 2],
    ["esp", "spi", 1, 2],
    ["esp", "sequence", 1, 2],
    ["comp", "cpi", 1, 2],
    ["comp", "flags", 1, 2],
    ["th", "sport", 22, 80],
    ["th", "dport", 22, 80],
    ["ether", "saddr", "00:11:22:33:44:55", "00:11:22:33:44:66"],
    ["ether", "daddr", "00:11:22:33:44:55", "00:11:22:33:44:66"],
    ["ether", "type", "ip", "ip6", false],
    ["vlan", "id", 1, 100],
    ["vlan", "pcp", 1, 3],
    ["vlan", "dei", 0, 1, false],
    ["vlan", "type", "ip", "arp", false],
    ["arp", "operation", "request", "reply", false],
    ["arp", "htype", 1, 2],
    ["arp", "hlen", 6, 8],
    ["arp", "ptype", "ip", "ip6", false],
    ["arp", "saddr ip", ...ADDRESSES.ip],
    ["arp", "daddr ip", ...ADDRESSES.ip],
    ["arp", "saddr ether", "00:11:22:33:44:55", "00:11:22:33:44:66"],
    ["arp", "daddr ether", "00:11:22:33:44:55", "00:11:22:33:44:66"],
  ];

/** Families in which a header can be matched. */
const FAMILIES: Readonly<Record<string, readonly TableFamily[]>> = {
  ip: ["ip", "inet", "bridge", "netdev"],
  ip6: ["ip6", "inet", "bridge", "netdev"],
  icmp: ["ip", "inet", "bridge", "netdev"],
  igmp: ["ip", "inet"],
  icmpv6: ["ip6", "inet", "bridge", "netdev"],
  ether: ["ip", "inet", "bridge", "netdev"],
  vlan: ["bridge", "netdev", "inet"],
  arp: ["arp", "bridge", "netdev"],
  tcp: ["ip", "inet", "bridge", "netdev"],
  udp: ["ip6", "inet", "netdev"],
  th: ["ip", "inet"],
};

const META_FIELDS: readonly (readonly [key: string, one: Json, two: Json, ordered?: boolean])[] = [
  ["length", 100, 1500],
  ["protocol", "ip", "ip6", false],
  ["priority", 1, 65537, false],
  ["mark", 1, 0xffff],
  ["iif", "lo", "lo", false],
  ["iifname", "eth0", "wan1", false],
  ["oifname", "eth0", "wan1", false],
  ["iiftype", "ether", "ppp", false],
  ["oiftype", "ether", "loopback", false],
  ["skuid", 0, 1000],
  ["skgid", 0, 1000],
  ["rtclassid", 1, 2, false],
  ["nfproto", "ipv4", "ipv6", false],
  ["l4proto", "tcp", "udp", false],
  ["pkttype", "broadcast", "multicast", false],
  ["cpu", 0, 3],
  ["iifgroup", 1, 2],
  ["oifgroup", 1, 2],
  ["cgroup", 1, 2],
  ["random", 1, 2],
  ["iifkind", "vrf", "veth", false],
  ["oifkind", "vrf", "veth", false],
  ["sdif", "lo", "lo", false],
  ["sdifname", "eth0", "eth1", false],
  ["hour", "08:00", "17:00"],
  ["day", "Monday", "Friday", false],
  ["time", "2024-01-01 00:00:00", "2025-06-01 12:30:00"],
];

const CT_FIELDS: readonly (readonly [key: string, more: object, one: Json, two: Json, ordered?: boolean])[] = [
  ["mark", {}, 1, 0xff],
  ["direction", {}, "original", "reply", false],
  ["expiration", {}, 10, 100],
  ["l3proto", {}, "ipv4", "ipv6", false],
  ["protocol", { dir: "original" }, "tcp", "udp", false],
  ["packets", {}, 10, 100],
  ["bytes", { dir: "original" }, 1000, 100000],
  ["bytes", { dir: "reply" }, 1000, 100000],
  ["packets", { dir: "reply" }, 1, 2],
  ["avgpkt", {}, 100, 1000],
  ["zone", {}, 1, 2],
  ["zone", { dir: "original" }, 1, 2],
  ["id", {}, 1, 2],
  ["ip saddr", { dir: "original" }, ...ADDRESSES.ip],
  ["ip daddr", { dir: "reply" }, ...ADDRESSES.ip],
  ["ip6 saddr", { dir: "original" }, ...ADDRESSES.ip6],
  ["helper", {}, "ftp", "sip", false],
];

/** Makes the corpus. */
export function corpus(): CorpusRule[] {
  const rules: CorpusRule[] = [];
  const add = (family: TableFamily, expr: readonly Statement[], chain = "c"): void =>
    void rules.push({ family, chain, expr: expr as nft.Statement[] });
  for (const [protocol, field, one, two, ordered] of PACKET_FIELDS) {
    const left = payload(protocol, field), samples = { one, two, ...(ordered === undefined ? {} : { ordered }) };
    (FAMILIES[protocol] ?? ["inet"]).forEach((family, i) => {
      const all = [...matches(left, samples)];
      for (const one of i === 0 ? all : [all[0]!, all[2]!]) add(family, [one]);
    });
  }
  for (const [key, one, two, ordered] of META_FIELDS) {
    for (const statement of matches(meta(key), { one, two, ...(ordered === undefined ? {} : { ordered }) })) {
      add("inet", [statement], key.startsWith("oif") ? "out" : "c");
    }
  }
  for (const [key, more, one, two, ordered] of CT_FIELDS) {
    for (const statement of matches(ct(key, more), { one, two, ...(ordered === undefined ? {} : { ordered }) })) {
      add("inet", [statement]);
    }
  }
  others(add);
  return rules;
}

function others(add: (family: TableFamily, expr: readonly Statement[], chain?: string) => void): void {
  // Masks
  for (
    const [left, one, two] of [[ct("state"), "new", "established"], [ct("status"), "assured", "dnat"], [
      payload("tcp", "flags"),
      "syn",
      "ack",
    ]] as const
  ) {
    for (const op of ["in", "==", "!="]) add("inet", [match(left, one, op)]);
    add("inet", [match(left, [one, two], "in")]);
    add("inet", [match(left, [one, two], "==")]);
    add("inet", [match(left, set(one, two))]);
    add("inet", [match(left, set(one, two), "!=")]);
  }
  add("inet", [match({ "&": [payload("tcp", "flags"), ["fin", "syn", "rst", "ack"]] }, "syn")]);
  add("inet", [match({ "&": [payload("tcp", "flags"), { "|": ["fin", "syn"] }] }, { "|": ["fin", "syn"] })]);
  add("inet", [match({ "&": [payload("tcp", "flags"), { "|": ["fin", "syn"] }] }, 0, "!=")]);
  for (
    const [left, mask, value] of [
      [payload("ip", "frag-off"), 0x1fff, 0],
      [payload("ip", "id"), 0xff, 5],
      [payload("tcp", "sequence"), 0xf0, 0x10],
      [payload("ip", "ttl"), 1, 1],
      [payload("ether", "saddr"), "ff:ff:ff:00:00:00", "02:02:03:00:00:00"],
      [payload("ether", "daddr"), "01:00:00:00:00:00", "01:00:00:00:00:00"],
      [payload("ip", "saddr"), "255.255.0.255", "192.0.0.1"],
    ] as const
  ) {
    for (const op of ["==", "!="]) add("inet", [match({ "&": [left, mask] }, value, op)]);
  }
  for (const value of [0x2000, set(0x2000, 0x4000)]) add("inet", [match(payload("ip", "frag-off"), value)]);
  for (const key of ["mark"]) {
    for (const left of [meta(key), ct(key)]) {
      add("inet", [match({ "&": [left, 0xff] }, 5)]);
      add("inet", [match({ "&": [left, 0xff] }, 5, "!=")]);
      add("inet", [match({ "&": [left, 0xff] }, set(5, 6))]);
      add("inet", [match({ "|": [left, 0xff] }, 0xff)]);
      add("inet", [match({ "&": [left, 0xff00] }, range(0x100, 0x400))]);
      add("inet", [match(left, "@marks")]);
      add("inet", [match(left, "@marks", "!=")]);
      add("inet", [match(left, "@markrange")]);
      add("inet", [match(left, set(1, 5, range(10, 20)))]);
      add("inet", [match(left, set(range(0, 20), range(21, 4294967295)))]);
    }
  }
  // Prefixes, wildcards, named sets
  for (const family of ["ip", "inet", "bridge", "netdev"] as const) {
    for (const len of [8, 16, 24, 20, 31, 32]) {
      add(family, [match(payload("ip", "saddr"), prefix("10.1.2.0", len))]);
      add(family, [match(payload("ip", "daddr"), prefix("10.1.2.0", len), "!=")]);
    }
    add(family, [
      match(payload("ip", "saddr"), set(prefix("10.0.0.0", 8), "192.0.2.1", range("198.51.100.1", "198.51.100.9"))),
    ]);
    add(family, [match(payload("ip", "saddr"), set(prefix("10.0.0.0", 8), prefix("255.0.0.0", 8)), "!=")]);
    add(family, [match({ "&": [payload("ip", "saddr"), "255.0.0.255"] }, "10.0.0.1")]);
  }
  for (const family of ["ip6", "inet"] as const) {
    for (const len of [3, 10, 32, 64, 128]) add(family, [match(payload("ip6", "saddr"), prefix("2001:db8::", len))]);
    add(family, [match(payload("ip6", "saddr"), set(prefix("fe80::", 10), prefix("2001:db8::", 32), "::1"))]);
  }
  for (const name of ["eth*", "wg*", "ppp0"]) {
    add("inet", [match(meta("iifname"), name)]);
    add("inet", [match(meta("oifname"), name, "!=")], "out");
  }
  add("inet", [match(meta("iifname"), set("eth*", "wg0"))]);
  for (const family of ["ip", "inet"] as const) {
    for (const op of ["==", "!="]) {
      add(family, [match(payload("ip", "saddr"), "@addrs", op), counter]);
      add(family, [match(payload("ip", "daddr"), "@nets", op), drop]);
      add(family, [match(payload("tcp", "dport"), "@ports", op)]);
      add(family, [match(payload("ip", "dscp"), "@dscps", op)]);
      add(family, [match(meta("iifname"), "@names", op)]);
      add(family, [match({ concat: [payload("ip", "saddr"), payload("tcp", "dport")] }, "@pairs", op)]);
      add(family, [match({ concat: [payload("ip", "saddr"), payload("udp", "dport")] }, "@pairrange", op)]);
    }
  }
  // Concatenations
  for (const family of ["ip", "inet", "bridge", "netdev"] as const) {
    const two = { concat: [payload("ip", "saddr"), payload("tcp", "dport")] };
    add(family, [match(two, set({ concat: ["10.0.0.1", 22] }, { concat: ["10.0.0.2", 80] }))]);
    add(family, [
      match(two, set({ concat: [prefix("10.0.0.0", 8), 22] }, { concat: ["10.0.0.2", range(80, 90)] }), "!="),
    ]);
    add(family, [
      match(
        { concat: [meta("mark"), payload("ip", "daddr"), meta("iifname")] },
        set({ concat: [1, "10.0.0.1", "lo"] }),
      ),
    ]);
    add(family, [
      match(
        { concat: [meta("l4proto"), payload("th", "dport")] },
        set({ concat: ["tcp", 22] }, { concat: ["udp", 53] }),
      ),
    ]);
    add(family, [{
      vmap: {
        key: two,
        data: set([{ concat: ["10.0.0.1", 22] }, accept], [{ concat: ["10.0.0.2", 80] }, { jump: { target: "x" } }]),
      },
    }]);
  }
  add("inet", [match({ concat: [ct("state"), meta("mark")] }, set({ concat: ["new", range(1, 5)] }))]);
  add("inet", [
    match(
      { concat: [payload("ether", "saddr"), payload("ip", "saddr")] },
      set({ concat: ["00:11:22:33:44:55", "10.0.0.1"] }),
    ),
  ]);
  add("ip6", [
    match({ concat: [payload("ip6", "saddr"), payload("tcp", "dport")] }, set({ concat: ["2001:db8::1", 22] })),
  ]);
  // Several matches, dependencies, merging
  for (const family of ["ip", "inet", "bridge", "netdev"] as const) {
    add(family, [
      match(payload("ip", "saddr"), "10.0.0.1"),
      match(payload("ip", "daddr"), "10.0.0.2"),
      match(payload("tcp", "dport"), 22),
      accept,
    ]);
    add(family, [match(payload("tcp", "dport"), 22), match(payload("tcp", "sport"), 1024)]);
    add(family, [match(payload("tcp", "sport"), 1024), counter, match(payload("tcp", "dport"), 22)]);
    add(family, [match(payload("tcp", "dport"), 22, "!="), match(payload("tcp", "sport"), 1024, "!=")]);
    add(family, [match(payload("ip", "protocol"), "tcp"), match(payload("tcp", "dport"), 22)]);
    add(family, [match(meta("l4proto"), "tcp"), match(payload("tcp", "dport"), 22)]);
    add(family, [match(meta("l4proto"), set("tcp", "udp")), match(payload("th", "dport"), 53)]);
    add(family, [match(payload("ip", "saddr"), "10.0.0.1"), match(payload("icmp", "type"), "echo-request")]);
    add(family, [match(payload("icmp", "type"), "echo-request"), match(payload("icmp", "id"), 7)]);
    add(family, [match(payload("icmp", "type"), "echo-request"), match(payload("icmp", "code"), 0)]);
    add(family, [match(payload("udp", "length"), 100), match(payload("udp", "checksum"), 5)]);
    add(family, [match(meta("protocol"), "ip"), match(payload("ip", "saddr"), "10.0.0.1")]);
    add(family, [match(payload("ip", "ttl"), 1), match(payload("ip", "protocol"), "udp")]);
  }
  add("inet", [match(meta("nfproto"), "ipv4"), match(payload("ip", "saddr"), "10.0.0.1")]);
  add("inet", [match(meta("nfproto"), "ipv4"), match(payload("tcp", "dport"), 22)]);
  add("bridge", [match(payload("ether", "type"), "ip"), match(payload("ip", "saddr"), "10.0.0.1")]);
  add("bridge", [match(payload("vlan", "id"), 5), match(payload("ip", "saddr"), "10.0.0.1")]);
  add("bridge", [match(payload("ether", "type"), "8021ad"), match(payload("vlan", "id"), 5)]);
  add("bridge", [match(payload("ether", "saddr"), "00:11:22:33:44:55"), match(payload("ip", "saddr"), "10.0.0.1")]);
  add("bridge", [
    match(payload("ether", "saddr"), "00:11:22:33:44:55"),
    match(payload("ether", "daddr"), "00:11:22:33:44:66"),
  ]);
  add("netdev", [match(payload("ether", "saddr"), "00:11:22:33:44:55"), match(payload("ip", "saddr"), "10.0.0.1")]);
  add("arp", [match(payload("arp", "operation"), "request"), match(payload("arp", "saddr ip"), "10.0.0.1"), counter]);
  // Raw payload
  for (
    const [base, offset, len, value] of [["th", 16, 16, 22], ["nh", 96, 32, 0x0a000001], ["ll", 0, 48, 1], [
      "th",
      4,
      4,
      5,
    ], ["nh", 8, 12, 7]] as const
  ) {
    add("inet", [match({ payload: { base, offset, len } }, value)]);
    add("inet", [match({ payload: { base, offset, len } }, set(value, 3))]);
  }
  // Extension headers and options
  for (
    const [name, field, one, two] of [
      ["hbh", "hdrlength", 1, 2],
      ["rt", "type", 0, 4],
      ["rt", "seg-left", 1, 2],
      ["frag", "frag-off", 1, 33],
      ["frag", "id", 1, 2],
      ["frag", "more-fragments", 0, 1],
      ["frag", "reserved2", 1, 2],
      ["dst", "nexthdr", 6, 17],
      ["mh", "type", "binding-update", "home-test"],
      ["hbh", "nexthdr", "tcp", "udp"],
    ] as const
  ) {
    for (const family of ["ip6", "inet"] as const) {
      add(family, [match({ exthdr: { name, field } }, one)]);
      add(family, [match({ exthdr: { name, field } }, set(one, two), "!=")]);
    }
  }
  for (const name of ["hbh", "rt", "frag", "dst", "mh"]) {
    for (const found of [true, false]) add("ip6", [match({ exthdr: { name } }, found)]);
  }
  for (
    const [name, field, one, two] of [
      ["maxseg", "size", 1400, 1500],
      ["window", "count", 1, 7],
      ["timestamp", "tsval", 1, 2],
      ["timestamp", "tsecr", 1, 2],
      ["sack", "left", 1, 2],
      ["sack1", "right", 1, 2],
      ["maxseg", "length", 4, 5],
      ["nop", "kind", 1, 2],
    ] as const
  ) {
    add("inet", [match({ "tcp option": { name, field } }, one)]);
    add("inet", [match({ "tcp option": { name, field } }, range(one, two))]);
    add("inet", [match({ "tcp option": { name, field } }, set(one, two))]);
  }
  for (const name of ["maxseg", "window", "sack-perm", "timestamp", "md5sig", "fastopen", "mptcp"]) {
    add("ip", [match({ "tcp option": { name } }, true)]);
  }
  // A part of a TCP option by number is missing here: nft 1.0.6 crashes when it lists one.
  add("ip", [match({ "tcp option": { name: "sack-perm" } }, false)]);
  for (
    const [name, field, one] of [["ra", "value", 1], ["rr", "ptr", 4], ["rr", "addr", 1], [
      "lsrr",
      "length",
      7,
    ], ["ssrr", "type", 1]] as const
  ) for (const family of ["ip", "inet"] as const) add(family, [match({ "ip option": { name, field } }, one)]);
  for (const name of ["ra", "rr"]) add("ip", [match({ "ip option": { name } }, true)]);
  for (
    const [name, field, one] of [
      ["data", "flags", 1],
      ["data", "tsn", 7],
      ["init", "init-tag", 1],
      ["init", "num-outbound-streams", 2],
      ["sack", "a-rwnd", 1],
      ["shutdown", "cum-tsn-ack", 1],
    ] as const
  ) add("inet", [match({ "sctp chunk": { name, field } }, one)]);
  for (const name of ["data", "init", "abort", "asconf"]) add("inet", [match({ "sctp chunk": { name } }, true)]);
  // Routes, sockets, generators
  for (const family of ["ip", "ip6", "inet"] as const) {
    for (const result of ["oif", "oifname"]) {
      if (result === "oif") add(family, [match({ fib: { result, flags: ["saddr", "iif"] } }, false)]);
      add(family, [match({ fib: { result, flags: ["daddr"] } }, result === "oif" ? "lo" : "eth0")]);
    }
    for (const type of ["local", "broadcast", "unicast"]) {
      add(family, [match({ fib: { result: "type", flags: ["daddr"] } }, type)]);
    }
    add(family, [match({ fib: { result: "type", flags: ["daddr", "iif"] } }, set("local", "broadcast"))]);
    add(family, [match({ fib: { result: "oif", flags: ["saddr", "mark"] } }, true)]);
    add(family, [match({ socket: { key: "transparent" } }, 1)]);
    add(family, [match({ socket: { key: "mark" } }, 5)]);
    add(family, [match({ socket: { key: "wildcard" } }, 0)]);
    add(family, [match({ rt: { key: "classid" } }, 5)], "out");
    add(family, [match({ rt: { key: "mtu" } }, 1280)], "out");
    add(family, [
      match(
        { rt: { key: "nexthop", family: family === "ip6" ? "ip6" : "ip" } },
        ADDRESSES[family === "ip6" ? "ip6" : "ip"][0],
      ),
    ], "out");
  }
  add("inet", [match({ ipsec: { key: "reqid", dir: "in", spnum: 0 } }, 5)], "pre");
  add("inet", [match({ ipsec: { key: "spi", dir: "in", spnum: 1 } }, 5)], "pre");
  add("inet", [match({ ipsec: { key: "saddr", family: "ip", dir: "in", spnum: 0 } }, "10.0.0.1")], "pre");
  add("inet", [match({ ipsec: { key: "daddr", family: "ip6", dir: "in", spnum: 0 } }, "2001:db8::1")], "pre");
  add("inet", [match(meta("ipsec"), true)], "pre");
  add("inet", [match({ numgen: { mode: "inc", mod: 3, offset: 0 } }, 1)]);
  add("inet", [match({ numgen: { mode: "random", mod: 10, offset: 5 } }, set(5, 6))]);
  add("inet", [match({ symhash: { mod: 3, offset: 0 } }, 1)]);
  add("ip", [match({ jhash: { mod: 8, offset: 0, seed: 7, expr: payload("ip", "saddr") } }, 1)]);
  // Verdicts and verdict maps
  for (const family of ["ip", "ip6", "inet", "bridge", "netdev", "arp"] as const) {
    for (
      const verdict of [accept, drop, { continue: null }, { return: null }, { jump: { target: "x" } }, {
        goto: { target: "x" },
      }]
    ) add(family, [verdict]);
    add(family, [counter, match(meta("mark"), "@marks"), accept]);
    add(family, [match(meta("mark"), 5), { log: { prefix: "hello " } }, drop]);
  }
  for (const family of ["ip", "inet"] as const) {
    add(family, [{
      vmap: {
        key: payload("tcp", "dport"),
        data: set([22, accept], [80, drop], [range(90, 100), { jump: { target: "x" } }]),
      },
    }]);
    add(family, [{ vmap: { key: payload("tcp", "dport"), data: set([22, accept], [80, drop]) } }]);
    add(family, [{ vmap: { key: payload("ip", "saddr"), data: "@verdicts" } }]);
    add(family, [{ vmap: { key: payload("tcp", "dport"), data: "@portverdicts" } }]);
    add(family, [{
      vmap: {
        key: ct("state"),
        data: set(["new", { jump: { target: "x" } }], ["established", accept], ["invalid", drop]),
      },
    }]);
    add(family, [{ vmap: { key: meta("iifname"), data: set(["lo", accept], ["eth0", { goto: { target: "x" } }]) } }]);
    add(family, [{
      vmap: { key: payload("ip", "saddr"), data: set([prefix("10.0.0.0", 8), accept], ["192.0.2.1", drop]) },
    }]);
  }
  // Counters, limits, quotas, logs
  for (const family of ["ip", "inet", "bridge", "netdev"] as const) {
    add(family, [counter]);
    add(family, [{ counter: { packets: 5, bytes: 700 } }]);
    for (const per of ["second", "minute", "hour", "day", "week"]) add(family, [{ limit: { rate: 10, per } }]);
    add(family, [{ limit: { rate: 10, per: "second", burst: 20, inv: true } }]);
    add(family, [{ limit: { rate: 10, rate_unit: "kbytes", per: "second" } }]);
    add(family, [{ limit: { rate: 2, rate_unit: "mbytes", per: "minute", burst: 9, burst_unit: "kbytes" } }, drop]);
    add(family, [{ quota: { val: 25, val_unit: "mbytes" } }]);
    add(family, [{ quota: { val: 25, val_unit: "bytes", inv: true } }, drop]);
    add(family, [{ quota: { val: 25, val_unit: "mbytes", used: 10, used_unit: "kbytes" } }]);
    add(family, [{ log: null }]);
    add(family, [{ log: { prefix: "x", level: "debug" } }]);
    for (const level of ["emerg", "alert", "crit", "err", "warn", "notice", "info"]) add(family, [{ log: { level } }]);
    add(family, [{ log: { group: 2, snaplen: 64, "queue-threshold": 5 } }]);
    add(family, [{ log: { flags: ["tcp sequence", "tcp options"] } }]);
    add(family, [{ log: { prefix: "a b", flags: "all" } }]);
    add(family, [{ log: { level: "audit" } }]);
  }
  for (const family of ["ip", "ip6", "inet"] as const) {
    add(family, [{ counter: "n" }]);
    add(family, [{ quota: "q" }]);
    add(family, [{ limit: "l" }, drop]);
    add(family, [match(payload("tcp", "dport"), 21), { "ct helper": "h" }], "pre");
    add(family, [{ counter: { map: { key: payload("tcp", "dport"), data: "@counters" } } }]);
    add(family, [{ counter: { map: { key: payload("tcp", "dport"), data: set([22, "n"], [80, "n"]) } } }]);
    add(family, [{ "ct count": { val: 10, inv: true } }, drop]);
    add(family, [{ "ct count": { val: 10 } }, accept]);
    add(family, [{ notrack: null }], "pre");
    add(family, [{ reject: null }]);
    add(family, [{ reject: { type: "tcp reset" } }]);
    add(family, [match(payload("tcp", "dport"), 22), { reject: { type: "tcp reset" } }]);
    for (
      const expr of family === "ip6"
        ? ["no-route", "admin-prohibited", "addr-unreachable", "port-unreachable", "policy-fail", "reject-route"]
        : [
          "net-unreachable",
          "host-unreachable",
          "prot-unreachable",
          "port-unreachable",
          "net-prohibited",
          "host-prohibited",
          "admin-prohibited",
        ]
    ) {
      add(family, [{ reject: { type: family === "ip6" ? "icmpv6" : "icmp", expr } }]);
    }
    if (family === "inet") {
      for (const expr of ["no-route", "port-unreachable", "host-unreachable", "admin-prohibited"]) {
        add(family, [{ reject: { type: "icmpx", expr } }]);
      }
      add(family, [match(payload("ip", "saddr"), "10.0.0.1"), { reject: null }]);
      add(family, [{ reject: { type: "icmpv6", expr: "no-route" } }]);
    }
    // Changes of fields
    for (const [key, value] of [["mark", 5], ["priority", 65537], ["nftrace", 1]] as const) {
      add(family, [{ mangle: { key: meta(key), value } }]);
    }
    add(family, [{ mangle: { key: meta("mark"), value: ct("mark") } }]);
    add(family, [{ mangle: { key: ct("mark"), value: meta("mark") } }]);
    add(family, [{ mangle: { key: ct("mark"), value: 7 } }]);
    add(family, [{ mangle: { key: ct("zone"), value: 7 } }], "pre");
    add(family, [{ mangle: { key: ct("event"), value: ["new", "destroy"] } }]);
    add(family, [{ mangle: { key: meta("mark"), value: { "&": [meta("mark"), 0xff] } } }]);
    add(family, [{ mangle: { key: meta("mark"), value: { "|": [meta("mark"), 0xff] } } }]);
    add(family, [{ mangle: { key: meta("mark"), value: { "^": [meta("mark"), 0xff] } } }]);
    add(family, [{ mangle: { key: meta("mark"), value: { "<<": [meta("mark"), 8] } } }]);
    add(family, [{ mangle: { key: meta("mark"), value: { ">>": [meta("mark"), 8] } } }]);
    add(family, [{ mangle: { key: meta("mark"), value: { "|": [{ "&": [ct("mark"), 0xffff0000] }, 1] } } }]);
    add(family, [{ mangle: { key: meta("mark"), value: { map: { key: payload("tcp", "dport"), data: "@tomark" } } } }]);
    add(family, [{
      mangle: { key: meta("mark"), value: { map: { key: payload("tcp", "dport"), data: set([22, 1], [80, 2]) } } },
    }]);
    add(family, [{
      mangle: {
        key: meta("mark"),
        value: { map: { key: payload("tcp", "dport"), data: set([range(22, 30), 1], [80, 2]) } },
      },
    }]);
    add(family, [{ mangle: { key: meta("mark"), value: { numgen: { mode: "inc", mod: 3, offset: 5 } } } }]);
    add(family, [{ mangle: { key: meta("mark"), value: { numgen: { mode: "random", mod: 3, offset: 0 } } } }]);
    add(family, [{ mangle: { key: meta("mark"), value: { symhash: { mod: 3, offset: 2 } } } }]);
    const header = family === "ip6" ? "ip6" : "ip";
    add(family, [{
      mangle: {
        key: meta("mark"),
        value: { jhash: { expr: payload(header, "saddr"), mod: 16, seed: 0xbeef, offset: 3 } },
      },
    }]);
    add(family, [{
      mangle: {
        key: meta("mark"),
        value: { jhash: { expr: { concat: [payload(header, "saddr"), payload("tcp", "dport")] }, mod: 16 } },
      },
    }]);
    add(family, [{ mangle: { key: payload("tcp", "dport"), value: 8080 } }]);
    add(family, [{ mangle: { key: payload("udp", "sport"), value: 53 } }]);
    add(family, [{ mangle: { key: { "tcp option": { name: "maxseg", field: "size" } }, value: 1400 } }]);
    add(family, [{
      mangle: { key: { "tcp option": { name: "maxseg", field: "size" } }, value: { rt: { key: "mtu" } } },
    }], "out");
    if (header === "ip") {
      for (
        const [field, value] of [
          ["ttl", 5],
          ["dscp", "cs1"],
          ["saddr", "10.0.0.1"],
          ["daddr", "10.0.0.2"],
          ["id", 7],
          ["ecn", "ce"],
          ["checksum", 0],
          ["length", 99],
        ] as const
      ) add(family, [{ mangle: { key: payload("ip", field), value } }]);
    } else {
      for (
        const [field, value] of [["hoplimit", 5], ["dscp", "cs1"], ["saddr", "2001:db8::1"], ["ecn", "ce"], [
          "flowlabel",
          7,
        ]] as const
      ) add(family, [{ mangle: { key: payload("ip6", field), value } }]);
    }
    // Sets
    const source = payload(header, "saddr");
    const fits = family !== "inet" || header === "ip";
    if (fits) {
      for (const op of ["add", "update", "delete"]) add(family, [{ set: { op, elem: source, set: "@dyn" } }]);
      add(family, [{ set: { op: "add", elem: { elem: { val: source, timeout: 10 } }, set: "@dyn" } }]);
      add(family, [{
        set: { op: "update", elem: source, set: "@dyn", stmt: [{ limit: { rate: 10, per: "minute" } }] },
      }]);
      add(family, [{ set: { op: "add", elem: source, set: "@dyn", stmt: [counter] } }]);
      add(family, [{ set: { op: "add", elem: payload("tcp", "dport"), set: "@dynports" } }]);
      add(family, [{
        meter: { name: `m${family}`, key: source, stmt: { limit: { rate: 10, per: "second" } }, size: 128 },
      }]);
    }
    // NAT
    const [one, two] = ADDRESSES[header], own = family === "inet" ? { family: header } : {};
    const tcp = match(meta("l4proto"), "tcp"), port = match(payload("tcp", "dport"), 80);
    for (const [kind, chain] of [["dnat", "dn"], ["snat", "sn"]] as const) {
      add(family, [{ [kind]: { addr: one, ...own } }], chain);
      add(family, [{ [kind]: { addr: range(one, two), ...own } }], chain);
      add(family, [tcp, { [kind]: { addr: one, port: 8080, ...own } }], chain);
      add(family, [port, { [kind]: { addr: one, port: range(8080, 8090), flags: "random", ...own } }], chain);
      add(family, [port, { [kind]: { addr: one, port: 8080, flags: ["persistent", "fully-random"], ...own } }], chain);
      add(family, [{ [kind]: { addr: { map: { key: source, data: "@toaddr" } }, ...own } }], chain);
      add(family, [{
        [kind]: { addr: { map: { key: payload("tcp", "dport"), data: set([80, one], [443, two]) } }, ...own },
      }], chain);
      add(family, [{
        [kind]: { addr: prefix(header === "ip" ? "10.0.0.0" : "2001:db8::", header === "ip" ? 24 : 64), ...own },
      }], chain);
    }
    add(family, [port, { dnat: { port: 8080, ...own } }], "dn");
    add(family, [{ masquerade: null }], "sn");
    add(family, [{ masquerade: { flags: "random" } }], "sn");
    add(family, [{ masquerade: { flags: ["fully-random", "persistent"] } }], "sn");
    add(family, [port, { masquerade: { port: range(1024, 2048) } }], "sn");
    add(family, [port, { masquerade: { port: 1024 } }], "sn");
    add(family, [{ redirect: null }], "dn");
    add(family, [port, { redirect: { port: 8080 } }], "dn");
    add(family, [port, { redirect: { port: range(8080, 8090), flags: ["random"] } }], "dn");
    add(family, [port, {
      redirect: { port: { map: { key: payload("tcp", "dport"), data: set([80, 8080], [443, 8443]) } } },
    }], "dn");
    const both = match(meta("l4proto"), set("tcp", "udp")), told = { family: header };
    const nets = header === "ip" ? [prefix("10.1.0.0", 16), prefix("10.2.0.0", 16)] : [
      prefix("2001:db8:1::", 64),
      prefix("2001:db8:2::", 64),
    ];
    const mapped = (...pairs: Json[]): Json => ({ map: { key: source, data: set(...pairs) } });
    for (
      const protocols of [both, match(payload(header, header === "ip" ? "protocol" : "nexthdr"), set("tcp", "udp"))]
    ) {
      add(family, [protocols, { redirect: { port: 8080 } }], "dn");
      add(family, [protocols, { masquerade: { port: range(1024, 2048) } }], "sn");
      add(family, [protocols, { dnat: { addr: one, port: 8080, ...own } }], "dn");
      add(family, [protocols, { dnat: { addr: mapped([two, { concat: [one, 80] }]), ...told } }], "dn");
    }
    for (const [kind, chain] of [["dnat", "dn"], ["snat", "sn"]] as const) {
      add(family, [port, {
        [kind]: { addr: mapped([one, { concat: [two, 80] }], [two, { concat: [one, 90] }]), ...told },
      }], chain);
      // nft 1.0.6 names wrong registers for those of IPv6.
      if (header === "ip") {
        add(family, [port, {
          [kind]: { addr: mapped([one, { concat: [range(one, two), range(80, 90)] }]), ...told },
        }], chain);
      }
      add(family, [port, {
        [kind]: {
          addr: {
            map: {
              key: { concat: [source, payload("tcp", "dport")] },
              data: set([{ concat: [one, 80] }, { concat: [two, 8080] }]),
            },
          },
          ...told,
        },
      }], chain);
      add(family, [{ [kind]: { addr: mapped([one, range(one, two)]), ...told } }], chain);
      add(family, [{ [kind]: { addr: mapped(nets), ...told, flags: "netmap", type_flags: "prefix" } }], chain);
    }
    // Others
    add(family, [tcp, { tproxy: { port: 50080, ...own } }], "pre");
    add(family, [tcp, { tproxy: { addr: one, port: 50080, ...own } }], "pre");
    add(family, [tcp, { tproxy: { addr: one, ...own } }], "pre");
    add(family, [port, { synproxy: { mss: 1460, wscale: 7, flags: ["timestamp", "sack-perm"] } }]);
    add(family, [port, { synproxy: null }]);
    if (family !== "inet") {
      add(family, [{ dup: { addr: one } }]);
      add(family, [{ dup: { addr: one, dev: "lo" } }]);
    }
  }
  add("inet", [tcpDport(), { tproxy: { port: 50080 } }], "pre");
  add("netdev", [{ dup: { addr: "lo" } }]);
  add("netdev", [{ fwd: { dev: "lo" } }]);
  add("netdev", [{ fwd: { dev: "lo", family: "ip", addr: "10.0.0.1" } }]);
  add("netdev", [{ fwd: { dev: "lo", family: "ip6", addr: "2001:db8::1" } }]);
}

const tcpDport = (): Statement => match(payload("tcp", "dport"), 80);
