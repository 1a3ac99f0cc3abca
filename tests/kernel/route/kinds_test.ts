/**
 * Every kind of link that this kernel makes: made by iproute2, it equals ours, key by key of `ip -j -d`; made again by
 * the library from that, it equals iproute2's; then it is changed and deleted.
 */
import { assert, assertEquals } from "@std/assert";
import { existsSync } from "node:fs";
import { KernelError } from "../../../core/errors.ts";
import { libc } from "../../../ffi/runtime.ts";
import type { Link, LinkInput, LinkToAdd } from "../../../families/route/mod.ts";
import { inNamespace, kernelTest, load, type Namespace, run } from "../namespace.ts";
import { skip } from "../../test.ts";
import { type Around, differences, LINK } from "./words.ts";

type Json = Record<string, unknown>;

const O_RDWR = 2;

/** Arguments to make a link, and a change of it with ip's values afterwards. */
interface Trial {
  /** Arguments after `ip link add`; `dev` with the name comes before the type if other arguments do. */
  readonly make: string;
  /** True if netlink cannot make it: ip uses an ioctl, and the arguments are those of `ip tuntap add`. */
  readonly ioctl?: true;
  readonly change?: LinkInput | ((ours: Link) => LinkInput);
  readonly changed?: Json;
}

/** A change that every kind accepts. */
const ALIAS: Pick<Trial, "change" | "changed"> = { change: { ifalias: "changed" }, changed: { ifalias: "changed" } };

const data = (info_data: Json): Json => ({ linkinfo: { info_data } });

/** By kind; a kind may have several. */
const KINDS: Readonly<Record<string, readonly Trial[]>> = {
  dummy: [{ make: "numtxqueues 4 type dummy", change: { mtu: 1400 }, changed: { mtu: 1400 } }],
  ifb: [{ make: "type ifb" }],
  veth: [{ make: "mtu 1400 type veth peer name y" }],
  bridge: [
    {
      make:
        "type bridge vlan_filtering 1 vlan_protocol 802.1ad ageing_time 1000 stp_state 1 priority 4096 mcast_querier 1",
      change: { kind: "bridge", data: { ageingTime: 2000, mcastQuerier: 0 } },
      changed: data({ ageing_time: 2000, mcast_querier: 0 }),
    },
  ],
  vlan: [
    {
      make: "link v0 type vlan id 5 protocol 802.1ad gvrp on egress-qos-map 1:2 ingress-qos-map 3:4",
      change: { kind: "vlan", data: { flags: ["reorder_hdr"] } },
      changed: data({ flags: ["REORDER_HDR"] }),
    },
  ],
  vxlan: [
    {
      make: "type vxlan id 42 dev v0 group 239.1.1.1 dstport 4789 ttl 9 tos 4 ageing 77 maxaddress 99",
      change: { kind: "vxlan", data: { ageing: 88 } },
      changed: data({ ageing: 88 }),
    },
    { make: "type vxlan id 43 remote 2001:db8::2 local 2001:db8::1 dstport 4790 nolearning udp6zerocsumtx gbp" },
    { make: "type vxlan external dstport 4791" },
  ],
  macvlan: [
    {
      make: "link v0 type macvlan mode bridge",
      change: { kind: "macvlan", data: { mode: "vepa" } },
      changed: data({ mode: "vepa" }),
    },
    { make: "link v0 type macvlan mode source macaddr add 02:00:00:00:00:77" },
  ],
  macvtap: [{ make: "link v0 type macvtap mode private" }],
  ipvlan: [
    {
      make: "link h0 type ipvlan mode l3 private",
      change: { kind: "ipvlan", data: { mode: "l2" } },
      changed: data({ mode: "l2" }),
    },
    { make: "link h0 type ipvlan mode l3s vepa" },
  ],
  ipvtap: [{ make: "link h0 type ipvtap mode l2 bridge" }],
  vrf: [{ make: "type vrf table 77" }],
  bond: [
    {
      make:
        "type bond mode 802.3ad miimon 100 updelay 200 xmit_hash_policy layer3+4 lacp_rate fast ad_select bandwidth " +
        "ad_user_port_key 7 ad_actor_sys_prio 99",
      change: { kind: "bond", data: { miimon: 50, adLacpRate: "slow" } },
      changed: data({ miimon: 50, ad_lacp_rate: "slow" }),
    },
    {
      make: "type bond mode active-backup arp_interval 100 arp_ip_target 192.0.2.7,192.0.2.8 arp_validate all " +
        "fail_over_mac active",
    },
    { make: "type bond mode balance-alb miimon 100 tlb_dynamic_lb 1 resend_igmp 3" },
  ],
  gre: [
    {
      make: "type gre local 192.0.2.1 remote 192.0.2.2 ikey 7 okey 8 ttl 9 tos 4 icsum oseq dev v0",
      // The kernel takes absent fields as 0.
      change: (ours) => ({ kind: "gre", data: { ...ours.data, ttl: 10 } }) as LinkInput,
      changed: data({ ttl: 10 }),
    },
  ],
  gretap: [{ make: "type gretap local 192.0.2.1 remote 192.0.2.3 nopmtudisc ignore-df" }],
  erspan: [
    { make: "type erspan local 192.0.2.1 remote 192.0.2.4 seq key 7 erspan_ver 1 erspan 99" },
    { make: "type erspan local 192.0.2.1 remote 192.0.2.4 seq key 8 erspan_ver 2 erspan_dir egress erspan_hwid 9" },
  ],
  ip6gre: [
    { make: "type ip6gre local 2001:db8::1 remote 2001:db8::2 hoplimit 9 encaplimit 4 tclass 0x10 flowlabel 0x77" },
  ],
  ip6gretap: [{ make: "type ip6gretap local 2001:db8::1 remote 2001:db8::3 encaplimit none key 9" }],
  ip6erspan: [{ make: "type ip6erspan local 2001:db8::1 remote 2001:db8::5 seq key 8 erspan_ver 1 erspan 5" }],
  ipip: [
    {
      make: "type ipip local 192.0.2.1 remote 192.0.2.5 ttl 9 mode any",
      change: (ours) => ({ kind: "ipip", data: { ...ours.data, remote: "192.0.2.99" } }) as LinkInput,
      changed: data({ remote: "192.0.2.99", ttl: 9 }),
    },
  ],
  sit: [{ make: "type sit local 192.0.2.1 remote 192.0.2.6 ttl 9 mode ip6ip dev v0" }],
  ip6tnl: [
    { make: "type ip6tnl local 2001:db8::1 remote 2001:db8::4 mode ip6ip6 hoplimit 9 dscp inherit allow-localremote" },
  ],
  vti: [{ make: "type vti local 192.0.2.1 remote 192.0.2.7 ikey 7 okey 8" }],
  vti6: [{ make: "type vti6 local 2001:db8::1 remote 2001:db8::5 key 7 fwmark 9" }],
  geneve: [
    { make: "type geneve id 7 remote 192.0.2.8 ttl 9 tos 4 dstport 6082 noudpcsum" },
    { make: "type geneve external udp6zerocsumrx" },
    {
      make: "type geneve id 8 remote 192.0.2.9 ttl inherit",
      change: { kind: "geneve", data: { ttlInherit: 0, ttl: 10 } },
      changed: data({ ttl: 10 }),
    },
  ],
  bareudp: [{ make: "type bareudp dstport 6635 ethertype mpls_uc srcportmin 100 multiproto" }],
  xfrm: [{ make: "type xfrm dev v0 if_id 7" }],
  nlmon: [{ make: "type nlmon" }],
  vsockmon: [{ make: "type vsockmon" }],
  wireguard: [{ make: "type wireguard" }],
  team: [{ make: "type team" }],
  vcan: [{ make: "type vcan" }],
  vxcan: [{ make: "type vxcan peer name y" }],
  netkit: [{ make: "type netkit" }],
  macsec: [
    {
      make: "link v0 type macsec port 11 encrypt on cipher gcm-aes-256 replay on window 5",
      change: { kind: "macsec", data: { encrypt: 0 } },
      changed: data({ encrypt: false }),
    },
  ],
  hsr: [{ make: "type hsr slave1 h0 slave2 h1 version 1" }],
  batadv: [{ make: "type batadv" }],
  amt: [{ make: "type amt mode relay local 192.0.2.1 dev v0 relay_port 2268 max_tunnels 9" }],
  tun: [
    { make: "mode tun", ioctl: true, change: { mtu: 1400 }, changed: { mtu: 1400 } },
    { make: "mode tap multi_queue user 54321 group 54322", ioctl: true },
    { make: "mode tap vnet_hdr pi", ioctl: true },
  ],
  wwan: [{ make: "parentdev wwan0 type wwan linkid 5" }],
  rmnet: [{ make: "link h0 type rmnet mux_id 5" }],
  virt_wifi: [{ make: "link h0 type virt_wifi" }],
  ovpn: [{ make: "type ovpn" }],
  pfcp: [{ make: "type pfcp" }],
  gtp: [],
};

/** Kinds that come in pairs: the field for the peer, whose content differs each time it is made. */
const PEER: Readonly<Record<string, string>> = { veth: "peer", vxcan: "peer", netkit: "peerInfo" };

/**
 * Returns ip's object of a link without values that change by themselves, are random for each link, or follow from a
 * MAC address that is given and not random (a bridge's number).
 */
function still(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(still);
  if (typeof value !== "object" || value === null) return value;
  const runs = /_timer$|^seq_nr$|^link_index$|^permaddr$|^(bridge|root)_id$/;
  return Object.fromEntries(
    Object.entries(value).filter(([key]) => !runs.test(key)).map(([key, one]) => [key, still(one)]),
  );
}

/** Modules without an alias by which the kernel would load them; those of radios and modems come with devices. */
const LOADED: Readonly<Record<string, string>> = {
  ovpn: "ovpn",
  ppp: "ppp_generic",
  tun: "tun",
  wwan: "wwan_hwsim",
};

/** Makes a link by ip; if the kernel or ip has no such kind, the test is skipped. */
function madeByIp(ns: Namespace, { make, ioctl }: Trial): void {
  const [before, after] = make.split(/(?=\btype )/);
  const command = after === undefined ? ["", before] : [before, after];
  try {
    ns.ip(ioctl ? `tuntap add name x ${make}` : `link add ${command[0]} name x ${command[1]}`);
  } catch (error) {
    // The errors of ip and of the kernel for missing kinds.
    if (
      !/Unknown device type|not supported|is this kernel|Unsupported|Garbage|is garbage|What is|Cannot find device|No such (device|file)/i
        .test(String(error))
    ) {
      throw error;
    }
    skip(`ip link add ${make}: ${String(error).trim().split("\n").at(-1)}`);
  }
}

const around = (ns: Namespace): Around => ({
  links: new Map(ns.route.links.list().map((link) => [link.index!, link])),
});
const shown = (ns: Namespace): Json => ns.ipJson("link show dev x")[0]!;

/** Returns the part of `value` that `expected` has. */
function subset(value: unknown, expected: unknown): unknown {
  if (typeof expected !== "object" || expected === null || Array.isArray(expected)) return value;
  return Object.fromEntries(Object.entries(expected).map(([key, one]) => [key, subset((value as Json)?.[key], one)]));
}

/** Checks that ip's object and ours are equal; `what` names the kind in errors. */
function equalInBoth(ns: Namespace, what: string): void {
  assertEquals(differences(LINK, shown(ns), ns.route.links.get("x"), around(ns)), [], what);
}

/** Deletes a link that ip made, and makes it by the library. */
function makeAgain(ns: Namespace, kind: string): void {
  const { links } = ns.route, before = still(shown(ns)), ours = links.get("x"), peer = PEER[kind];
  links.delete("x");
  assertEquals(links.find("x"), undefined);
  links.add({
    ...ours,
    ...(peer === undefined
      ? {}
      : { data: { ...ours.data as object, [peer]: { ifname: ours.linkDev, mtu: ours.mtu } } }),
  } as LinkToAdd);
  equalInBoth(ns, "made by us");
  assertEquals(still(shown(ns)), before, "made by us and by ip");
}

/** Makes a link by ip, makes it again, changes and deletes it. */
function tryKind(ns: Namespace, kind: string, trial: Trial): void {
  const { links } = ns.route, { ioctl, change, changed } = trial;
  madeByIp(ns, trial);
  equalInBoth(ns, "made by ip");
  if (!ioctl) makeAgain(ns, kind);
  for (const one of [{ change, changed }, ALIAS]) {
    if (one.change === undefined) continue;
    links.set("x", typeof one.change === "function" ? one.change(links.get("x")) : one.change);
    assertEquals(subset(shown(ns), one.changed), one.changed, "changed");
    equalInBoth(ns, "changed");
  }
  links.delete("x");
  assertEquals(links.find("x"), undefined);
}

for (
  const [kind, trial] of Object.entries(KINDS).flatMap(([kind, trials]) =>
    trials.map((trial) => [kind, trial] as const)
  )
) {
  kernelTest(`kind ${kind}: made by ip, made again by us, changed and deleted: ${trial.make}`, ["ip"], async () => {
    if (LOADED[kind] !== undefined) load(LOADED[kind]);
    await inNamespace((ns) => {
      ns.ipBatch([
        ...["v0 type veth peer name v1", "h0 type veth peer name h0p", "h1 type veth peer name h1p"].map((one) =>
          `link add ${one}`
        ),
        ...["v0", "v1"].map((dev) => `link set ${dev} up`),
        "address add 192.0.2.1/24 dev v0",
        "-6 address add 2001:db8::1/64 dev v0 nodad",
      ]);
      tryKind(ns, kind, trial);
    });
  });
}

kernelTest(
  "kind lowpan: made by ip over a simulated radio, made again by us, changed and deleted",
  ["ip"],
  async () => {
    // The radio is in the first namespace, and only nl802154 can move it.
    if (!load("mac802154_hwsim")) skip("only in the lab, with module mac802154_hwsim");
    await inNamespace(
      (ns) => tryKind(ns, "lowpan", { make: "link wpan0 type lowpan" }),
      (name) => run("ip", ["netns", "attach", name, "1"]),
    );
  },
);

kernelTest("kind gtp: made by us with the kernel's own sockets, and deleted", ["ip"], async () => {
  await inNamespace((ns) => {
    const { links } = ns.route;
    try {
      links.add({ ifname: "x", kind: "gtp", data: { createSockets: 1, role: "sgsn" } });
    } catch (error) {
      // Before 5.19, it needs sockets made by a program.
      if (!(error instanceof KernelError) || !["EOPNOTSUPP", "EINVAL"].includes(error.code)) throw error;
      skip(error.message);
    }
    assertEquals((shown(ns)["linkinfo"] as Json)["info_kind"], "gtp");
    const { kind, data }: Link = links.get("x");
    assert(kind === "gtp" && data?.role === "sgsn", JSON.stringify(data));
    links.delete("x");
    assertEquals(links.find("x"), undefined);
  });
});

kernelTest("kind ppp: made by us with a file of /dev/ppp, equal in ip's, changed and deleted", ["ip"], async () => {
  load("ppp_generic");
  if (!existsSync("/dev/ppp")) skip("there is no /dev/ppp");
  await inNamespace((ns) => {
    const { links } = ns.route, devFd = libc().open(new TextEncoder().encode("/dev/ppp\0"), O_RDWR, 0);
    assert(devFd >= 0, `/dev/ppp: ${devFd}`);
    try {
      links.add({ ifname: "x", mtu: 1400, kind: "ppp", data: { devFd } });
      equalInBoth(ns, "ppp: made by us");
      links.set("x", { ifalias: "changed" });
      assertEquals(shown(ns)["ifalias"], "changed");
      equalInBoth(ns, "ppp: changed");
      links.delete("x");
      assertEquals(links.find("x"), undefined);
    } finally {
      libc().close(devFd);
    }
  });
});
