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
  "mod.ts": [306, 2_648_000],
  "families/route/mod.ts": [75, 659_000],
  "families/route/addresses.ts": [29, 286_000],
  "families/route/brief.ts": [1, 5_000],
  "families/route/links.ts": [35, 390_000],
  "families/route/neighbours.ts": [30, 296_000],
  "families/route/nexthops.ts": [30, 299_000],
  "families/route/address_labels.ts": [27, 268_000],
  "families/route/advertisements.ts": [28, 274_000],
  "families/route/cache_reports.ts": [28, 269_000],
  "families/route/fdb.ts": [31, 296_000],
  "families/route/dcb.ts": [28, 284_000],
  "families/route/mdb.ts": [28, 280_000],
  "families/route/multicast_addresses.ts": [28, 276_000],
  "families/route/neighbour_tables.ts": [27, 272_000],
  "families/route/netconf.ts": [27, 269_000],
  "families/route/nsids.ts": [29, 277_000],
  "families/route/stats.ts": [29, 284_000],
  "families/route/vlans.ts": [28, 280_000],
  "families/route/vnis.ts": [28, 273_000],
  "families/route/owner.ts": [31, 291_000],
  "families/route/routes.ts": [31, 319_000],
  "families/route/rules.ts": [29, 280_000],
  "families/route/tc.ts": [65, 542_000],
  "families/route/tc/actions.ts": [39, 341_000],
  "families/route/tc/chains.ts": [47, 397_000],
  "families/route/tc/classes.ts": [40, 370_000],
  "families/route/tc/filters.ts": [47, 409_000],
  "families/route/tc/qdiscs.ts": [38, 358_000],
  "families/route/tc/units.ts": [5, 34_000],
  "families/route/can_gateway.ts": [27, 274_000],
  "families/route/mctp.ts": [28, 273_000],
  "families/route/phonet.ts": [28, 271_000],
  "families/route/tables.ts": [65, 575_000],
  "families/sock_diag/mod.ts": [49, 397_000],
  "families/sock_diag/brief.ts": [1, 3_000],
  "families/sock_diag/datagrams.ts": [33, 321_000],
  "families/sock_diag/dccp.ts": [34, 332_000],
  "families/sock_diag/mptcp.ts": [33, 322_000],
  "families/sock_diag/netlink.ts": [29, 276_000],
  "families/sock_diag/packet.ts": [29, 277_000],
  "families/sock_diag/sctp.ts": [33, 325_000],
  "families/sock_diag/smc.ts": [31, 293_000],
  "families/sock_diag/tcp.ts": [33, 331_000],
  "families/sock_diag/tipc.ts": [29, 275_000],
  "families/sock_diag/unix.ts": [29, 276_000],
  "families/sock_diag/vsock.ts": [29, 274_000],
  "families/sock_diag/xdp.ts": [29, 276_000],
  "families/generic/mod.ts": [43, 392_000],
  "families/generic/controller.ts": [31, 299_000],
  "families/generic/ethtool.ts": [37, 363_000],
  "families/generic/macsec.ts": [31, 305_000],
  "families/generic/mptcp_pm.ts": [31, 306_000],
  "families/generic/netdev.ts": [31, 311_000],
  "families/generic/nl80211.ts": [36, 424_000],
  "families/generic/smc_pnetid.ts": [31, 296_000],
  "families/generic/taskstats.ts": [32, 306_000],
  "families/generic/tcp_metrics.ts": [31, 297_000],
  "families/generic/thermal.ts": [31, 302_000],
  "families/generic/wireguard.ts": [32, 304_000],
  "families/registry.ts": [291, 2_553_000],
  "families/netfilter/acct.ts": [28, 268_000],
  "families/netfilter/compat.ts": [26, 226_000],
  "families/netfilter/hooks.ts": [26, 229_000],
  "families/netfilter/osf.ts": [28, 269_000],
  "families/netfilter/ipset.ts": [32, 302_000],
  "families/netfilter/ipset_save.ts": [33, 318_000],
  "families/firewall.ts": [15, 152_000],
  "families/netfilter/conntrack.ts": [32, 300_000],
  "families/netfilter/nftables/statements.ts": [10, 136_000],
  "families/netfilter/nftables/mod.ts": [61, 731_000],
  "families/netfilter/nftables/tables.ts": [30, 289_000],
  "families/netfilter/nftables/text.ts": [18, 284_000],
  "families/netfilter/nftables/trace.ts": [22, 216_000],
  "families/netfilter/nftables/chains.ts": [32, 320_000],
  "families/netfilter/nftables/rules.ts": [41, 504_000],
  "families/netfilter/nftables/ruleset.ts": [55, 702_000],
  "families/netfilter/nftables/sets.ts": [36, 351_000],
  "families/netfilter/nftables/elements.ts": [38, 394_000],
  "families/netfilter/nftables/objects.ts": [35, 352_000],
  "families/netfilter/nftables/flowtables.ts": [33, 324_000],
  "families/netfilter/expectations.ts": [30, 273_000],
  "families/netfilter/helpers.ts": [29, 272_000],
  "families/netfilter/log.ts": [26, 222_000],
  "families/netfilter/packet.ts": [15, 153_000],
  "families/netfilter/queue.ts": [28, 236_000],
  "families/netfilter/timeouts.ts": [29, 273_000],
  "families/nflog.ts": [15, 152_000],
  "families/dnrtmsg.ts": [15, 149_000],
  "families/ecryptfs.ts": [15, 158_000],
  "families/iscsi/client.ts": [26, 240_000],
  "families/iscsi/login.ts": [19, 176_000],
  "families/iscsi/mod.ts": [35, 296_000],
  "families/iscsi/sysfs.ts": [9, 38_000],
  "families/iscsi/initiator.ts": [32, 287_000],
  "families/rdma/chardevs.ts": [31, 282_000],
  "families/rdma/devices.ts": [29, 273_000],
  "families/rdma/links.ts": [31, 282_000],
  "families/rdma/mod.ts": [42, 351_000],
  "families/rdma/resources.ts": [32, 293_000],
  "families/rdma/services.ts": [22, 202_000],
  "families/rdma/statistics.ts": [34, 308_000],
  "families/rdma/system.ts": [27, 261_000],
  "families/uevent.ts": [25, 240_000],
  "families/xfrm/mod.ts": [39, 362_000],
  "families/xfrm/policies.ts": [30, 301_000],
  "families/xfrm/states.ts": [30, 307_000],
  "families/usersock.ts": [20, 188_000],
  "families/audit/accounts.ts": [7, 34_000],
  "families/audit/daemon.ts": [34, 253_000],
  "families/audit/event.ts": [25, 210_000],
  "families/audit/interpret.ts": [28, 228_000],
  "families/audit/mod.ts": [49, 362_000],
  "families/audit/record.ts": [15, 158_000],
  "families/audit/rules.ts": [35, 293_000],
  "families/audit/status.ts": [26, 238_000],
  "families/audit/syscalls.ts": [9, 49_000],
  "families/audit/watch.ts": [31, 248_000],
  "families/connector/mod.ts": [29, 231_000],
  "families/connector/processes.ts": [22, 200_000],
  "families/connector/w1.ts": [10, 123_000],
  "families/fib_lookup.ts": [20, 188_000],
  "families/selinux.ts": [20, 186_000],
  "families/scsi_transport.ts": [27, 250_000],
  "families/crypto.ts": [26, 273_000],
  "families/smc.ts": [37, 347_000],
  "core/capture.ts": [16, 161_000],
  "core/codec/mod.ts": [9, 117_000],
  "core/dry_run.ts": [18, 170_000],
  "core/netns.ts": [15, 149_000],
  "core/errors.ts": [3, 25_000],
  "core/prefix.ts": [10, 122_000],
  "core/processes.ts": [9, 46_000],
  "core/units.ts": [5, 34_000],
  "core/printable.ts": [10, 118_000],
  "core/show.ts": [12, 134_000],
  "core/scripted.ts": [4, 30_000],
  "core/pcap.ts": [18, 184_000],
  "core/replay.ts": [21, 203_000],
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
