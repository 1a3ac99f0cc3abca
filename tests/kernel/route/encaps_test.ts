/**
 * Routes with every kind of encapsulation that this kernel has: made by iproute2, they equal ours, key by key of `ip -j
 * -d`; made again by the library from that, they equal iproute2's; then they are changed and deleted.
 *
 * Never with options of tunnels: Linux 6.18 can stop at a BUG on these.
 */
import { assert, assertEquals, assertNotEquals } from "@std/assert";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Route, RouteInput, RouteToAdd } from "../../../families/route/mod.ts";
import { skip } from "../../test.ts";
import { before, inNamespace, kernelTest, load, type Namespace, run, wire } from "../namespace.ts";
import { ROUTE as MODULE, runIn } from "./child.ts";
import { differences, ROUTE } from "./words.ts";

type Json = Record<string, unknown>;

/** Arguments of ip after the destination; our change of the route; the first kernel version that has it, if recent. */
type Trial = readonly [
  make: string,
  change?: RouteInput["encap"],
  since?: readonly [version: number, patchlevel: number],
];

const SEGMENTS = "2001:db8::a,2001:db8::b";

/** By kind; `-4` at the start means IPv4. */
const TRIALS: Readonly<Record<string, readonly Trial[]>> = {
  mpls: [
    ["-4 encap mpls 100/200 ttl 9 via 192.0.2.9 dev v0", { dst: "300", ttl: 7 }],
    ["encap mpls 17 via 2001:db8::9 dev v0", { dst: "17/18" }],
    ["-4 nexthop encap mpls 100 via 192.0.2.9 dev v0 nexthop encap mpls 200 via 192.0.2.8 dev v0"],
  ],
  ip: [
    ["-4 encap ip id 42 dst 192.0.2.9 src 192.0.2.1 ttl 9 tos 4 key csum via 192.0.2.9 dev v0", {
      id: 7n,
      dst: "192.0.2.8",
    }],
    ["encap ip id 45 dst 192.0.2.9 via 2001:db8::9 dev v0"],
    ["-4 nexthop encap ip id 1 dst 192.0.2.77 via 192.0.2.9 dev v0 nexthop encap ip id 2 dst 192.0.2.78 via 192.0.2.8 dev v0"],
  ],
  ip6: [
    ["-4 encap ip6 id 43 dst 2001:db8::9 src 2001:db8::1 hoplimit 9 tc 4 seq via 192.0.2.9 dev v0", {
      id: 7n,
      dst: "2001:db8::8",
      flags: ["csum"],
    }],
    ["encap ip6 id 44 dst 2001:db8::9 via 2001:db8::9 dev v0"],
  ],
  ila: [
    ["encap ila 2001:db8:16:5 csum-mode no-action ident-type luid via 2001:db8::9 dev v0", {
      locator: "2001:db8:16:6",
      csumMode: "neutral_map_auto",
      identType: "luid",
    }],
    ["encap ila 2001:db8:16:5 csum-mode neutral-map-auto ident-type luid hook-type input via 2001:db8::9 dev v0"],
  ],
  seg6: [
    [`encap seg6 mode encap segs ${SEGMENTS} via 2001:db8::9 dev v0`, {
      srh: { mode: "inline", segments: ["2001:db8::c"] },
    }],
    [`encap seg6 mode inline segs ${SEGMENTS} via 2001:db8::9 dev v0`],
    ["encap seg6 mode l2encap segs 2001:db8::a dev v0"],
    ["encap seg6 mode encap.red segs 2001:db8::a dev v0"],
    ["encap seg6 mode l2encap.red segs 2001:db8::a dev v0"],
    ["encap seg6 mode encap segs 2001:db8::a tunsrc 2001:db8::1 dev v0"],
    [`-4 encap seg6 mode encap segs ${SEGMENTS} dev v0`],
  ],
  seg6local: [
    ["encap seg6local action End dev v0", { action: "end_x", nh6: "2001:db8::2" }],
    ["encap seg6local action End flavors psp dev v0"],
    ["encap seg6local action End flavors next-csid lblen 24 nflen 8 dev v0"],
    ["encap seg6local action End count dev v0"],
    ["encap seg6local action End.X nh6 2001:db8::2 dev v0"],
    ["encap seg6local action End.X nh6 2001:db8::2 oif v0 dev v0", undefined, [6, 17]],
    ["encap seg6local action End.T table 100 dev v0", { action: "end_t", table: 200 }],
    ["encap seg6local action End.DX2 oif v0 dev v0"],
    ["encap seg6local action End.DX6 nh6 2001:db8::2 dev v0"],
    ["encap seg6local action End.DX4 nh4 192.0.2.2 dev v0"],
    ["encap seg6local action End.DT6 table 100 dev v0"],
    ["encap seg6local action End.DT4 vrftable 77 dev v0"],
    ["encap seg6local action End.DT6 vrftable 77 dev v0"],
    ["encap seg6local action End.DT46 vrftable 77 dev v0"],
    [`encap seg6local action End.B6 srh segs ${SEGMENTS} dev v0`],
    ["encap seg6local action End.B6.Encaps srh segs 2001:db8::a dev v0"],
  ],
  rpl: [[`encap rpl segs ${SEGMENTS} dev v0`, { srh: { segments: ["2001:db8::c"] } }]],
  ioam6: [
    ["encap ioam6 mode inline trace prealloc type 0x800000 ns 1 size 12 dev v0", {
      mode: "encap",
      dst: "2001:db8::9",
      trace: { namespaceId: 2, type: 0xc00000, remlen: 4 },
    }],
    ["encap ioam6 freq 2/5 mode encap tundst 2001:db8::9 trace prealloc type 0xc00000 ns 2 size 8 dev v0"],
    [
      "encap ioam6 mode encap tunsrc 2001:db8::1 tundst 2001:db8::9 trace prealloc type 0x800000 ns 1 size 12 dev v0",
    ],
    ["encap ioam6 mode auto tundst 2001:db8::9 trace prealloc type 0x800000 ns 1 size 12 dev v0"],
  ],
  xfrm: [
    // iproute2 6.1 loses a `dev` after it.
    ["dev x0 encap xfrm if_id 7", { ifId: 8 }],
    ["-4 dev x0 encap xfrm if_id 7 link_dev v0"],
  ],
};

/** Modules without an alias by which the kernel would load them. */
const LOADED: Readonly<Record<string, string>> = { mpls: "mpls_router", ila: "ila", xfrm: "xfrm_interface" };

const NET = "2001:db8:ffff:1:2:3:4:5", NET4 = "10.1.0.0/16";

/** Returns the route as ip lists it and as the library does. */
function both(ns: Namespace, dst: string): { theirs: Json; ours: Route } {
  const four = dst === NET4, all = ns.route.routes.list({ family: four ? "inet" : "inet6" });
  const shown = run("ip", ["-n", ns.name, four ? "-4" : "-6", "-j", "-d", "route", "show", "exact", dst]);
  return { theirs: JSON.parse(shown || "[]")[0], ours: all.find((one) => one.dst.replace(/\/128$/, "") === dst)! };
}

function assertSame(ns: Namespace, dst: string, what: string): { theirs: Json; ours: Route } {
  const { theirs, ours } = both(ns, dst);
  assert(theirs !== undefined && ours !== undefined, `${what}: no such route`);
  const links = new Map(ns.route.links.list().map((link) => [link.index!, link]));
  assertEquals(differences(ROUTE, theirs, ours, { links }), [], what);
  return { theirs, ours };
}

/** Makes a route by ip; if the kernel or ip cannot, the test is skipped. */
function madeByIp(ns: Namespace, line: string, [version, patchlevel]: readonly [number, number] = [6, 1]): void {
  try {
    ns.ipBatch([line]);
  } catch (error) {
    const [said = ""] = /(Error|RTNETLINK answers): .*/.exec(String(error).replace(/^Error: /, "")) ?? [];
    // The errors for features that the kernel lacks or that ip has no words for; older kernels also use them for
    // attributes that they do not know.
    const notHere =
      /not supported|Unsupported|Unknown lwt|"[^"]*" (value )?is (invalid|a garbage)|argument "\w+" is required/i;
    const unknown = before(version, patchlevel) && /Invalid argument/.test(said);
    if (!notHere.test(said) && !unknown) throw error;
    skip(`ip ${line}: ${said}`);
  }
}

function prepare(ns: Namespace): void {
  wire(ns);
  ns.ip("-6 address add 2001:db8::1/64 dev v0 nodad");
}

/** Makes a link by ip; if the kernel has no such kind, the test is skipped. */
function needLink(ns: Namespace, name: string, type: string): void {
  const { status, stderr } = spawnSync("ip", ["-n", ns.name, "link", "add", name, "type", ...type.split(" ")], {
    encoding: "utf8",
  });
  if (status !== 0) {
    assert(/Unknown device type|not supported|if_id|inval/i.test(stderr), stderr);
    skip(`ip link add type ${type}: ${stderr.trim()}`);
  }
  ns.ip(`link set ${name} up`);
}

for (const [kind, trials] of Object.entries(TRIALS)) {
  for (const [make, change, since] of trials) {
    const name = `encap ${kind}: made by ip, made again by us, changed and deleted: ${make}`;
    kernelTest(name, ["ip"], async () => {
      if (LOADED[kind] !== undefined) load(LOADED[kind]);
      await inNamespace((ns) => {
        const { routes } = ns.route;
        prepare(ns);
        if (make.includes("vrftable")) {
          needLink(ns, "r0", "vrf table 77");
          run("ip", ["netns", "exec", ns.name, "sysctl", "-qw", "net.vrf.strict_mode=1"]);
        }
        if (kind === "xfrm") needLink(ns, "x0", "xfrm external");
        const four = make.startsWith("-4 "), dst = four ? NET4 : NET, words = make.replace("-4 ", "");
        madeByIp(ns, `${four ? "" : "-6 "}route add ${dst} ${words}`, since);
        const { theirs, ours } = assertSame(ns, dst, "made by ip");
        routes.delete(ours);
        assertEquals(both(ns, dst).ours, undefined);

        routes.add(ours);
        const again = assertSame(ns, dst, "made by us");
        assertEquals(again.theirs, theirs, "made by us and by ip");
        assertEquals(again.ours.encap, ours.encap);

        if (change !== undefined) {
          routes.replace({ ...ours, encap: change } as RouteToAdd);
          assertNotEquals(assertSame(ns, dst, "changed").theirs, theirs, "nothing has changed");
        }
        routes.delete(both(ns, dst).ours);
        assertEquals(both(ns, dst).theirs, undefined);
      });
    });
  }
}

kernelTest(
  "encap bpf: made by the library with programs, equal in ip's, made by ip, changed and deleted",
  ["ip", "gcc"],
  async () => {
    const folder = mkdtempSync(join(tmpdir(), "lwt-")), pins = mkdtempSync(join(tmpdir(), "lwt-pins-"));
    const program = join(folder, "lwt_bpf");
    run("gcc", ["-o", program, fileURLToPath(new URL("lwt_bpf.c", import.meta.url))]);
    run("mount", ["-t", "bpf", "bpf", pins]);
    try {
      await inNamespace((ns) => {
        prepare(ns);
        /** Runs in a process that has the programs as descriptors 10 to 13. */
        const asked = (verb: string, encapType: string, encap: unknown): void => {
          const route = JSON.stringify({ dst: NET, dev: "v0", encapType, encap });
          const code = `import { open } from ${JSON.stringify(MODULE)}; open().routes.${verb}(${route});`;
          const { status, stderr } = runIn(ns.name, code, [program, pins]);
          if (status === 77) skip(stderr.trim());
          assertEquals(status, 0, stderr);
        };
        const all = { in: { fd: 10, name: "in" }, out: { fd: 11, name: "out" }, xmit: { fd: 12, name: "xmit" } };
        asked("add", "bpf", { ...all, xmitHeadroom: 16 });
        const { theirs, ours } = assertSame(ns, NET, "made by us");
        assertEquals(ours.encap, {
          in: { name: "in" },
          out: { name: "out" },
          xmit: { name: "xmit" },
        });
        asked("replace", "bpf", { in: { fd: 10, name: "other" } });
        const changed = assertSame(ns, NET, "changed");
        assertNotEquals(changed.theirs, theirs);
        assertEquals(changed.ours.encap, { in: { name: "other" } });
        ns.route.routes.delete(changed.ours);
        assertEquals(both(ns, NET).theirs, undefined);

        madeByIp(ns, `-6 route add ${NET} encap bpf in pinned ${pins}/in headroom 32 xmit pinned ${pins}/xmit dev v0`);
        ns.route.routes.delete(assertSame(ns, NET, "made by ip").ours);
        asked("add", "seg6_local", { action: "end_bpf", bpf: { prog: 13, progName: "local" } });
        const local = assertSame(ns, NET, "seg6local: made by us");
        ns.route.routes.delete(local.ours);
        assertEquals(both(ns, NET).theirs, undefined);
      });
    } finally {
      run("umount", [pins]);
      rmdirSync(pins);
      rmSync(folder, { recursive: true });
    }
  },
);
