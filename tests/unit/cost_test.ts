/** Limits the modules and bytes of code that a script loads for each entry, so that growth is noticed and explained. */
import { assert, assertEquals } from "@std/assert";
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { test } from "../test.ts";

const root = new URL("../../", import.meta.url);

/**
 * The limits of the entries of `exports`: modules, and bytes of their code without comments, about a hundredth more than
 * they have. Raise a number with the reason in its commit.
 */
const LIMITS: Readonly<Record<string, readonly [modules: number, bytes: number]>> = {
  "mod.ts": [307, 2_686_000],
  "families/route/mod.ts": [76, 677_000],
  "families/route/addresses.ts": [29, 292_000],
  "families/route/brief.ts": [1, 5_000],
  "families/route/links.ts": [35, 396_000],
  "families/route/neighbours.ts": [31, 302_000],
  "families/route/nexthops.ts": [30, 304_000],
  "families/route/address_labels.ts": [27, 273_000],
  "families/route/advertisements.ts": [28, 279_000],
  "families/route/cache_reports.ts": [28, 274_000],
  "families/route/fdb.ts": [32, 302_000],
  "families/route/dcb.ts": [28, 289_000],
  "families/route/mdb.ts": [28, 285_000],
  "families/route/mst.ts": [36, 369_000],
  "families/route/multicast_addresses.ts": [28, 281_000],
  "families/route/neighbour_tables.ts": [27, 277_000],
  "families/route/netconf.ts": [27, 274_000],
  "families/route/nsids.ts": [29, 281_000],
  "families/route/stats.ts": [29, 289_000],
  "families/route/vlans.ts": [28, 286_000],
  "families/route/vnis.ts": [28, 279_000],
  "families/route/owner.ts": [31, 297_000],
  "families/route/routes.ts": [31, 325_000],
  "families/route/rules.ts": [29, 285_000],
  "families/route/tc.ts": [65, 551_000],
  "families/route/tc/actions.ts": [39, 347_000],
  "families/route/tc/chains.ts": [47, 403_000],
  "families/route/tc/classes.ts": [40, 377_000],
  "families/route/tc/filters.ts": [47, 416_000],
  "families/route/tc/qdiscs.ts": [38, 365_000],
  "families/route/tc/units.ts": [5, 36_000],
  "families/route/can_gateway.ts": [27, 278_000],
  "families/route/mctp.ts": [28, 278_000],
  "families/route/phonet.ts": [28, 276_000],
  "families/route/tables.ts": [66, 590_000],
  "families/sock_diag/mod.ts": [49, 402_000],
  "families/sock_diag/brief.ts": [1, 3_000],
  "families/sock_diag/datagrams.ts": [33, 326_000],
  "families/sock_diag/dccp.ts": [34, 337_000],
  "families/sock_diag/mptcp.ts": [33, 327_000],
  "families/sock_diag/netlink.ts": [29, 281_000],
  "families/sock_diag/packet.ts": [29, 282_000],
  "families/sock_diag/sctp.ts": [33, 329_000],
  "families/sock_diag/smc.ts": [31, 298_000],
  "families/sock_diag/tcp.ts": [33, 335_000],
  "families/sock_diag/tipc.ts": [29, 280_000],
  "families/sock_diag/unix.ts": [29, 280_000],
  "families/sock_diag/vsock.ts": [29, 279_000],
  "families/sock_diag/xdp.ts": [29, 280_000],
  "families/generic/mod.ts": [43, 396_000],
  "families/generic/controller.ts": [31, 303_000],
  "families/generic/ethtool.ts": [37, 367_000],
  "families/generic/macsec.ts": [31, 309_000],
  "families/generic/mptcp_pm.ts": [31, 310_000],
  "families/generic/netdev.ts": [31, 315_000],
  "families/generic/nl80211.ts": [36, 429_000],
  "families/generic/smc_pnetid.ts": [31, 300_000],
  "families/generic/taskstats.ts": [32, 310_000],
  "families/generic/tcp_metrics.ts": [31, 301_000],
  "families/generic/thermal.ts": [31, 307_000],
  "families/generic/wireguard.ts": [32, 308_000],
  "families/registry.ts": [292, 2_590_000],
  "families/netfilter/acct.ts": [28, 273_000],
  "families/netfilter/compat.ts": [26, 231_000],
  "families/netfilter/hooks.ts": [26, 234_000],
  "families/netfilter/osf.ts": [28, 275_000],
  "families/netfilter/ipset.ts": [32, 307_000],
  "families/netfilter/ipset_save.ts": [33, 323_000],
  "families/firewall.ts": [15, 155_000],
  "families/netfilter/conntrack.ts": [32, 307_000],
  "families/netfilter/nftables/statements.ts": [10, 139_000],
  "families/netfilter/nftables/mod.ts": [61, 746_000],
  "families/netfilter/nftables/tables.ts": [30, 298_000],
  "families/netfilter/nftables/text.ts": [18, 291_000],
  "families/netfilter/nftables/trace.ts": [22, 220_000],
  "families/netfilter/nftables/chains.ts": [32, 329_000],
  "families/netfilter/nftables/rules.ts": [41, 519_000],
  "families/netfilter/nftables/ruleset.ts": [55, 717_000],
  "families/netfilter/nftables/sets.ts": [36, 361_000],
  "families/netfilter/nftables/elements.ts": [38, 409_000],
  "families/netfilter/nftables/objects.ts": [35, 361_000],
  "families/netfilter/nftables/flowtables.ts": [33, 333_000],
  "families/netfilter/expectations.ts": [30, 279_000],
  "families/netfilter/helpers.ts": [29, 277_000],
  "families/netfilter/log.ts": [26, 227_000],
  "families/netfilter/packet.ts": [15, 158_000],
  "families/netfilter/queue.ts": [28, 244_000],
  "families/netfilter/timeouts.ts": [29, 279_000],
  "families/nflog.ts": [15, 155_000],
  "families/dnrtmsg.ts": [15, 152_000],
  "families/ecryptfs.ts": [15, 161_000],
  "families/iscsi/client.ts": [26, 243_000],
  "families/iscsi/login.ts": [20, 190_000],
  "families/iscsi/mod.ts": [35, 301_000],
  "families/iscsi/sysfs.ts": [9, 39_000],
  "families/iscsi/initiator.ts": [32, 292_000],
  "families/rdma/chardevs.ts": [31, 287_000],
  "families/rdma/devices.ts": [29, 278_000],
  "families/rdma/links.ts": [31, 287_000],
  "families/rdma/mod.ts": [42, 356_000],
  "families/rdma/resources.ts": [32, 298_000],
  "families/rdma/services.ts": [22, 206_000],
  "families/rdma/statistics.ts": [34, 313_000],
  "families/rdma/system.ts": [27, 266_000],
  "families/uevent.ts": [25, 245_000],
  "families/xfrm/mod.ts": [39, 366_000],
  "families/xfrm/policies.ts": [30, 306_000],
  "families/xfrm/states.ts": [30, 312_000],
  "families/usersock.ts": [20, 192_000],
  "families/audit/accounts.ts": [7, 35_000],
  "families/audit/daemon.ts": [34, 256_000],
  "families/audit/event.ts": [25, 213_000],
  "families/audit/interpret.ts": [28, 232_000],
  "families/audit/mod.ts": [49, 367_000],
  "families/audit/record.ts": [15, 162_000],
  "families/audit/rules.ts": [35, 298_000],
  "families/audit/status.ts": [26, 242_000],
  "families/audit/syscalls.ts": [9, 50_000],
  "families/audit/watch.ts": [31, 252_000],
  "families/connector/mod.ts": [29, 235_000],
  "families/connector/processes.ts": [22, 204_000],
  "families/connector/w1.ts": [10, 126_000],
  "families/fib_lookup.ts": [20, 192_000],
  "families/selinux.ts": [20, 190_000],
  "families/scsi_transport.ts": [27, 255_000],
  "families/crypto.ts": [26, 278_000],
  "families/smc.ts": [37, 351_000],
  "core/capture.ts": [16, 164_000],
  "core/codec/mod.ts": [9, 120_000],
  "core/dry_run.ts": [18, 173_000],
  "core/netns.ts": [15, 152_000],
  "core/errors.ts": [3, 26_000],
  "core/prefix.ts": [10, 125_000],
  "core/processes.ts": [9, 47_000],
  "core/units.ts": [4, 28_000],
  "core/printable.ts": [10, 121_000],
  "core/show.ts": [12, 137_000],
  "core/scripted.ts": [4, 31_000],
  "core/pcap.ts": [18, 188_000],
  "core/replay.ts": [21, 207_000],
};

/**
 * Returns the files that a module's code loads at once, without types and without the modules that `import()` loads
 * later.
 */
function imports(file: string, code: string): string[] {
  const statements =
    /^\s*(?:import|export)\s+(?!type\b)(?:\*(?:\s+as\s+\w+)?\s+from\s*|\{([^}]*)\}\s*from\s*)?"(\.[^"]+)"/gm;
  return [...code.matchAll(statements)]
    .filter(([, names]) => names === undefined || names.split(",").some((name) => !/^\s*(type\b|$)/.test(name)))
    .map(([, , target]) => new URL(target!, `file:///${file}`).pathname.slice(1));
}

/** Returns all modules that importing `file` loads, each with its bytes of code. */
function behind(file: string, found: Map<string, number> = new Map()): Map<string, number> {
  if (found.has(file)) return found;
  const code = readFileSync(new URL(file, root), "utf8").replace(/\/\*[^]*?\*\/|^\s*\/\/.*$/gm, "");
  found.set(file, code.length);
  for (const next of imports(file, code)) behind(next, found);
  return found;
}

test("cost: the entries with a limit are those of exports", () => {
  const { exports } = JSON.parse(readFileSync(new URL("deno.json", root), "utf8"));
  const entries = Object.values<string>(exports).map((path) => path.slice(2));
  assertEquals(Object.keys(LIMITS).sort(), entries.sort());
});

for (const [file, [modules, bytes]] of Object.entries(LIMITS)) {
  test(`cost: ${file} loads at most ${modules} modules, ${bytes} bytes of code`, () => {
    const found = behind(file), sum = [...found.values()].reduce((sum, bytes) => sum + bytes, 0);
    assert(
      found.size <= modules && sum <= bytes,
      `${found.size} modules, ${sum} bytes:\n${[...found.keys()].join("\n")}`,
    );
  });
}

test("cost: links load no captures, dry runs, printing, loop of watches, or other objects", () => {
  const found = behind("families/route/links.ts");
  const others = ["capture", "dry_run", "show", "datagram", "printer", "follow", "event_names", "stream"].map((name) =>
    `core/${name}.ts`
  );
  others.push(...["address", "route", "neighbour", "rule", "encap"].map((name) => `families/route/${name}.ts`));
  assertEquals(others.filter((file) => found.has(file)), []);
});

test("cost: type imports are distinguished from other imports", () => {
  const code =
    'import { a, type B } from "./a.ts";\nimport type { C } from "./c.ts";\nimport { type D } from "./d.ts";\n' +
    'import "./e.ts";\nexport * from "./f.ts";\nexport type * from "./g.ts";\nexport { type H, h } from "./h.ts";\n' +
    'const later = () => import("./later.ts");\n';
  assertEquals(imports("x/mod.ts", code), ["a", "e", "f", "h"].map((name) => `x/${name}.ts`));
});

test("cost: an option whose module is not loaded names the import that it needs", () => {
  const flags = process.versions["deno"] === undefined ? [] : ["run", "-A", "--no-lock", "--no-check"];
  const child = fileURLToPath(new URL("core/lean_child.ts", import.meta.url));
  const { stdout } = spawnSync(process.execPath, [...flags, child], { encoding: "utf8" });
  assertEquals(stdout.trim().split("\n"), [
    'Cannot open a NETLINK_LAMPS socket: capture needs import "@linux/netlink/core/capture.ts" in the script',
    'Cannot open a NETLINK_LAMPS socket: dryRun needs import "@linux/netlink/core/dry_run.ts" in the script',
  ]);
});
