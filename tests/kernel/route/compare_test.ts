/**
 * Compares side by side: every key that `ip -j -d` prints of a namespace made by iproute2 has an equal field in ours.
 */
import { assert, assertEquals } from "@std/assert";
import * as netns from "../../../core/netns.ts";
import { inNamespace, kernelTest, type Namespace, patience, run } from "../namespace.ts";
import { ADDRESS, type Around, differences, LINK, NEIGHBOUR, ROUTE, RULE, type Words } from "./words.ts";

const NEEDS = ["ip"];

type Json = Record<string, unknown>;

/** Runs lines of a batch one by one, and skips those for which this kernel has no module. */
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

/** Makes the objects to compare: links of many kinds, 1,000 routes, 200 neighbours, 40 rules. */
function make(ns: Namespace, other: string): void {
  const lines: string[] = ["link set lo up"], six: string[] = [];
  const add = (...some: string[]): void => some.forEach((line) => (line.startsWith("-6 ") ? six : lines).push(line));
  for (let i = 0; i < 3; i++) add(`link add br${i} type bridge`);
  for (let i = 0; i < 50; i++) {
    add(`link add v${i} type veth peer name p${i}${i % 5 === 0 ? ` netns ${other}` : ""}`);
    if (i < 12) add(`link set v${i} master br${i % 3}`);
    if (i % 2 === 0) add(`link set v${i} up`);
    if (i % 2 === 0 && i % 5 !== 0) add(`link set p${i} up`);
  }
  for (let i = 0; i < 3; i++) add(`link set br${i} up`);
  add(
    "link set v13 mtu 1400 txqueuelen 77 alias the-thirteenth group 7",
    "link property add dev v13 altname a-name-longer-than-fifteen altname other13",
    "link set v14 address 02:00:00:00:00:14 allmulticast on promisc on",
    "link set v15 addrgenmode none",
    "link set br0 type bridge stp_state 1 group_fwd_mask 8 priority 4096",
    "link set v0 type bridge_slave priority 9 cost 77 hairpin on learning off flood off isolated on",
    "address add 192.0.2.1/24 broadcast 192.0.2.255 dev v26 label v26:one",
    "address add 192.0.2.2/24 dev v26",
    "address add 198.51.100.1/24 dev v22",
    "address add 203.0.113.1 peer 203.0.113.2/32 dev v24 scope link metric 50 noprefixroute",
    "address add 203.0.113.9/29 dev v24 valid_lft 3600 preferred_lft 1800",
    "-6 address add 2001:db8::1/64 dev v26 nodad",
    "-6 address add 2001:db8:1::1/64 dev v22 nodad valid_lft 3600 preferred_lft 1800",
    "-6 address add 2001:db8:2::1 peer 2001:db8:2::2/128 dev v24 nodad noprefixroute",
    "nexthop add id 7 via 192.0.2.7 dev v26",
    "nexthop add id 8 via 198.51.100.8 dev v22",
    "nexthop add id 9 group 7/8,3",
    "-6 nexthop add id 16 via 2001:db8::7 dev v26",
    "-6 nexthop add id 17 blackhole",
  );
  for (let i = 0; i < 500; i++) {
    const dst = `10.${i >> 8}.${i & 255}.0/24`,
      dst6 = `2001:db8:f:${i.toString(16)}::/64`,
      metric = i % 3 === 0 ? ` metric ${i}` : "";
    add(
      [
        `route add ${dst} via 192.0.2.3${metric}`,
        `route add blackhole ${dst}${metric}`,
        `route add ${dst}${metric} nexthop via 192.0.2.3 weight 2 nexthop via 198.51.100.3 dev v22 weight 5`,
        `route add ${dst} nhid ${[7, 8, 9][i % 3]}${metric}`,
        `route add ${dst} via 192.0.2.4 mtu lock 1400 advmss 1300 initcwnd 20 rto_min 200ms congctl cubic quickack 1${metric}`,
        `route add unreachable ${dst} table ${1000 + i % 7} proto static${metric}`,
        `route add ${dst} via 203.0.113.77 dev v26 onlink src 192.0.2.2 proto bgp${metric}`,
        `route add ${dst} dev v22 scope link tos 0x10${metric}`,
        `route add prohibit ${dst} table 100${metric}`,
        `route add throw ${dst} table 100${metric}`,
      ][i % 10]!,
    );
    add(
      [
        `-6 route add ${dst6} via 2001:db8::3${metric}`,
        `-6 route add blackhole ${dst6}${metric}`,
        `-6 route add ${dst6}${metric} nexthop via 2001:db8::3 weight 2 nexthop via 2001:db8:1::3 weight 5`,
        `-6 route add ${dst6} nhid ${[16, 17][i % 2]}${metric}`,
        `-6 route add ${dst6} via 2001:db8::4 mtu 1400 advmss 1300 hoplimit 9 pref high${metric}`,
        `-6 route add unreachable ${dst6} table ${1000 + i % 7} proto static${metric}`,
        `-6 route add ${dst6} dev v26 src 2001:db8::1 proto bgp${metric}`,
        `-6 route add ${dst6} via 2001:db8::5 dev v26 pref low expires 3000${metric}`,
        `-6 route add prohibit ${dst6} table 100${metric}`,
        `-6 route add throw ${dst6} table 100${metric}`,
      ][i % 10]!,
    );
  }
  add(
    "route add default via 192.0.2.254",
    "-6 route add default via 2001:db8::fe metric 30",
    "route add 10.200.0.1 dev v26",
  );
  for (let i = 0; i < 100; i++) {
    const state = ["permanent", "noarp", "stale", "permanent router"][i % 4]!.replace("permanent router", "permanent");
    add(`neighbour add 192.0.2.${100 + i} lladdr 02:00:00:00:01:${(i + 16).toString(16)} dev v26 nud ${state}`);
    add(
      `-6 neighbour add 2001:db8::${(256 + i).toString(16)} lladdr 02:00:00:00:02:${
        (i + 16).toString(16)
      } dev v26 nud ${state}${i % 4 === 3 ? " router" : ""}`,
    );
  }
  for (let i = 0; i < 20; i++) {
    add(
      [
        `rule add from 192.0.2.${i}/32 table ${100 + i}`,
        `rule add to 198.51.100.0/24 iif v26 fwmark ${i}/0xff table 1000 priority ${200 + i}`,
        `rule add not from 10.0.0.0/8 to 10.1.0.0/16 oif v22 tos 0x10 lookup main suppress_prefixlength ${i} priority ${
          200 + i
        }`,
        `rule add fwmark ${i} blackhole priority ${200 + i}`,
        `rule add from all uidrange ${i}-${2 * i} ipproto tcp sport 80-90 dport 443 table main priority ${
          200 + i
        } protocol static`,
      ][i % 5]!,
    );
    add(
      [
        `-6 rule add from 2001:db8::${i}/128 table ${100 + i}`,
        `-6 rule add to 2001:db8:1::/48 iif nope0 fwmark ${i}/0xff table 1000 priority ${200 + i}`,
        `-6 rule add not from 2001:db8::/32 unreachable priority ${200 + i}`,
        `-6 rule add from all goto 32766 priority ${200 + i}`,
        `-6 rule add from all ipproto udp dport 53 table main priority ${200 + i}`,
      ][i % 5]!,
    );
  }
  ns.ipBatch([...lines, ...six]);
  tryEach(ns, [
    "link set br0 type bridge vlan_filtering 1 vlan_protocol 802.1ad",
    "link add vx0 type vxlan id 42 dev v26 group 239.1.1.1 dstport 4789 ttl 9 tos 4 ageing 77 maxaddress 99",
    "link add vx1 type vxlan id 43 remote 2001:db8::2 local 2001:db8::1 dstport 4790 nolearning udp6zerocsumtx gbp",
    "link add vx2 type vxlan external dstport 4791",
    "link add mv0 link v26 type macvlan mode bridge",
    "link add mv1 link v26 type macvlan mode source macaddr add 02:00:00:00:00:77",
    "link add mt0 link v22 type macvtap mode private",
    "link add ifb9 type ifb",
    "route add 10.201.0.0/16 encap ip id 42 dst 192.0.2.9 src 192.0.2.1 ttl 9 tos 4 via 192.0.2.9 dev v26",
    "route add 10.202.0.0/16 encap ip6 id 43 dst 2001:db8::9 src 2001:db8::1 hoplimit 9 tc 4 via 192.0.2.9 dev v26",
    "-6 route add 2001:db8:d::/48 encap ip6 id 44 dst 2001:db8::9 via 2001:db8::9 dev v26",
    "-6 route add 2001:db8:e::/48 encap ip id 45 dst 192.0.2.9 via 2001:db8::9 dev v26",
  ]);
}

/** Compares two lists, which the kernel dumps in the same order. */
function sideBySide(
  what: string,
  words: Words,
  theirs: readonly Json[],
  ours: readonly object[],
  around: Around,
): string[] {
  if (theirs.length !== ours.length) return [`${what}: ip has ${theirs.length}, ours ${ours.length}`];
  return theirs.flatMap((one, i) => {
    const name = one["ifname"] ?? one["dst"] ?? one["local"] ?? one["priority"];
    return differences(words, one, ours[i]!, around).map((text) => `${what} ${name}: ${text}`);
  });
}

kernelTest("compare: every key of ip -j -d link, addr, route, neigh and rule is equal in ours", NEEDS, async () => {
  await inNamespace(async (ns) => {
    const other = `${ns.name}-other`;
    netns.add(other);
    try {
      make(ns, other);
      const { addresses, links, neighbours, routes, rules } = ns.route;
      // Waits until nothing changes any more: addresses are usable, ports forward, carriers are detected.
      for (const { address, index, flags } of addresses.list({ family: "inet6" })) {
        if (!flags.includes("tentative")) continue;
        await addresses.waitFor({ index, address: address! }, (now) => !now.flags.includes("tentative"), {
          timeout: 60_000,
        })
          .catch((error) => {
            // The address of a link whose peer is down stays tentative.
            if (error.code !== "TIMEOUT") throw error;
          });
      }
      const all = links.list(), around: Around = { links: new Map(all.map((link) => [link.index!, link])) };
      const ip = (command: string): Json[] => JSON.parse(run("ip", ["-n", ns.name, ...command.split(" ")]) || "[]");
      const found: string[] = [];
      // Counters change while there are packets, so the comparison is repeated until they stand still.
      let linkDifferences: string[] = [];
      for (let tries = 0; tries < 30; tries++) {
        const theirLinks = ip("-s -s -j -d link");
        assert(theirLinks.length >= 94, `${theirLinks.length} links`);
        linkDifferences = sideBySide("link", LINK, theirLinks, links.list(), around);
        if (linkDifferences.every((text) => !text.includes("stats64"))) break;
      }
      found.push(...linkDifferences);

      const theirAddresses = ip("-j -d addr");
      found.push(...sideBySide("addr", LINK, theirAddresses, links.list(), around));
      const ourAddresses = addresses.list();
      for (const { ifindex, addr_info } of theirAddresses) {
        const of = ourAddresses.filter(({ index }) => index === ifindex);
        found.push(...sideBySide(`addr of ${ifindex}`, ADDRESS, addr_info as Json[], of, around));
      }

      let count = 0;
      for (const family of ["inet", "inet6"] as const) {
        const option = family === "inet" ? "-4" : "-6", theirs = ip(`${option} -j -d route show table all`);
        count += theirs.length;
        found.push(...sideBySide(`${family} route`, ROUTE, theirs, routes.list({ family }), around));
        found.push(...sideBySide(`${family} rule`, RULE, ip(`${option} -j -d rule`), rules.list({ family }), around));
      }
      assert(count >= 1000, `${count} routes`);

      // ip asks for one family after the other, and with these options leaves out none.
      const theirNeighbours = ip("-j -d neigh show nud all"), ourNeighbours = neighbours.list();
      assert(theirNeighbours.length >= 200, `${theirNeighbours.length} neighbours`);
      found.push(...sideBySide("neigh", NEIGHBOUR, theirNeighbours, ourNeighbours, around));
      const kinds = [...new Set(found.map((text) => text.replace(/^(\w+( \w+)?) \S+:/, "$1:").replace(/\d+/g, "N")))];
      assertEquals(
        found.slice(0, 40),
        [],
        `${found.length} differences of these kinds:\n${kinds.slice(0, 60).join("\n")}`,
      );
    } finally {
      netns.delete(other);
    }
  });
});

kernelTest("compare: counters of IPv6 equal those of /proc/net/dev_snmp6, in each kernel's order", NEEDS, async () => {
  await inNamespace(async ({ name, ipBatch, route: { addresses, links } }) => {
    ipBatch(["link add v0 type veth peer name v1", "link set v0 up", "link set v1 up"]);
    // Then it has sent packets: it has asked if another machine has the address.
    const asked = ({ flags }: { flags: readonly unknown[] }): boolean => !flags.includes("tentative");
    await addresses.waitFor({ dev: "v0", family: "inet6", scope: "link" }, asked, { timeout: patience(20_000) });
    const words: Record<string, string> = { inreceives: "inpkts", outtransmits: "outpkts" };
    const theirs = (): Record<string, number> => {
      const text = run("ip", ["netns", "exec", name, "cat", "/proc/net/dev_snmp6/v0"]);
      return Object.fromEntries(
        [...text.matchAll(/^Ip6(\w+)\s+(\d+)$/gm)].map(([, word, value]) => {
          const field = word!.toLowerCase().replace(/^in(?=no?ect|ect|cep)/, "");
          return [words[field] ?? field, Number(value)];
        }),
      );
    };
    const ours = (): Record<string, number | undefined> => {
      const stats = links.get("v0").afSpec?.inet6?.stats as Record<string, number>;
      return Object.fromEntries(Object.keys(theirs()).map((field) => [field, stats[field]]));
    };
    // Packets of neighbour discovery are still sent, so the comparison is repeated until some were and none is.
    for (let tries = 0; tries < 200; tries++) {
      const before = theirs(), found = ours();
      if (JSON.stringify(before) !== JSON.stringify(theirs()) || before["outmcastoctets"] === 0) continue;
      assert(Object.keys(before).length > 30, JSON.stringify(before));
      assertEquals(found, before);
      return;
    }
    assert(false, "the counters never stand still, or stay 0");
  });
});
