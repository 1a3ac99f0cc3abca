/** Look-ups: the route of a packet, compared with `ip route get`. */
import process from "node:process";
import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { KernelError } from "../../../core/errors.ts";
import type { LookupOptions, Route } from "../../../families/route/mod.ts";
import { inNamespace, kernelTest, type Namespace, run, wire } from "../namespace.ts";

/** The command that runs a file on this runtime. */
const RUN = process.versions["deno"]
  ? ["run", "--no-lock", "--allow-ffi"]
  : process.versions["bun"]
  ? []
  : ["--no-warnings"];

/** Returns the fields of a route that both sides have. */
const way = ({ dst, gateway, dev, prefsrc, priority, type, table }: Partial<Route>): object => ({
  dst: dst?.replace(/\/\d+$/, ""),
  gateway,
  dev,
  prefsrc,
  priority,
  type,
  table: table === undefined ? undefined : String(table),
});

/** Returns the route of `ip -j -d route get`. */
function theirs({ ipJson }: Namespace, words: string): object {
  const [found] = ipJson(`route get ${words}`);
  const { metric, table = "main", ...rest } = found as Record<string, unknown>;
  return way({ ...rest, ...(metric === undefined ? {} : { priority: metric }), table } as Partial<Route>);
}

kernelTest("look-ups of both families, by all fields of a packet, equal ip route get", ["ip"], async () => {
  await inNamespace((ns) => {
    wire(ns);
    ns.ipBatch([
      "address add 198.51.100.1/24 dev v1",
      "-6 address add fd00:9::1/64 dev v0 nodad",
      "-6 address add fd00:9::7/64 dev v0 nodad",
      "-6 address add fd00:a::1/64 dev v1 nodad",
      "route add 203.0.113.0/24 via 192.0.2.9 metric 7",
      "route add 203.0.113.0/24 via 198.51.100.9 table 100",
      "-6 route add fd00:b::/64 via fd00:9::9 metric 7",
      "-6 route add fd00:b::/64 via fd00:a::9 table 100",
      ...["", "-6 "].flatMap((six) => [
        `${six}rule add fwmark 5 lookup 100 priority 50`,
        `${six}rule add ipproto tcp dport 80 lookup 100 priority 51`,
        `${six}rule add tos 0x10 lookup 100 priority 52`,
        `${six}rule add uidrange 7-7 lookup 100 priority 53`,
      ]),
    ]);
    const { routes, links } = ns.route;
    const cases: readonly (readonly [LookupOptions, string])[] = [
      [{}, ""],
      [{ mark: 5 }, "mark 5"],
      [{ mark: 6 }, "mark 6"],
      [{ ipProto: 6, sport: 1000, dport: 80 }, "ipproto tcp sport 1000 dport 80"],
      [{ ipProto: 17, dport: 80 }, "ipproto udp dport 80"],
      [{ tos: 0x10 }, "tos 0x10"],
      [{ uid: 7 }, "uid 7"],
      [{ dev: "v0" }, "oif v0"],
      [{ oif: links.get("v0").index }, "oif v0"],
      [{ oif: "v0", mark: 6 }, "oif v0 mark 6"],
    ];
    let compared = 0, others = 0;
    for (
      const [dst, direct, src] of [["203.0.113.5", "192.0.2.77", "192.0.2.1"], ["fd00:b::5", "fd00:9::77", "fd00:9::7"]]
    ) {
      const plain = way(routes.lookup(dst!));
      for (const target of [dst!, direct!]) {
        for (const [options, words] of [...cases, [{ src: src! }, `from ${src}`] as const]) {
          const found = way(routes.lookup(target, options));
          assertEquals(found, theirs(ns, `${target} ${words}`), `${target} ${words}`);
          compared++;
          if (target === dst && JSON.stringify(found) !== JSON.stringify(plain)) others++;
        }
      }
      assertEquals(way(routes.lookup(dst!, { family: dst!.includes(":") ? "inet6" : "inet" })), plain);
    }
    assertEquals(compared, 44);
    // In each family, mark, port, TOS, user and source address each change the route.
    assert(others >= 8, `${others} look-ups found another way`);
    assertEquals(routes.lookup("fd00:b::5", { mark: 5 }).table, 100);
    assertEquals(routes.lookup("203.0.113.5", { mark: 5 }).table, 100);
  });
});

kernelTest("look-ups name the reason of a refused packet, and mention no capability", ["ip"], async () => {
  await inNamespace((ns) => {
    wire(ns);
    ns.ipBatch(["198.51.100.", "-6 fd01::"].flatMap((net) => {
      const [prefix, six] = net.startsWith("-6") ? [net.slice(3), "-6 "] : [net, ""];
      return ["prohibit", "blackhole", "unreachable", "throw"].map((type, i) =>
        `${six}route add ${type} ${prefix}${i + 1}`
      );
    }));
    for (const prefix of ["198.51.100.", "fd01::"]) {
      const refusal = (last: number): KernelError =>
        assertThrows(() => ns.route.routes.lookup(`${prefix}${last}`), KernelError);
      assertEquals([1, 2, 3, 4, 5].map((last) => refusal(last).code), [
        "EACCES",
        "EINVAL",
        "EHOSTUNREACH",
        "ENETUNREACH",
        "ENETUNREACH",
      ]);
      assertStringIncludes(refusal(1).hint ?? "", "prohibit");
      assertStringIncludes(refusal(2).hint ?? "", "blackhole");
      assertEquals([3, 4, 5].map((last) => refusal(last).hint), [undefined, undefined, undefined]);
    }
  });
});

/** True if the kernel has links of kind vrf. */
let vrf = false;
try {
  await inNamespace(({ ip }) => {
    ip("link add vrf0 type vrf table 77");
  });
  vrf = true;
} catch {
  // The kernel has none, or this is not root.
}

kernelTest("look-ups in a VRF equal ip route get", vrf ? ["ip"] : ["a kernel with links of kind vrf"], async () => {
  await inNamespace((ns) => {
    wire(ns);
    ns.ipBatch([
      "link add vrf0 type vrf table 77",
      "link set vrf0 up",
      "link set v1 master vrf0",
      "address add 198.51.100.1/24 dev v1",
      "-6 address add fd00:a::1/64 dev v1 nodad",
      "route add 203.0.113.0/24 via 198.51.100.9 table 77",
      "-6 route add fd00:b::/64 via fd00:a::9 table 77",
    ]);
    for (const dst of ["203.0.113.5", "198.51.100.7", "fd00:b::5", "fd00:a::7"]) {
      for (const dev of ["vrf0", "v1"]) {
        const found = ns.route.routes.lookup(dst, { dev });
        assertEquals(way(found), theirs(ns, `${dst} oif ${dev}`), `${dst} ${dev}`);
        assertEquals(found.table, 77);
      }
    }
  });
});

kernelTest("default_route.ts --to finds the route in either family", ["ip"], async () => {
  await inNamespace((ns) => {
    wire(ns);
    ns.ipBatch([
      "-6 address add fd00:9::1/64 dev v0 nodad",
      "route add default via 192.0.2.9",
      "-6 route add default via fd00:9::9",
    ]);
    const example = new URL("../../../examples/default_route.ts", import.meta.url).pathname;
    const find = (...words: readonly string[]): string =>
      run("ip", ["netns", "exec", ns.name, process.execPath, ...RUN, example, ...words]).trim();
    assertEquals(find("--to", "203.0.113.1"), "v0 via 192.0.2.9");
    assertEquals(find("--to", "2001:db8::1"), "v0 via fd00:9::9");
    assertEquals(find("--to", "fd00:9::2"), "v0");
    assertEquals(find("--inet6"), "v0 via fd00:9::9");
  });
});
