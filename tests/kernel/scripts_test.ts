/** The scripts that the library is made for, each run as written, in a namespace prepared for it. */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { serves } from "../../core/open.ts";
import { has, kernelTest, root } from "./namespace.ts";

const NEEDS = ["ip", "unshare", "mount"];
/** Permissions for Deno, which needs them. */
const ARGS: readonly string[] = "Deno" in globalThis
  ? ["run", "--no-lock", "--allow-ffi"]
  : process.versions["bun"] === undefined
  ? ["--disable-warning=ExperimentalWarning"]
  : [];

/**
 * Starts a script after `setup` was run: in a network namespace of its own, with its own names of namespaces, and in an
 * empty folder.
 */
function start(
  number: string,
  setup: readonly string[],
  after: readonly string[] = [],
  permissions: readonly string[] = [],
): ChildProcess {
  const script = fileURLToPath(new URL(`../scripts/${number}.ts`, import.meta.url));
  const command = [
    "mkdir -p /run/netns",
    "mount -t tmpfs none /run/netns",
    "ip link set lo up",
    "cd /run/netns",
    ...setup,
    // A script that is stopped leaves no shell that waits for it.
    `${after.length === 0 ? "exec " : ""}"$0" "$@"`,
    ...after,
  ];
  const args = [...ARGS, ...("Deno" in globalThis ? permissions : []), script];
  return spawn("unshare", ["-n", "-m", "sh", "-e", "-c", command.join("\n"), process.execPath, ...args], {
    stdio: ["ignore", "pipe", "pipe"],
  });
}

/** Returns the whole output of a started script, which must succeed. */
async function finish(child: ChildProcess): Promise<string> {
  let out = "", errors = "";
  child.stdout!.setEncoding("utf8").on("data", (text: string) => out += text);
  child.stderr!.setEncoding("utf8").on("data", (text: string) => errors += text);
  const status = await new Promise((resolve) => child.on("close", resolve));
  assertEquals(status, 0, errors);
  return out;
}

const script = (
  number: string,
  setup: readonly string[] = [],
  after: readonly string[] = [],
  permissions: readonly string[] = [],
): Promise<string> => finish(start(number, setup, after, permissions));

const ETH0 = [
  "ip link add eth0 type veth peer name eth1",
  "ip link set eth1 up",
  "ip link set eth0 up",
  "ip address add 192.0.2.2/24 dev eth0",
];

kernelTest("script 1: ip -br link", NEEDS, async () => {
  const lines = (await script("01", ETH0)).split("\n");
  assert(lines.some((line) => /^lo (up|unknown) 00:00:00:00:00:00 \d+$/.test(line)), lines.join("\n"));
  assert(lines.some((line) => /^eth0 up ([0-9a-f]{2}:){5}[0-9a-f]{2} \d+$/.test(line)), lines.join("\n"));
});

kernelTest("script 2: the default route", NEEDS, async () => {
  assertEquals(await script("02", [...ETH0, "ip route add default via 192.0.2.1"]), "eth0 undefined 192.0.2.2\n");
});

kernelTest("script 3: my addresses", NEEDS, async () => {
  assertStringIncludes(await script("03", [...ETH0, "ip address add 198.51.100.7/24 dev eth1"]), "192.0.2.2");
});

kernelTest("script 4: the neighbours on a link", NEEDS, async () => {
  const setup = [
    "ip link add br0 type bridge",
    "ip link set br0 up",
    "ip neighbour add 192.0.2.9 lladdr 02:00:00:00:00:09 dev br0 nud reachable",
    "ip neighbour add 192.0.2.8 lladdr 02:00:00:00:00:08 dev br0 nud permanent",
  ];
  const out = await script("04", setup);
  assertStringIncludes(out, "192.0.2.9");
  assertEquals(out.includes("192.0.2.8"), false);
});

kernelTest("script 6: the protocols that this kernel serves", NEEDS, async () => {
  const lines = (await script("06")).split("\n"),
    row = (name: string) => lines.find((line) => line.includes(name)) ?? "";
  assert(/active.*true/.test(row("NETLINK_ROUTE")), lines.join("\n"));
  assert(/removed.*false/.test(row("NETLINK_FIREWALL")), lines.join("\n"));
});

const CRYPTO = serves(21) ? [] : ["a kernel with CONFIG_CRYPTO_USER"];

kernelTest("script 7: /proc/crypto, typed", [...NEEDS, ...CRYPTO], async () => {
  const out = await script("07"), listed = /^type +: aead$/m.test(readFileSync("/proc/crypto", "utf8"));
  assertEquals(/type: ["']aead["']/.test(out), listed, out);
});

kernelTest("script 11: a veth pair into a new namespace", [...NEEDS, "ping"], async () => {
  const out = await script("11", [], ["ping -c 1 -W 5 10.9.0.2"]);
  assertStringIncludes(out, "1 received");
});

/** True if the kernel's bridges support VLANs. */
const VLANS = root && has("unshare") &&
  spawnSync("unshare", ["-n", "ip", "link", "add", "br0", "type", "bridge", "vlan_filtering", "1"]).status === 0;

kernelTest(
  `script 12: a bridge with ports${VLANS ? "" : " (refused: this kernel's bridges know no VLANs)"}`,
  NEEDS,
  async () => {
    const setup = ["ip link add v0 type veth peer name v1", "ip link add v2 type veth peer name v3"];
    if (!VLANS) {
      // Then the script cannot succeed either.
      const { stderr } = start("12", setup);
      let errors = "";
      for await (const text of stderr!.setEncoding("utf8")) errors += text;
      assertStringIncludes(errors, "Cannot add link br0: EOPNOTSUPP");
      assertStringIncludes(errors, "CONFIG_BRIDGE_VLAN_FILTERING");
      return;
    }
    const ports = JSON.parse(await script("12", setup, ["ip -j link show master br0"]));
    assertEquals(ports.map(({ ifname }: { ifname: string }) => ifname), ["v0"]);
    const [bridge] = JSON.parse(await script("12", setup, ["ip -j -d link show br0"]));
    assertEquals(bridge.linkinfo.info_data.vlan_filtering, 1);
  },
);

kernelTest("script 13: kinds", NEEDS, async () => {
  const out = await script("13", ETH0, ["ip -j -d link show vx7"]);
  const [vxlan] = JSON.parse(out.slice(out.indexOf("[{")));
  const { id, group, link, port } = vxlan.linkinfo.info_data;
  assertEquals({ id, group, link, port }, { id: 7, group: "239.1.1.7", link: "eth0", port: 4789 });
});

kernelTest("script 15: routes and rules", NEEDS, async () => {
  const setup = [
    "ip link add v0 type veth peer name v1",
    "ip link set v1 up",
    "ip link set v0 up",
    "ip address add 10.9.0.1/24 dev v0",
    "ip route add blackhole 10.77.0.0/16 table 100",
  ];
  const shows = ["ip -j route", "ip -j rule", "ip -j route show table 100"];
  const [routes, rules, table] = (await script("15", setup, shows)).trim().split("\n").map((line) => JSON.parse(line));
  const of = (dst: string): { gateway?: string; nexthops?: unknown[]; metrics?: unknown[] } =>
    routes.find((route: { dst: string }) => route.dst === dst);
  assertEquals(of("203.0.113.0/24").nexthops?.length, 2);
  assertEquals(of("default").gateway, "10.9.0.2");
  assertEquals(of("default").metrics, [{ mtu: 1400 }]);
  assert(rules.some((rule: { priority: number; table: string }) => rule.priority === 90 && rule.table === "100"));
  assertEquals(table, []);
});

kernelTest("script 16: 100,000 at once", NEEDS, async () => {
  assertEquals(await script("16", [], ["ip route show type blackhole | wc -l"]), "100000\n");
});

kernelTest("script 17: a firewall, all or nothing", [...NEEDS, "nft"], async () => {
  const out = await script("17", [], ["nft list ruleset"]);
  assertMatch(out, /type filter hook input priority filter; policy accept;/);
  assertMatch(out, /tcp dport 22 ct state new counter packets 0 bytes 0 drop/);
});

kernelTest("script 18: a set of addresses", [...NEEDS, "ipset"], async () => {
  assertMatch(await script("18", [], ["ipset list bad"]), /\n198\.51\.100\.9 timeout (600|59\d)\n/);
});

kernelTest("script 21: ip monitor, without gaps", NEEDS, async () => {
  // The script runs until it is stopped: once it has printed that it is synchronized, and a change.
  const child = start("21", ETH0);
  let out = "";
  await new Promise<void>((resolve) => {
    child.stdout!.setEncoding("utf8").on("data", (text: string) => {
      out += text;
      if (/event: ["']synced["']/.test(out)) resolve();
    });
    child.on("close", () => resolve());
  });
  child.kill("SIGKILL");
  assertStringIncludes(out, "eth0");
  assert(/event: ["']synced["']/.test(out), out);
});

kernelTest("script 22: wait, don't poll", NEEDS, async () => {
  assertEquals(await script("22", ETH0), "eth0 up\n");
});

/** Returns the output of a script that does not end, up to `end`. */
async function upTo(end: RegExp, child: ChildProcess): Promise<string> {
  let out = "";
  for await (const text of child.stdout!.setEncoding("utf8")) {
    out += text;
    if (end.test(out)) break;
  }
  child.kill("SIGKILL");
  return out;
}

kernelTest("script 25: flows begin and end", [...NEEDS, "conntrack"], async () => {
  const flow = "-s 10.0.0.5 -d 10.0.0.6 -p tcp --sport 1 --dport 2";
  // The script may not listen yet when the first flow begins.
  const flows = [
    `conntrack -I ${flow} --state ESTABLISHED -u ASSURED -t 100`,
    "sysctl -q -w net.netfilter.nf_conntrack_acct=1",
    `conntrack -D ${flow}`,
  ].map((command) => `${command} > /dev/null 2>&1`);
  const out = await upTo(
    /\{[^{]*packets.*[^]*\n/,
    start("25", [`(while kill -0 $$; do ${flows.join("; ")}; done) &`]),
  );
  assertMatch(out, /src: ["']10\.0\.0\.5["'][^]*\{\s+packets: 0,\s+bytes: 0,?\s+\}/);
});

kernelTest("script 26: a verdict in TypeScript", [...NEEDS, "iptables", "ping"], async () => {
  const setup = ["iptables -A INPUT -p icmp -j NFQUEUE --queue-num 0"];
  // The queue is there, and answers, once a ping succeeds.
  const pings = "(until ping -c 1 -W 1 127.0.0.1 > /dev/null; do kill -0 $$ || exit; done; echo answered) &";
  const out = await upTo(/answered/, start("26", [...setup, pings]));
  assertEquals(out, "answered\n");
});

kernelTest("script 30: a capture, and a dry run", NEEDS, async () => {
  const after = ["od -A n -t x1 -N 4 talk.pcap"], permissions = ["--allow-write=talk.pcap", "--allow-read=talk.pcap"];
  const out = await script("30", [], after, permissions);
  assertMatch(
    out,
    /^RTM_NEWLINK request\|ack\|echo\|excl\|create seq 1, 56 bytes\n {4}0 {2}38000000 10000d06 01000000 /,
  );
  assertMatch(out, /\n +32 {2}07000300 643000 +ifname +"d0"\n/);
  assertMatch(out, /\n +44 {2}0a000100 64756d6d 7900 +kind +"dummy"\n d4 c3 b2 a1\n$/);
});

const FIREWALL = [
  "nft add table inet guard",
  "nft 'add chain inet guard in { type filter hook input priority 0; policy drop; }'",
  "nft 'add rule inet guard in iif lo ip saddr { 10.0.0.0/8, 192.0.2.1 } tcp dport 22 ct state new counter accept'",
];

kernelTest("script 31: rules as nft lists them", [...NEEDS, "nft"], async () => {
  const out = await script("31", FIREWALL, ["nft -a list chain inet guard in"]);
  const [, text, handle] = /\n\t\t(iif .*) # handle (\d+)/.exec(out)!;
  assertEquals(out.slice(0, out.indexOf("\n")), `in ${handle}n ${text}`);
});

kernelTest("script 32: a saved ruleset is loaded", [...NEEDS, "nft"], async () => {
  const setup = [...FIREWALL, "nft -j list ruleset > saved.json", "nft list ruleset", "echo ---", "nft flush ruleset"];
  const [before, after] = (await script("32", setup, ["nft list ruleset"], ["--allow-read=saved.json"])).split("---\n");
  assertEquals(after, before);
});

kernelTest("scripts 33 and 34: 100,000 addresses swapped, and a port for ten minutes", [...NEEDS, "nft"], async () => {
  const setup = [
    "nft add table inet guard",
    "nft 'add set inet guard bad { type ipv4_addr; }'",
    "nft add element inet guard bad { 10.0.0.1 }",
    "nft 'add set inet guard open { type inet_service; flags timeout; }'",
  ];
  const shows = [
    "nft list set inet guard bad | tr , '\\n' > all",
    "grep -c 192 all",
    "grep -c 10.0.0.1 all || true",
    "nft list set inet guard open",
  ];
  const [all, old, ...open] = (await script("33", setup, shows)).split("\n");
  assertEquals([all, old], ["100000", "0"]);
  assertMatch(open.join(" "), /elements = \{ 8080 timeout 10m/);
});

kernelTest("script 36: flows of a host end", [...NEEDS, "conntrack"], async () => {
  const flow = (src: string): string =>
    `conntrack -I -s ${src} -d 10.0.0.6 -p tcp --sport 1 --dport 2 --state ESTABLISHED -u ASSURED -t 100 2> /dev/null`;
  const out = await script("36", [flow("10.0.0.5"), flow("10.0.0.7")]);
  assertStringIncludes(out, "1 flows ended");
  assertStringIncludes(out, "10.0.0.7");
  assertEquals(out.includes("10.0.0.5"), false);
});

kernelTest("script 38: entries typed by the set's type", [...NEEDS, "ipset"], async () => {
  const out = await script("38", ["ipset create web hash:net,port timeout 0"], ["ipset list web"]);
  assertMatch(out, /\n192\.0\.2\.0\/24,tcp:443 timeout (60|5\d)\n/);
});

kernelTest("script 39: packets that need a state", [...NEEDS, "ping"], async () => {
  const setup = [...ETH0, "ip address add 10.9.0.1/24 dev eth0", "ip route add 10.8.0.0/24 dev eth0"];
  // A packet whose state is waited for is told once.
  const pings = "ping -c 1 -W 1 -I 10.9.0.1 10.8.0.7 || ip xfrm state flush";
  const out = await upTo(
    /10\.8\.0\.7[^]*}/,
    start("39", [...setup, `(while kill -0 $$; do ${pings}; done > /dev/null 2>&1) &`]),
  );
  assertMatch(out, /^acquire \{[^]*src: ["']10\.9\.0\.1\/32["'],\s+dst: ["']10\.8\.0\.7\/32["']/);
});
