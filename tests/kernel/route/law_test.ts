/**
 * The law: objects from `list` are deleted by `delete` and restored by `add`, which ignores exactly the table's
 * read-only fields; the same holds for objects converted to JSON and back.
 */
import { stringify } from "../../../core/show.ts";
import type { Neighbour } from "../../../families/route/mod.ts";
import { inNamespace, kernelTest, type Namespace } from "../namespace.ts";
import { type Fields, law } from "./law.ts";

const NEEDS = ["ip"];

/** Runs each line of a batch by itself, and skips those that this kernel cannot do. */
function tryEach(ns: Namespace, lines: readonly string[]): void {
  for (const line of lines) {
    try {
      ns.ip(line);
    } catch (error) {
      if (!/Unknown device type|not supported/i.test(String(error))) throw error;
      console.log(`not in this kernel: ip ${line}`);
    }
  }
}

kernelTest("law: links, of every kind that the kernel has", NEEDS, async () => {
  await inNamespace(async (ns) => {
    ns.ipBatch([
      "link add br0 type bridge ageing_time 1000 mcast_snooping 0",
      "link add v0 type veth peer name v1",
      "link add v2 mtu 1400 address 02:00:00:00:00:02 txqueuelen 77 type veth peer name v3 mtu 1400",
      "link set v0 up",
      "link set v1 up",
      "link set v2 master br0",
      "link set v2 type bridge_slave priority 9 cost 77 hairpin on isolated on",
      "link set v2 alias an-alias",
      "link property add dev v2 altname a-name-longer-than-fifteen",
      "link set v3 addrgenmode none",
    ]);
    tryEach(ns, [
      "link set br0 type bridge vlan_filtering 1",
      "link add vx0 type vxlan id 42 dev v0 group 239.1.1.1 dstport 4789 ttl 9",
      "link add vx1 type vxlan id 43 remote 2001:db8::2 local 2001:db8::1 dstport 4790 nolearning",
      "link add vx2 type vxlan external dstport 4791",
      "link add mv0 link v0 type macvlan mode bridge",
      "link add mt0 link v0 type macvtap mode private",
      "link add ifb9 type ifb",
      "link add d0 numtxqueues 4 type dummy",
      "link add link v0 name v0.5 type vlan id 5 protocol 802.1ad gvrp on egress-qos-map 1:2 ingress-qos-map 3:4",
      "link add iv0 link v3 type ipvlan mode l2",
      "link add vrf0 type vrf table 77",
      "link add bond7 type bond mode 802.3ad miimon 100",
      "link add gre7 type gre local 192.0.2.1 remote 192.0.2.2 key 7 ttl 9",
      "link add gt7 type gretap local 192.0.2.1 remote 192.0.2.3",
      "link add ipip7 type ipip local 192.0.2.1 remote 192.0.2.4",
      "link add sit7 type sit local 192.0.2.1 remote 192.0.2.5",
      "link add ip6t7 type ip6tnl local 2001:db8::1 remote 2001:db8::5",
      "link add g67 type ip6gre local 2001:db8::1 remote 2001:db8::6",
      "link add gt67 type ip6gretap local 2001:db8::1 remote 2001:db8::7",
      "link add vti7 type vti local 192.0.2.1 remote 192.0.2.6 key 7",
      "link add gnv7 type geneve id 7 remote 192.0.2.7",
      "link add bu7 type bareudp dstport 6635 ethertype mpls_uc",
      "link add nk7 type nlmon",
      "link add wg7 type wireguard",
      "link add x7 type xfrm if_id 7",
      "link add netk7 type netkit",
    ]);
    const { links } = ns.route;
    // Links that modules add to every namespace cannot be deleted; nk0 is the peer of a netkit.
    const fallback = /^(lo|(?!nk).*0|erspan0|ip6_vti0|ip_vti0)$/, made = /^(br0|v[0-3]|vx\d|mv0|mt0|d0|iv0|vrf0)$/;
    await law<Fields>(links as never, {
      least: 10,
      of: (link) => made.test(String(link["ifname"])) || !fallback.test(String(link["ifname"])),
      rank: (link) => Number(link["index"]),
      make(link, all) {
        if (links.find(Number(link["index"])) !== undefined) return;
        const pair = link["kind"] === "veth" || link["kind"] === "netkit";
        // The peer of a pair is another link of the list, and making one makes both. It cannot be up before its peer
        // exists.
        const found = pair ? all.find((other) => other["index"] === link["link"]) : undefined;
        const flags = (found?.["flags"] ?? []) as string[], up = flags.includes("up");
        // A netkit's data have settings of both ends, and are given for the link that is added.
        const { data: _, ...end } = found ?? {};
        const peer = found && { ...end, flags: flags.filter((flag) => flag !== "up") };
        const data = link["kind"] === "veth" ? { peer } : { ...link["data"] as object, peerInfo: peer };
        links.add((peer === undefined ? link : { ...link, data }) as never);
        if (up) links.set(Number(found!["index"]), { up: true });
      },
      settle: ({ index, flags, operstate }) =>
        links.waitFor(
          Number(index),
          (now) => now.operstate === operstate && stringify(now.flags) === stringify(flags),
          {
            timeout: 10_000,
          },
        ),
    });
  });
});

kernelTest("law: addresses, with peers, labels and lifetimes", NEEDS, async () => {
  await inNamespace(async (ns) => {
    ns.ipBatch([
      "link set lo up",
      "link add v0 type veth peer name v1",
      "link set v1 up",
      "link set v0 up",
      "address add 192.0.2.1/24 broadcast 192.0.2.255 dev v0 label v0:one",
      "address add 192.0.2.2/24 dev v0",
      "address add 192.0.2.9 peer 198.51.100.9/32 dev v0",
      "address add 203.0.113.1/25 dev v0 scope link noprefixroute metric 50",
      "address add 203.0.113.200/25 dev v0 valid_lft 3600 preferred_lft 1800",
      "address add 127.0.0.2/8 dev lo",
      "-6 address add 2001:db8::1/64 dev v0 nodad",
      "-6 address add 2001:db8::2/64 dev v0 nodad valid_lft 3600 preferred_lft 1800",
      "-6 address add 2001:db8::9 peer 2001:db8:1::9/128 dev v0 nodad",
      "-6 address add 2001:db8:2::1/64 dev v0 nodad noprefixroute metric 70",
    ]);
    const { addresses } = ns.route;
    const done = (one: { flags: readonly unknown[] }): boolean => !one.flags.includes("tentative");
    await addresses.waitFor({ dev: "v0", family: "inet6", scope: "link" }, done, { timeout: 20_000 });
    await addresses.waitFor({ dev: "v1", family: "inet6", scope: "link" }, done, { timeout: 20_000 });
    await law(addresses, {
      least: 14,
      settle: ({ index, address, peer }) =>
        addresses.waitFor({ index, address, ...(peer === undefined ? {} : { peer }) }, done, { timeout: 20_000 }),
      // Lifetimes decrease while the test runs.
      steady(one) {
        const { cacheinfo } = one, round = (time = 0): number => time === 0xffffffff ? time : Math.ceil(time / 600);
        if (cacheinfo === undefined) return one;
        const { prefered, valid, ...rest } = cacheinfo;
        return { ...one, cacheinfo: { ...rest, prefered: round(prefered), valid: round(valid) } };
      },
    });
  });
});

kernelTest("law: routes, of all types and tables", NEEDS, async () => {
  await inNamespace(async (ns) => {
    ns.ipBatch([
      "link set lo up",
      "link add v0 type veth peer name v1",
      "link add v2 type veth peer name v3",
      ...["v0", "v1", "v2", "v3"].map((dev) => `link set ${dev} up`),
      "address add 192.0.2.1/24 dev v0",
      "address add 198.51.100.1/24 dev v2",
      "-6 address add 2001:db8::1/64 dev v0 nodad",
      "-6 address add 2001:db8:1::1/64 dev v2 nodad",
      "nexthop add id 7 via 192.0.2.7 dev v0",
      "nexthop add id 8 via 198.51.100.8 dev v2",
      "nexthop add id 9 group 7/8",
      "nexthop add id 16 via 2001:db8::7 dev v0",
      "route add default via 192.0.2.254 metric 100",
      "route add default metric 200 nexthop via 192.0.2.2 weight 3 nexthop via 198.51.100.2",
      "route add 10.0.0.0/8 dev v0",
      "route append 10.0.0.0/8 dev v2",
      "route add 10.1.0.0/16 via 192.0.2.3 src 192.0.2.1 mtu lock 1400 advmss 1300 initcwnd 20 congctl cubic features ecn",
      "route add 10.2.0.0/16 via 203.0.113.1 dev v0 onlink proto static",
      "route add 10.3.0.0/16 nhid 7",
      "route add 10.4.0.0/16 nhid 9",
      "route add blackhole 10.5.0.0/16",
      "route add unreachable 10.6.0.0/16 table 1000",
      "route add prohibit 10.7.0.0/16 metric 7",
      "route add throw 10.8.0.0/16 table 1000",
      "route add 10.9.0.0/16 via 192.0.2.4 table 100 proto bgp tos 0x10",
      "route add 10.10.0.0/16 via inet6 2001:db8::4 dev v0",
      "route add 10.11.0.1 dev v0 scope link realm 4/5",
      "-6 route add default via 2001:db8::fe metric 30",
      "-6 route add default via 2001:db8::fd metric 31",
      "-6 route add 2001:db8:5::/48 nexthop via 2001:db8::2 weight 2 nexthop via 2001:db8:1::2",
      "-6 route add 2001:db8:6::/48 via 2001:db8::3 mtu 1400 hoplimit 9 pref high",
      "-6 route add 2001:db8:7::/48 nhid 16",
      "-6 route add blackhole 2001:db8:8::/48",
      "-6 route add unreachable 2001:db8:9::/48 table 1000",
      "-6 route add prohibit 2001:db8:a::/48",
      "-6 route add throw 2001:db8:b::/48 table 1000",
      "-6 route add 2001:db8:c::1 dev v0 src 2001:db8::1",
    ]);
    tryEach(ns, [
      "route add 10.12.0.0/16 encap ip id 42 dst 192.0.2.9 src 192.0.2.1 ttl 9 tos 4 via 192.0.2.9 dev v0",
      "route add 10.13.0.0/16 encap ip6 id 43 dst 2001:db8::9 src 2001:db8::1 hoplimit 9 tc 4 via 192.0.2.9 dev v0",
      "-6 route add 2001:db8:d::/48 encap ip6 id 44 dst 2001:db8::9 via 2001:db8::9 dev v0",
      "-6 route add 2001:db8:e::/48 encap seg6 mode encap segs 2001:db8::1,2001:db8::2 via 2001:db8::9 dev v0",
      "route add 10.14.0.0/16 encap mpls 100/200 via 192.0.2.9 dev v0",
    ]);
    const { addresses, routes } = ns.route;
    for (const dev of ["v0", "v1", "v2", "v3"]) {
      await addresses.waitFor({ dev, family: "inet6", scope: "link" }, ({ flags }) => !flags.includes("tentative"), {
        timeout: 20_000,
      });
    }
    const scopes: unknown[] = ["host", "link", "site", "universe"];
    await law(routes, {
      least: 40,
      // The kernel uses metric 0 for its own IPv6 routes; a request with 0 gets 1024.
      of: ({ family, priority = 0 }) => family === "inet" || priority > 0,
      // Routes that others depend on come first: local addresses, then directly connected networks.
      rank({ dst, family, scope, table, type, via }) {
        if (family !== "inet") return 9;
        if (via !== undefined) return 10;
        return table !== "local" ? 2 + scopes.indexOf(scope) : type === "local" && dst.endsWith("/32") ? 0 : 1;
      },
      // IPv6 keeps its own routes to fe80::/64 and ff00::/8, one per link, beside each other; append makes them in the
      // same way.
      make(route, all) {
        const same = all.find((other) =>
          other.dst === route.dst && other.table === route.table && other.tos === route.tos &&
          other.priority === route.priority
        );
        if (route.family === "inet6" || same !== route) routes.append(route);
        else routes.add(route);
      },
    });
  });
});

kernelTest("law: neighbours, proxies and forwarding tables", NEEDS, async () => {
  await inNamespace(async (ns) => {
    ns.ipBatch([
      // Without a VLAN of its own, an entry would be added to each VLAN of the port.
      "link add br0 type bridge vlan_default_pvid 0",
      "link add v0 type veth peer name v1",
      "link add vx0 type vxlan id 42 dstport 4789",
      "link set v0 master br0",
      ...["br0", "v0", "v1"].map((dev) => `link set ${dev} up`),
      "neighbour add 192.0.2.1 lladdr 02:00:00:00:00:01 dev v1 nud permanent",
      "neighbour add 192.0.2.2 lladdr 02:00:00:00:00:02 dev v1 nud noarp protocol static",
      "neighbour add 192.0.2.3 lladdr 02:00:00:00:00:03 dev v1 nud stale",
      "neighbour add 2001:db8::1 lladdr 02:00:00:00:00:04 dev v1 nud permanent router",
      "neighbour add proxy 192.0.2.9 dev v1",
      "neighbour add proxy 2001:db8::9 dev v1",
    ]);
    const { neighbours } = ns.route;
    const { declaration } = neighbours;
    const verbs = {
      declaration,
      add: neighbours.add.bind(neighbours),
      delete: neighbours.delete.bind(neighbours),
      key: neighbours.key.bind(neighbours),
    };
    // Proxies are in a table of their own.
    const list = (): Neighbour[] => [...neighbours.list(), ...neighbours.list({ flags: ["proxy"] })];
    await law({ ...verbs, list }, { least: 6, of: ({ dst = "" }) => /^(192\.0\.2|2001)/.test(dst) });
    for (
      const entry of [
        { dev: "v0", lladdr: "02:00:00:00:01:01", flags: ["master"] },
        { dev: "v0", lladdr: "02:00:00:00:01:02", flags: ["master", "sticky"], state: ["noarp"] },
        { dev: "vx0", lladdr: "02:00:00:00:01:03", dst: "192.0.2.7" },
        { dev: "vx0", lladdr: "02:00:00:00:01:04", dst: "192.0.2.8", vni: 43, port: 4790 },
      ] as const
    ) neighbours.add({ family: "bridge", ...entry } as never);
    await law({ ...verbs, list: () => neighbours.list({ family: "bridge" }) }, {
      least: 4,
      of: ({ lladdr = "" }) => lladdr.startsWith("02:00:00:00:01"),
    });
  });
});

kernelTest("law: rules, with every selector, and the initial rules of the kernel", NEEDS, async () => {
  await inNamespace(async (ns) => {
    ns.ipBatch([
      "link add v0 type veth peer name v1",
      "rule add from 192.0.2.0/24 table 100",
      "rule add to 198.51.100.0/24 table 100 priority 50",
      "rule add from 10.0.0.0/8 to 10.1.0.0/16 iif v0 oif v1 fwmark 0x10/0xf0 tos 0x10 table 1000 priority 51",
      "rule add fwmark 7 blackhole priority 52",
      "rule add from 192.0.2.9 unreachable priority 53",
      "rule add to 192.0.2.9 prohibit priority 54",
      "rule add from all iif lo goto 32766 priority 55",
      "rule add from all nop priority 56",
      "rule add not from 192.0.2.0/24 lookup main suppress_prefixlength 0 priority 57",
      "rule add from all lookup main suppress_ifgroup 3 priority 58",
      "rule add uidrange 1000-2000 table 100 priority 59",
      "rule add ipproto tcp sport 80-90 dport 443 table 100 priority 60",
      "rule add ipproto 17 dport 53 table 100 priority 61 protocol static",
      "rule add tun_id 77 table 100 priority 62",
      "rule add from 192.0.2.0/24 realms 1/2 table 100 priority 63",
      "-6 rule add from 2001:db8::/32 table 100",
      "-6 rule add to 2001:db8:1::/48 iif nope0 fwmark 3 table 1000 priority 70",
      "-6 rule add not from 2001:db8::1 unreachable priority 71",
      "-6 rule add from all ipproto 58 table 100 priority 72",
    ]);
    tryEach(ns, ["rule add l3mdev priority 64"]);
    await law(ns.route.rules, { least: 23 });
  });
});
