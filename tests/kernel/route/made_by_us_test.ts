/**
 * Objects made by the library, as iproute2 shows them: each kind of link that this kernel has, and all other objects.
 */
import { assert, assertEquals } from "@std/assert";
import { KernelError } from "../../../core/errors.ts";
import type { LinkToAdd, NeighbourInput, RouteInput, RouteToAdd, RuleInput } from "../../../families/route/mod.ts";
import { inNamespace, kernelTest, type Namespace, run } from "../namespace.ts";
import { skip } from "../../test.ts";

const NEEDS = ["ip"];

type Json = Record<string, unknown>;

/** Returns the part of `value` that `expected` has; ip has `true` or `null` for flags that are set. */
function subset(value: unknown, expected: unknown): unknown {
  if (value === null && expected === true) return true;
  if (Array.isArray(expected)) {
    return Array.isArray(value) ? value.map((one, i) => i < expected.length ? subset(one, expected[i]) : one) : value;
  }
  if (typeof expected !== "object" || expected === null) return value;
  const fields = value as Json | undefined;
  return Object.fromEntries(Object.entries(expected).map(([key, one]) => [key, subset(fields?.[key], one)]));
}

/** Checks that ip's object has all of `expected`. */
function assertHas(value: unknown, expected: Json, what: string): void {
  assertEquals(subset(value, expected), expected, `${what}: ${JSON.stringify(value)}`);
}

/** Makes a pair of links that are up, with addresses. */
function wire(ns: Namespace): void {
  const { links, addresses } = ns.route;
  links.set("lo", { up: true });
  links.add({ ifname: "v0", up: true, kind: "veth", data: { peer: { ifname: "v1" } } });
  // The peer cannot be up before it is connected.
  links.set("v1", { up: true });
  addresses.add({ dev: "v0", address: "192.0.2.1/24" });
  addresses.add({ dev: "v0", address: "2001:db8::1/64", flags: ["nodad"] });
}

/** A link, and ip's object of it: its own fields, and `data` for those of its kind. */
interface Made {
  readonly link: LinkToAdd;
  readonly own?: Json;
  readonly data?: Json;
  /** A feature that kernels may lack, besides the kind itself. */
  readonly may?: string;
}

const KINDS: readonly Made[] = [
  {
    link: {
      ifname: "x",
      mtu: 1400,
      txqlen: 77,
      address: "02:00:00:00:00:01",
      group: 7,
      kind: "veth",
      data: { peer: { ifname: "y" } },
    },
    own: { mtu: 1400, txqlen: 77, address: "02:00:00:00:00:01", group: "7", link: "y" },
  },
  { link: { ifname: "x", kind: "dummy", numTxQueues: 4, up: true }, own: { num_tx_queues: 4 } },
  { link: { ifname: "x", kind: "ifb" } },
  {
    link: {
      ifname: "x",
      kind: "bridge",
      data: {
        stpState: 1,
        ageingTime: 1000,
        priority: 4096,
        mcastSnooping: 0,
        groupFwdMask: 8,
      },
    },
    data: {
      stp_state: 1,
      ageing_time: 1000,
      priority: 4096,
      mcast_snooping: 0,
      group_fwd_mask: "0x8",
    },
  },
  {
    link: { ifname: "x", kind: "bridge", data: { vlanFiltering: 1, vlanProtocol: "802.1ad" } },
    data: { vlan_filtering: 1, vlan_protocol: "802.1ad" },
    may: "bridge with VLANs",
  },
  {
    link: {
      ifname: "x",
      kind: "vlan",
      link: "v0",
      data: { id: 5, protocol: "802.1ad", flags: ["reorder_hdr", "gvrp"] },
    },
    own: { link: "v0" },
    data: { id: 5, protocol: "802.1ad", flags: ["REORDER_HDR", "GVRP"] },
  },
  {
    link: {
      ifname: "x",
      kind: "vxlan",
      data: { id: 42, link: "v0", group: "239.1.1.1", port: 4789, ttl: 9, tos: 4, ageing: 77, limit: 99, learning: 0 },
    },
    data: { id: 42, link: "v0", group: "239.1.1.1", port: 4789, ttl: 9, ageing: 77, limit: 99, learning: false },
  },
  {
    link: {
      ifname: "x",
      kind: "vxlan",
      data: { id: 43, group6: "2001:db8::2", local6: "2001:db8::1", port: 4790, gbp: true, udpZeroCsum6Tx: 1 },
    },
    data: { id: 43, remote6: "2001:db8::2", local6: "2001:db8::1", port: 4790, gbp: true, udp_zero_csum6_tx: true },
  },
  {
    link: { ifname: "x", kind: "vxlan", data: { collectMetadata: 1, port: 4791 } },
    data: { external: true, port: 4791 },
  },
  {
    link: { ifname: "x", kind: "macvlan", link: "v0", data: { mode: "bridge" } },
    own: { link: "v0" },
    data: { mode: "bridge" },
  },
  {
    link: { ifname: "x", kind: "macvtap", link: "v0", data: { mode: "private" } },
    own: { link: "v0" },
    data: { mode: "private" },
  },
  {
    link: { ifname: "x", kind: "ipvlan", link: "h0", data: { mode: "l2", flags: ["private"] } },
    data: { mode: "l2", private: true },
  },
  { link: { ifname: "x", kind: "ipvtap", link: "h0", data: { mode: "l3s" } }, data: { mode: "l3s" } },
  { link: { ifname: "x", kind: "vrf", data: { table: 77 } }, data: { table: 77 } },
  {
    link: {
      ifname: "x",
      kind: "bond",
      data: { mode: "8023ad", miimon: 100, updelay: 200, xmitHashPolicy: "layer34", adLacpRate: "fast" },
    },
    data: { mode: "802.3ad", miimon: 100, updelay: 200, xmit_hash_policy: "layer3+4", ad_lacp_rate: "fast" },
  },
  {
    link: {
      ifname: "x",
      kind: "gre",
      data: {
        local: "192.0.2.1",
        remote: "192.0.2.2",
        ttl: 9,
        iflags: ["key"],
        ikey: 7,
        oflags: ["key", "seq"],
        okey: 8,
      },
    },
    own: { link_type: "gre", address: "192.0.2.1", broadcast: "192.0.2.2" },
    data: { local: "192.0.2.1", remote: "192.0.2.2", ttl: 9, ikey: "0.0.0.7", okey: "0.0.0.8", oseq: true },
  },
  {
    link: { ifname: "x", kind: "gretap", data: { local: "192.0.2.1", remote: "192.0.2.3" } },
    data: { local: "192.0.2.1", remote: "192.0.2.3" },
  },
  {
    link: {
      ifname: "x",
      kind: "erspan",
      data: {
        local: "192.0.2.1",
        remote: "192.0.2.4",
        iflags: ["key"],
        oflags: ["key", "seq"],
        ikey: 7,
        okey: 7,
        erspanVer: 1,
        erspanIndex: 99,
      },
    },
    data: { local: "192.0.2.1", remote: "192.0.2.4", erspan_ver: 1, erspan_index: 99 },
  },
  {
    link: { ifname: "x", kind: "ip6gre", data: { local: "2001:db8::1", remote: "2001:db8::2", ttl: 9, encapLimit: 4 } },
    data: { local: "2001:db8::1", remote: "2001:db8::2", ttl: 9 },
  },
  {
    link: { ifname: "x", kind: "ip6gretap", data: { local: "2001:db8::1", remote: "2001:db8::3" } },
    data: { local: "2001:db8::1", remote: "2001:db8::3" },
  },
  {
    link: { ifname: "x", kind: "ipip", data: { local: "192.0.2.1", remote: "192.0.2.5", ttl: 9, proto: 4 } },
    data: { local: "192.0.2.1", remote: "192.0.2.5", ttl: 9 },
  },
  {
    link: { ifname: "x", kind: "sit", data: { local: "192.0.2.1", remote: "192.0.2.6", ttl: 9 } },
    data: { local: "192.0.2.1", remote: "192.0.2.6", ttl: 9 },
  },
  {
    link: { ifname: "x", kind: "ip6tnl", data: { local: "2001:db8::1", remote: "2001:db8::4", proto: 41 } },
    data: { local: "2001:db8::1", remote: "2001:db8::4" },
  },
  {
    link: { ifname: "x", kind: "vti", data: { local: "192.0.2.1", remote: "192.0.2.7", ikey: 7, okey: 8 } },
    data: { local: "192.0.2.1", remote: "192.0.2.7", ikey: "0.0.0.7", okey: "0.0.0.8" },
  },
  {
    link: { ifname: "x", kind: "vti6", data: { local: "2001:db8::1", remote: "2001:db8::5", ikey: 7 } },
    data: { local: "2001:db8::1", remote: "2001:db8::5", ikey: "0.0.0.7" },
  },
  {
    link: { ifname: "x", kind: "geneve", data: { id: 7, remote: "192.0.2.8", ttl: 9 } },
    data: { id: 7, remote: "192.0.2.8", ttl: 9 },
  },
  {
    link: { ifname: "x", kind: "bareudp", data: { port: 6635, ethertype: 0x8847 } },
    data: { dstport: 6635, ethertype: "mpls_uc" },
  },
  { link: { ifname: "x", kind: "xfrm", data: { link: "v0", ifId: 7 } }, data: { if_id: "0x7" } },
  { link: { ifname: "x", kind: "nlmon" } },
  { link: { ifname: "x", kind: "wireguard" } },
  { link: { ifname: "x", kind: "team" } },
  { link: { ifname: "x", kind: "vcan" } },
  { link: { ifname: "x", kind: "netkit", data: { mode: "l2", peerInfo: { ifname: "y" } } } },
  {
    link: { ifname: "x", kind: "macsec", link: "v0", data: { port: 11, encrypt: 1 } },
    data: { encrypt: true },
  },
  { link: { ifname: "x", kind: "hsr", data: { slave1: "h0", slave2: "h1" } }, data: { slave1: "h0", slave2: "h1" } },
  { link: { ifname: "x", kind: "amt", data: { mode: "relay", link: "v0", localIp: "192.0.2.1", relayPort: 2268 } } },
];

for (const { link, own = {}, data, may } of KINDS) {
  const what = JSON.stringify({ kind: link.kind, data: link.data });
  kernelTest(`made by us: a link of ${what}`, NEEDS, () =>
    inNamespace((ns) => {
      wire(ns);
      const { links } = ns.route;
      links.add({ ifname: "h0", kind: "veth", data: { peer: { ifname: "h0p" } } });
      links.add({ ifname: "h1", kind: "veth", data: { peer: { ifname: "h1p" } } });
      let index: number | undefined;
      try {
        index = links.add(link)?.index;
      } catch (error) {
        const refused = error instanceof KernelError && error.code === "EOPNOTSUPP";
        if (!refused || (may === undefined && error.kernelMessage !== "Unknown device type")) throw error;
        skip(`the kernel has no ${may ?? `links of kind ${link.kind}`}`);
      }
      const [theirs] = ns.ipJson("link show dev x");
      const kind = theirs!["linkinfo"] as Json;
      assertHas(theirs, { ifindex: index, ifname: "x", ...own }, link.kind!);
      assertHas(kind, { info_kind: link.kind, ...(data === undefined ? {} : { info_data: data }) }, link.kind!);
      links.delete("x");
      assertEquals(links.find("x"), undefined);
    }));
}

kernelTest("made by us: ports of bridges, other ends in another namespace, and changes", NEEDS, async () => {
  await inNamespace(async (ns) => {
    await inNamespace((other) => {
      const { links } = ns.route, show = (dev: string): Json => ns.ipJson(`link show dev ${dev}`)[0]!;
      links.add({ ifname: "br0", kind: "bridge", up: true });
      links.add({
        ifname: "v0",
        master: "br0",
        kind: "veth",
        data: { peer: { ifname: "there0", netns: other.name, mtu: 1400 } },
      });
      assertHas(show("v0"), { master: "br0", link_netnsid: 0 }, "v0");
      assertHas(other.ipJson("link show dev there0")[0], { mtu: 1400 }, "there0");
      links.set("v0", { slaveKind: "bridge", slaveData: { priority: 9, cost: 77, mode: 1, learning: 0, isolated: 1 } });
      assertHas(
        (show("v0")["linkinfo"] as Json)["info_slave_data"],
        { priority: 9, cost: 77, hairpin: true, learning: false, isolated: true },
        "v0",
      );
      links.set("v0", {
        master: null,
        ifname: "w0",
        ifalias: "free text",
        group: 7,
        promisc: true,
        multicast: false,
        arp: false,
      });
      const w0 = show("w0");
      assertEquals(w0["master"], undefined);
      assertHas(w0, { ifalias: "free text", group: "7", promiscuity: 1 }, "w0");
      assertEquals((w0["flags"] as string[]).toSorted(), ["BROADCAST", "NOARP", "PROMISC"]);
      links.set("w0", { up: true });
      const flags = show("w0")["flags"] as string[];
      // Only the flags in the mask changed.
      for (const flag of ["NOARP", "PROMISC", "UP"]) assert(flags.includes(flag), flags.join());
      assert(!flags.includes("MULTICAST"), flags.join());
      links.set("w0", { ifalias: "", promisc: false, arp: true, multicast: true });
      assertEquals(show("w0")["ifalias"], undefined);
      links.set("w0", { afSpec: { inet6: { addrGenMode: "none" } } });
      assertHas(show("w0"), { inet6_addr_gen_mode: "none" }, "w0");
      links.set("w0", { netns: other.name });
      assertEquals(links.find("w0"), undefined);
      assertHas(other.ipJson("link show dev w0")[0], { ifname: "w0" }, "w0");
      links.set("br0", { kind: "bridge", data: { stpState: 1, mcastQueryIntvl: 1000 } });
      assertHas((show("br0")["linkinfo"] as Json)["info_data"], { stp_state: 1, mcast_query_intvl: 1000 }, "br0");
    });
  });
});

kernelTest("made by us: addresses with peers, labels, lifetimes and flags", NEEDS, async () => {
  await inNamespace((ns) => {
    wire(ns);
    const { addresses } = ns.route;
    addresses.add({
      dev: "v0",
      address: "198.51.100.1/24",
      broadcast: "198.51.100.255",
      label: "v0:one",
      scope: "link",
    });
    addresses.add({ dev: "v0", address: "203.0.113.1", peer: "203.0.113.2/32", flags: ["noprefixroute"] });
    addresses.add({ dev: "v0", address: "10.0.0.1/8", cacheinfo: { valid: 3600, prefered: 1800 }, rtPriority: 50 });
    addresses.add({
      dev: "v0",
      address: "2001:db8:1::1/64",
      flags: ["nodad"],
      cacheinfo: { valid: 3600, prefered: 1800 },
    });
    addresses.add({
      dev: "v0",
      address: "2001:db8:2::1",
      peer: "2001:db8:2::2/128",
      flags: ["nodad", "noprefixroute"],
    });
    addresses.add({ dev: "lo", address: "127.0.0.2/8" });
    const of = (dev: string): Json[] => ns.ipJson(`addr show dev ${dev}`)[0]!["addr_info"] as Json[];
    const has = (local: string, expected: Json, dev = "v0"): void =>
      assertHas(of(dev).find((one) => one["local"] === local), expected, local);
    has("192.0.2.1", { prefixlen: 24, scope: "global" });
    has("198.51.100.1", { prefixlen: 24, broadcast: "198.51.100.255", label: "v0:one", scope: "link" });
    has("203.0.113.1", { address: "203.0.113.2", prefixlen: 32, noprefixroute: true });
    has("10.0.0.1", { prefixlen: 8, dynamic: true, metric: 50 });
    has("2001:db8:1::1", { prefixlen: 64, dynamic: true, nodad: true });
    has("2001:db8:2::1", { address: "2001:db8:2::2", prefixlen: 128, nodad: true, noprefixroute: true });
    has("127.0.0.2", { prefixlen: 8, scope: "host" }, "lo");
    for (const local of ["10.0.0.1", "2001:db8:1::1"]) {
      const { valid_life_time: valid, preferred_life_time: preferred } = of("v0").find((one) =>
        one["local"] === local
      )!;
      assert(Number(valid) > 3500 && Number(valid) <= 3600, String(valid));
      assert(Number(preferred) > 1700 && Number(preferred) <= 1800, String(preferred));
    }
    addresses.replace({ dev: "v0", address: "2001:db8:1::1/64", flags: ["nodad"] });
    has("2001:db8:1::1", { valid_life_time: 4294967295 });
  });
});

const ROUTES: readonly (readonly [RouteToAdd, Json])[] = [
  [{ dst: "default", gateway: "192.0.2.254", priority: 7 }, {
    type: "unicast",
    gateway: "192.0.2.254",
    dev: "v0",
    metric: 7,
    protocol: "boot",
    scope: "global",
  }],
  [{ dst: "10.1.0.0/16", dev: "v0" }, { dev: "v0", scope: "link" }],
  [{ dst: "10.2.0.1", gateway: "192.0.2.2", prefsrc: "192.0.2.1", protocol: "static", tos: 0x10 }, {
    gateway: "192.0.2.2",
    prefsrc: "192.0.2.1",
    protocol: "static",
  }],
  [{ dst: "10.3.0.0/16", gateway: "203.0.113.1", dev: "v0", flags: ["onlink"] }, {
    gateway: "203.0.113.1",
    flags: ["onlink"],
  }],
  [{ dst: "10.4.0.0/16", type: "blackhole" }, { type: "blackhole" }],
  [{ dst: "10.5.0.0/16", type: "unreachable", table: 1000 }, { type: "unreachable", table: "1000" }],
  [{ dst: "10.6.0.0/16", type: "prohibit" }, { type: "prohibit" }],
  [{ dst: "10.7.0.0/16", type: "throw", table: 100 }, { type: "throw", table: "100" }],
  [{ dst: "10.8.0.1", type: "local", dev: "lo" }, { type: "local", table: "local", scope: "host" }],
  [{ dst: "10.9.0.255", type: "broadcast", dev: "v0" }, { type: "broadcast", table: "local", scope: "link" }],
  [
    {
      dst: "10.10.0.0/16",
      gateway: "192.0.2.2",
      metrics: { mtu: 1400, lock: ["mtu"], advmss: 1300, initcwnd: 20, ccAlgo: "cubic", hoplimit: 9, quickack: 1 },
    },
    { metrics: [{ mtu: 1400, advmss: 1300, hoplimit: 9, initcwnd: 20, quickack: 1, congestion: "cubic" }] },
  ],
  [
    {
      dst: "10.11.0.0/16",
      multipath: [{ gateway: "192.0.2.2", weight: 3 }, { dev: "v0", gateway: "203.0.113.1", flags: ["onlink"] }],
    },
    {
      nexthops: [{ gateway: "192.0.2.2", dev: "v0", weight: 3 }, {
        gateway: "203.0.113.1",
        dev: "v0",
        weight: 1,
        flags: ["onlink"],
      }],
    },
  ],
  [{ dst: "10.12.0.0/16", nhId: 7 }, { nhid: 7 }],
  [{ dst: "10.13.0.0/16", via: { address: "2001:db8::2" }, dev: "v0" }, {
    via: { family: "inet6", host: "2001:db8::2" },
  }],
  [{ dst: "2001:db8:1::/48", gateway: "2001:db8::2", pref: "high", metrics: { mtu: 1400 } }, {
    gateway: "2001:db8::2",
    pref: "high",
    metrics: [{ mtu: 1400 }],
  }],
  [{ dst: "2001:db8:2::/48", type: "blackhole" }, { type: "blackhole" }],
  [{ dst: "2001:db8:3::/48", type: "unreachable", table: 1000 }, { type: "unreachable", table: "1000" }],
  [
    {
      dst: "2001:db8:4::/48",
      multipath: [{ gateway: "2001:db8::2", dev: "v0", weight: 2 }, { gateway: "2001:db8::3", dev: "v0" }],
    },
    { nexthops: [{ gateway: "2001:db8::2", weight: 2 }, { gateway: "2001:db8::3", weight: 1 }] },
  ],
  [{ dst: "2001:db8:5::/48", nhId: 16 }, { nhid: 16 }],
  [{ dst: "2001:db8:6::1", dev: "v0", expires: 3000 }, { dev: "v0" }],
  [{ family: "inet6", dst: "default", gateway: "2001:db8::fe", priority: 30 }, {
    dst: "default",
    gateway: "2001:db8::fe",
    metric: 30,
  }],
];

/** Returns a route as ip lists it, by its destination, in any table. */
function shownRoute(ns: Namespace, { dst, family }: RouteInput): Json | undefined {
  const option = family === "inet6" || String(dst).includes(":") ? "-6" : "-4";
  const all: Json[] = JSON.parse(
    run("ip", [
      "-n",
      ns.name,
      option,
      "-j",
      "-d",
      "route",
      "show",
      "table",
      "all",
      ...(dst === "default" ? ["default"] : ["exact", String(dst)]),
    ]) || "[]",
  );
  return all[0];
}

kernelTest("made by us: routes of all types, with several next hops, metrics and nexthop objects", NEEDS, async () => {
  await inNamespace((ns) => {
    wire(ns);
    ns.ipBatch(["nexthop add id 7 via 192.0.2.7 dev v0", "nexthop add id 16 via 2001:db8::7 dev v0"]);
    for (const [route, expected] of ROUTES) {
      ns.route.routes.add(route);
      assertHas(shownRoute(ns, route), expected, String(route.dst));
    }
  });
});

/** Makes a bridge, with VLANs if the kernel's bridges support them; returns true if they do. */
function bridge({ links }: Namespace["route"], ifname: string): boolean {
  try {
    links.add({ ifname, kind: "bridge", data: { vlanFiltering: 1 } });
    return true;
  } catch (error) {
    if (!(error instanceof KernelError) || error.code !== "EOPNOTSUPP") throw error;
    console.log("not in this kernel: VLANs of bridges");
    links.add({ ifname, kind: "bridge" });
    return false;
  }
}

const NEIGHBOURS: readonly (readonly [NeighbourInput, Json])[] = [
  [{ dst: "192.0.2.2", lladdr: "02:00:00:00:00:02" }, { lladdr: "02:00:00:00:00:02", state: ["PERMANENT"] }],
  [{ dst: "192.0.2.3", lladdr: "02:00:00:00:00:03", state: ["stale"] }, { state: ["STALE"] }],
  [{ dst: "192.0.2.4", lladdr: "02:00:00:00:00:04", state: ["noarp"], protocol: "static" }, {
    state: ["NOARP"],
    protocol: "static",
  }],
  [{ dst: "192.0.2.5", lladdr: "02:00:00:00:00:05", state: ["reachable"] }, { state: ["REACHABLE"] }],
  [{ dst: "2001:db8::2", lladdr: "02:00:00:00:00:06", flags: ["router"] }, { state: ["PERMANENT"], router: null }],
  [{ dst: "192.0.2.6", lladdr: "02:00:00:00:00:07", flags: ["ext_learned"] }, { extern_learn: null }],
];

kernelTest("made by us: neighbours, proxies and entries of forwarding tables", [...NEEDS, "bridge"], async () => {
  await inNamespace((ns) => {
    wire(ns);
    const { links, neighbours } = ns.route, ip = (command: string): Json[] => ns.ipJson(command);
    for (const [neighbour, expected] of NEIGHBOURS) {
      neighbours.add({ dev: "v0", ...neighbour });
      const [theirs] = ip(`neigh show to ${neighbour.dst} dev v0 nud all`);
      assertHas(theirs, expected, String(neighbour.dst));
    }
    neighbours.replace({ dev: "v0", dst: "192.0.2.2", lladdr: "02:00:00:00:00:22" });
    assertHas(ip("neigh show to 192.0.2.2 dev v0")[0], { lladdr: "02:00:00:00:00:22" }, "192.0.2.2");
    neighbours.add({ dev: "v0", dst: "192.0.2.99", flags: ["proxy"] });
    neighbours.add({ dev: "v0", dst: "2001:db8::99", flags: ["proxy"] });
    const proxies = [...ip("-4 neigh show proxy"), ...ip("-6 neigh show proxy")].map(({ dst, dev }) => `${dst} ${dev}`);
    assertEquals(proxies.sort(), ["192.0.2.99 v0", "2001:db8::99 v0"]);

    const vlans = bridge(ns.route, "br0");
    links.add({ ifname: "w0", master: "br0", kind: "veth", data: { peer: { ifname: "w1" } } });
    neighbours.add({ family: "bridge", dev: "w0", lladdr: "02:00:00:00:01:01", flags: ["master"] });
    neighbours.add({
      family: "bridge",
      dev: "w0",
      lladdr: "02:00:00:00:01:02",
      flags: ["master", "sticky"],
      ...(vlans ? { vlan: 1 } : {}),
      state: ["noarp"],
    });
    links.add({ ifname: "vx0", kind: "vxlan", data: { id: 42, port: 4789 } });
    neighbours.add({
      family: "bridge",
      dev: "vx0",
      lladdr: "02:00:00:00:01:03",
      dst: "192.0.2.7",
      port: 4790,
      vni: 43,
    });
    const fdb: Json[] = JSON.parse(run("bridge", ["-n", ns.name, "-j", "-d", "fdb", "show"]));
    const of = (mac: string): Json | undefined => fdb.find((one) => one["mac"] === mac);
    assertHas(of("02:00:00:00:01:01"), { ifname: "w0", master: "br0", state: "permanent" }, "fdb 1");
    assertHas(
      of("02:00:00:00:01:02"),
      { ifname: "w0", master: "br0", state: "static", ...(vlans ? { vlan: 1 } : {}) },
      "fdb 2",
    );
    assert((of("02:00:00:00:01:02")!["flags"] as string[]).includes("sticky"), JSON.stringify(of("02:00:00:00:01:02")));
    assertHas(of("02:00:00:00:01:03"), { ifname: "vx0", dst: "192.0.2.7", port: 4790, vni: 43 }, "fdb 3");
  });
});

const RULES: readonly (readonly [RuleInput, Json])[] = [
  [{ src: "192.0.2.0/24", table: 100 }, { src: "192.0.2.0", srclen: 24, table: "100" }],
  [{ dst: "198.51.100.1", iifname: "v0", oifname: "nope0", table: 1000 }, {
    dst: "198.51.100.1",
    iif: "v0",
    oif: "nope0",
    oif_detached: null,
    table: "1000",
  }],
  [{ fwmark: 7, fwmask: 0xff, tos: 0x10 }, { fwmark: "0x7", fwmask: "0xff", table: "main" }],
  [{ src: "10.0.0.0/8", flags: ["invert"], suppressPrefixlen: 0 }, {
    not: null,
    src: "10.0.0.0",
    suppress_prefixlen: 0,
  }],
  [{ action: "blackhole" }, { action: "blackhole" }],
  [{ action: "unreachable" }, { action: "unreachable" }],
  [{ action: "prohibit" }, { action: "prohibit" }],
  [{ goto: 32766 }, { goto: 32766 }],
  [{ uidRange: { start: 1000, end: 2000 } }, { uid_start: 1000, uid_end: 2000 }],
  [{ ipProto: 6, sportRange: { start: 80, end: 90 }, dportRange: { start: 443, end: 443 } }, {
    ipproto: "tcp",
    sport_start: 80,
    sport_end: 90,
    dport: 443,
  }],
  [{ tunId: 77n }, { tun_id: 77 }],
  [{ protocol: "static" }, { protocol: "static" }],
  [{ suppressIfgroup: 3 }, { suppress_ifgroup: "3" }],
  [{ src: "2001:db8::/32", table: 100 }, { src: "2001:db8::", srclen: 32, table: "100" }],
  [{ family: "inet6", dst: "2001:db8::1", fwmark: 3, action: "unreachable" }, {
    dst: "2001:db8::1",
    fwmark: "0x3",
    action: "unreachable",
  }],
];

kernelTest("made by us: rules with every selector", NEEDS, async () => {
  await inNamespace((ns) => {
    wire(ns);
    RULES.forEach(([rule, expected], i) => {
      const priority = 100 + i;
      ns.route.rules.add({ ...rule, priority });
      const six = rule.family === "inet6" || String(rule.src).includes(":");
      const theirs = ns.ipJson(`${six ? "-6" : "-4"} rule show priority ${priority}`);
      assertHas(theirs[0], { priority, ...expected }, `rule ${priority}`);
    });
    const made = ns.route.rules.add({ src: "10.9.0.0/16" });
    // The kernel chooses a priority, and returns it.
    assertEquals(ns.ipJson(`-4 rule show priority ${made.priority}`)[0]!["src"], "10.9.0.0");
  });
});
