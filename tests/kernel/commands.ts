/**
 * The README's table of commands: what one types, and what one writes here. `tests/kernel/commands_test.ts` compares it
 * with the README, and runs this file in a namespace of its own, where it prints a line of JSON for each command.
 *
 * A line of the table is added here and in the README. The lines are run one after another: some use what those before
 * have made.
 */
import process from "node:process";
import * as netns from "../../core/netns.ts";
import { processesOf } from "../../core/processes.ts";
import { audit } from "../../families/audit/mod.ts";
import { algorithms } from "../../families/crypto.ts";
import { processes } from "../../families/connector/processes.ts";
import { families } from "../../families/generic/controller.ts";
import { channels, features, linkModes, rings } from "../../families/generic/ethtool.ts";
import { macsec } from "../../families/generic/macsec.ts";
import { endpoints, limits } from "../../families/generic/mptcp_pm.ts";
import { wiphys } from "../../families/generic/nl80211.ts";
import { tasks } from "../../families/generic/taskstats.ts";
import { metrics } from "../../families/generic/tcp_metrics.ts";
import { thermal } from "../../families/generic/thermal.ts";
import { wireguard } from "../../families/generic/wireguard.ts";
import * as iscsi from "../../families/iscsi/mod.ts";
import { conntrack } from "../../families/netfilter/conntrack.ts";
import { entries, sets } from "../../families/netfilter/ipset.ts";
import { save } from "../../families/netfilter/ipset_save.ts";
import * as nft from "../../families/netfilter/nftables/mod.ts";
import * as rdma from "../../families/rdma/mod.ts";
import { addresses } from "../../families/route/addresses.ts";
import { brief } from "../../families/route/brief.ts";
import { links } from "../../families/route/links.ts";
import { batch, open, watch } from "../../families/route/mod.ts";
import { neighbours } from "../../families/route/neighbours.ts";
import { addressLabels } from "../../families/route/address_labels.ts";
import { fdb } from "../../families/route/fdb.ts";
import { mdb } from "../../families/route/mdb.ts";
import { mst } from "../../families/route/mst.ts";
import { multicastAddresses } from "../../families/route/multicast_addresses.ts";
import { neighbourTables } from "../../families/route/neighbour_tables.ts";
import { netconf } from "../../families/route/netconf.ts";
import { nsids } from "../../families/route/nsids.ts";
import { nexthops } from "../../families/route/nexthops.ts";
import { owner } from "../../families/route/owner.ts";
import { routes } from "../../families/route/routes.ts";
import { rules } from "../../families/route/rules.ts";
import { classes, filters, qdiscs, rate } from "../../families/route/tc.ts";
import { stats } from "../../families/route/stats.ts";
import { vlans } from "../../families/route/vlans.ts";
import { udp } from "../../families/sock_diag/datagrams.ts";
import { tcp } from "../../families/sock_diag/tcp.ts";
import { unix } from "../../families/sock_diag/unix.ts";
import { uevents } from "../../families/uevent.ts";
import { policies, states } from "../../families/xfrm/mod.ts";

/** A command, and the function that does the same. */
type Command = readonly [command: string, here: () => unknown];

export const COMMANDS: readonly Command[] = [
  [
    "ip link add v0 type veth peer v1",
    () => links.add({ ifname: "v0", kind: "veth", data: { peer: { ifname: "v1" } } }),
  ],
  ["ip link add br0 type bridge", () => links.add({ ifname: "br0", kind: "bridge" })],
  ["ip link set v0 up mtu 1400", () => links.set("v0", { up: true, mtu: 1400 })],
  ["ip link set v1 up master br0", () => links.set("v1", { up: true, master: "br0" })],
  ["ip link set v1 nomaster", () => links.set("v1", { master: null })],
  ["ip -br link", () => links.list().map(brief)],
  ["ip -s link show v0", () => links.get("v0").stats64],
  ["ip addr add 10.0.0.1/24 dev v0", () => addresses.add({ dev: "v0", address: "10.0.0.1/24" })],
  ["ip -br addr show dev v0", () => addresses.list({ dev: "v0" }).map(brief)],
  ["ip addr show to 10.0.0.1", () => owner("10.0.0.1")?.dev],
  ["ip route", () => routes.list({ table: "main", family: "inet" }).map(brief)],
  ["ip route add 10.1.0.0/16 via 10.0.0.2", () => routes.add({ dst: "10.1.0.0/16", gateway: "10.0.0.2" })],
  [
    "ip route replace default via 10.0.0.3 metric 5",
    () => routes.replace({ dst: "default", gateway: "10.0.0.3", priority: 5 }),
  ],
  [
    "ip route add blackhole 10.2.0.0/16 table 100",
    () => routes.add({ dst: "10.2.0.0/16", type: "blackhole", table: 100 }),
  ],
  ["ip route get 10.1.2.3", () => routes.lookup("10.1.2.3")],
  ["ip route flush table 100", () => routes.flush({ table: 100 })],
  ["ip nexthop", () => nexthops.list()],
  ["ip nexthop add id 1 via 10.0.0.2 dev v0", () => nexthops.add({ id: 1, gateway: "10.0.0.2", dev: "v0" })],
  ["ip nexthop add id 10 group 1,3", () => nexthops.add({ id: 10, group: [{ id: 1, weight: 3 }] })],
  ["ip route add 10.9.0.0/16 nhid 10", () => routes.add({ dst: "10.9.0.0/16", nhId: 10 })],
  ["ip nexthop del id 10", () => nexthops.delete(10)],
  ["ip netconf show dev v0", () => netconf.list({ dev: "v0" })],
  ["ip ntable show name arp_cache", () => neighbourTables.list({ name: "arp_cache" })],
  [
    "ip ntable change name arp_cache dev v0 base_reachable 60000",
    () => neighbourTables.set({ name: "arp_cache", family: "inet", dev: "v0" }, { baseReachableTime: 60_000 }),
  ],
  ["ip maddr show dev v0", () => multicastAddresses.list({ dev: "v0" })],
  ["ip addrlabel", () => addressLabels.list()],
  [
    "ip addrlabel add prefix 2001:db8::/32 label 42",
    () => addressLabels.add({ address: "2001:db8::", prefixlen: 32, label: 42 }),
  ],
  ["ip netns list-id", () => nsids.list()],
  ["ip stats show dev v0 group link", () => stats.get({ dev: "v0", filterMask: ["link_64"] })],
  ["bridge fdb show br br0", () => fdb.list({ masterDev: "br0" })],
  [
    "bridge fdb add 02:00:00:00:00:09 dev br0 self",
    () => fdb.add({ dev: "br0", lladdr: "02:00:00:00:00:09", flags: ["self"] }),
  ],
  [
    "bridge fdb del 02:00:00:00:00:09 dev br0 self",
    () => fdb.delete({ dev: "br0", lladdr: "02:00:00:00:00:09", flags: ["self"] }),
  ],
  ["bridge mdb", () => mdb.list()],
  ["bridge mdb show dev br0", () => mdb.list({ dev: "br0" })],
  ["bridge mst show", () => mst.list()],
  ["bridge vlan show dev v0", () => vlans.list({ dev: "v0" })],
  ["ip rule", () => rules.list().map(brief)],
  [
    "ip rule add from 10.0.0.0/24 lookup 100 priority 90",
    () => rules.add({ src: "10.0.0.0/24", table: 100, priority: 90 }),
  ],
  ["ip rule del priority 90", () => rules.delete({ priority: 90 })],
  ["ip neigh", () => neighbours.list().map(brief)],
  [
    "ip neigh replace 10.0.0.9 lladdr 02:00:00:00:00:09 dev v0",
    () => neighbours.replace({ dev: "v0", dst: "10.0.0.9", lladdr: "02:00:00:00:00:09" }),
  ],
  ["ip neigh flush dev v0", () => neighbours.flush({ dev: "v0" })],
  [
    "tc qdisc replace dev v0 root handle 1: htb default 20",
    () => qdiscs.replace({ dev: "v0", parent: "root", handle: "1:", kind: "htb", options: { defcls: 0x20 } }),
  ],
  [
    "tc class add dev v0 parent 1: classid 1:20 htb rate 10mbit",
    () => classes.add({ dev: "v0", handle: "1:20", kind: "htb", options: { rate: rate("10mbit") } }),
  ],
  ["tc -s qdisc show dev v0", () => qdiscs.list({ dev: "v0" })],
  [
    "tc filter add dev v0 parent 1: u32 match u32 0 0 flowid 1:20",
    () => filters.add({ dev: "v0", parent: "1:", kind: "u32", options: { sel: { keys: [] }, classid: "1:20" } }),
  ],
  ["tc -s filter show dev v0", () => filters.list({ dev: "v0", parent: "root" })],
  ["tc filter del dev v0", () => filters.flush({ dev: "v0", parent: "root" })],
  ["tc class show dev v0", () => classes.list({ dev: "v0" })],
  ["tc qdisc del dev v0 root", () => qdiscs.delete({ dev: "v0", parent: "root" })],
  ["ip -batch FILE", () =>
    batch((b) => {
      for (const dst of ["10.3.0.0/16", "10.4.0.0/16"]) b.routes.add({ dst, dev: "v0" });
    })],
  ["ip monitor link route", () => watch("link", "route")],
  ["ip netns add blue", () => netns.add("blue")],
  ["ip link set v1 netns blue", () => links.set("v1", { netns: "blue" })],
  ["ip -n blue -br addr", () => open({ netns: "blue" }).addresses.list().map(brief)],
  ["ip netns del blue", () => netns.delete("blue")],
  ["ip addr flush dev v0", () => addresses.flush({ dev: "v0" })],
  ["ip link del br0", () => links.delete("br0")],
  ["ip mptcp endpoint show", () => endpoints.list()],
  ["ip mptcp limits show", () => limits()],
  ["ip macsec show", () => macsec.list()],
  ["ip tcp_metrics", () => metrics.list()],
  ["ss -tln", () => tcp.list({ state: "listen" })],
  ["ss -tlp", () => processesOf(tcp.list({ state: "listen" }).map(({ inode }) => inode))],
  ["ss -ti dst 10.0.0.0/8", () => tcp.list({ dst: "10.0.0.0/8", info: true })],
  ["ss -K dst 192.0.2.7 dport = 443", () => tcp.flush({ dst: "192.0.2.7", dstPort: 443 })],
  ["ss -ua", () => udp.list()],
  ["ss -xl", () => unix.list({ state: "listen" })],
  ["nft add table inet guard", () => nft.tables.add({ family: "inet", name: "guard" })],
  [
    "nft add chain inet guard in { type filter hook input priority 0; }",
    () => nft.chains.add({ family: "inet", table: "guard", name: "in", hook: "input", priority: 0 }),
  ],
  [
    "nft add rule inet guard in drop",
    () => nft.rules.add({ family: "inet", table: "guard", chain: "in", expr: [{ drop: null }] }),
  ],
  ["nft list ruleset", () => nft.ruleset.text()],
  ["nft -j list ruleset", () => nft.ruleset.json()],
  ["nft flush ruleset", () => nft.ruleset.flush({ all: true })],
  ["conntrack -L", () => conntrack.list()],
  ["conntrack -D -s 10.0.0.5", () => conntrack.flush({ orig: { src: "10.0.0.5" } })],
  ["conntrack -E -e NEW", () => conntrack.watch("new")],
  ["ipset create bad hash:ip timeout 600", () => sets.add({ name: "bad", type: "hash:ip", timeout: 600 })],
  ["ipset add bad 198.51.100.9", () => entries.add("bad", { ip: "198.51.100.9" })],
  ["ipset save", () => save()],
  ["ip xfrm state", () => states.list()],
  ["ip xfrm policy", () => policies.list()],
  ["auditctl -s", () => audit.status()],
  ["auditctl -l", () => audit.rules.list().map((rule) => audit.rules.text(rule))],
  ["auditctl -l -k passwd", () => audit.rules.list({ key: "passwd" })],
  ["ethtool v0", () => linkModes.get("v0").speed],
  ["ethtool -k v0", () => features.get("v0").active?.value],
  ["ethtool -K v0 tx-checksum-ip-generic off", () => features.switch("v0", { "tx-checksum-ip-generic": false })],
  ["ethtool -g eth0", () => rings.get("eth0")],
  ["ethtool -G eth0 rx 512", () => rings.set("eth0", { rx: 512 })],
  ["ethtool -l v0", () => channels.get("v0")],
  ["wg show wg0", () => wireguard.get("wg0").peers],
  ["wg set wg0 listen-port 51820", () => wireguard.set("wg0", { listenPort: 51820 })],
  ["iw dev wlan0 scan", () => wiphys.scan("wlan0")],
  ["genl ctrl list", () => families.list()],
  ["udevadm monitor --kernel", () => uevents.watch()],
  ["forkstat -e exec,exit", () => processes.watch("exec", "exit")],
  ["getdelays -p 1", () => tasks.get(1)],
  ["rdma dev", () => rdma.devices.list()],
  ["rdma link add rxe0 type rxe netdev v0", () => rdma.links.add({ name: "rxe0", kind: "rxe", dev: "v0" })],
  ["rdma resource show qp", () => rdma.resources.qps.list()],
  ["iscsiadm -m discovery -t st -p 127.0.0.1", () => iscsi.discover("127.0.0.1")],
  [
    "iscsiadm -m node -p 127.0.0.1 -T iqn.2026-01.example:a -l",
    () => iscsi.login({ portal: "127.0.0.1", target: "iqn.2026-01.example:a" }),
  ],
  ["iscsiadm -m session", () => iscsi.sessions()],
  ["iscsiadm -m session -r 3 -u", () => iscsi.logout(3)],
  ["cat /proc/crypto", () => algorithms.list()],
  ["sensors", () => thermal.zones()],
];

if ((import.meta as { main?: boolean }).main) {
  for (const [command, here] of COMMANDS) {
    let error: string | undefined;
    try {
      const result = await here();
      if (result !== null && typeof result === "object") {
        if (Symbol.asyncDispose in result) await (result as AsyncDisposable)[Symbol.asyncDispose]();
        else await (result as Partial<AsyncIterator<unknown>>).return?.();
      }
    } catch (thrown) {
      error = String((thrown as Error).message);
    }
    process.stdout.write(`${JSON.stringify({ command, error })}\n`);
  }
  process.exit();
}
