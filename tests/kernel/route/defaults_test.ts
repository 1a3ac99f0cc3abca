/** Values that the kernel does not store, because they are its defaults: an object is found again by what made it. */
import { assertEquals, assertThrows } from "@std/assert";
import type { AddressInput, NeighbourInput, RouteInput, RuleInput } from "../../../families/route/mod.ts";
import { inNamespace, kernelTest, lab, type Namespace, wire } from "../namespace.ts";

/** The verbs that are tried; each collection has them. */
interface Verbs {
  add(value: object): unknown;
  find(key: object): object | undefined;
  get(key: object): object;
  list(filter: object): object[];
  delete(key: object): void;
  set(key: object, changes: object): void;
  key(value: object): string;
}

/**
 * Makes each object, finds it by the same input in every verb, and deletes it by that input; `ip` tells what is there.
 *
 * @param changes what `set` changes, if the collection has it
 * @param lists false if the same input as a filter means something else: no table, instead of the default one
 */
function again(
  collection: Verbs,
  inputs: readonly object[],
  theirs: () => unknown[],
  changes?: object,
  lists = true,
): void {
  const before = theirs();
  // In the lab, where a run of ip takes half a second, every fifth input is tried.
  for (const input of inputs.filter((_, index) => !lab || index % 5 === 0)) {
    const text = JSON.stringify(input, (_, value) => typeof value === "bigint" ? Number(value) : value);
    collection.add(input);
    assertEquals(theirs().length, before.length + 1, text);
    // Times of an object change, but not its key.
    const found = collection.key(collection.get(input));
    assertEquals(collection.key(collection.find(input)!), found, text);
    if (lists) assertEquals(collection.list(input).map((one) => collection.key(one)), [found], text);
    if (changes !== undefined) collection.set(input, changes);
    collection.delete(input);
    assertEquals(theirs(), before, text);
    assertEquals(collection.find(input), undefined, text);
  }
}

kernelTest("rules are found again by values that mean none", ["ip"], async () => {
  await inNamespace((ns) => {
    ns.ip("link set lo up");
    const { rules } = ns.route, theirs = (): unknown[] => [...ns.ipJson("rule"), ...ns.ipJson("-6 rule")];
    const none: readonly RuleInput[] = [
      { src: "0.0.0.0/0" },
      { dst: "0.0.0.0/0" },
      { src: "::/0" },
      { src: "::/0", dst: "::/0" },
      { fwmark: 0 },
      { fwmask: 0 },
      { fwmark: 0, fwmask: 0xff },
      { flow: 0 },
      { tunId: 0n },
      { ipProto: 0 },
      { tos: 0 },
      { iifname: "" },
      { oifname: "" },
      { l3mdev: false },
      { suppressPrefixlen: 0xffffffff },
      { suppressIfgroup: 0xffffffff },
      { protocol: "unspec" },
      { flags: 0 },
    ];
    again(rules as unknown as Verbs, none.map((one) => ({ ...one, table: 100 })), theirs);
    // These values name no rule, and a rule that has another value is not meant by them.
    for (const one of none.filter(({ fwmask = 0 }) => fwmask === 0)) {
      assertThrows(() => rules.delete(one), TypeError, "without a field that identifies it");
    }
    rules.add({ fwmark: 7, src: "10.0.0.0/8", table: 100 });
    for (const one of [{ fwmark: 0 }, { src: "0.0.0.0/0" }]) {
      assertEquals(rules.find({ ...one, table: 100 }), undefined);
    }
    rules.add({ suppressPrefixlen: 0, table: 101 });
    assertEquals(rules.find({ suppressPrefixlen: 0xffffffff, table: 101 }), undefined);
  });
});

/** Returns the routes that `ip` lists with the prefixes of these tests. */
const theirRoutes = (ns: Namespace) => (): unknown[] =>
  [...ns.ipJson("-4 route show table all"), ...ns.ipJson("-6 route show table all")]
    .filter(({ dst }) => String(dst).startsWith("198.51.100.") || String(dst).startsWith("fd07:"));

kernelTest("routes are found again by values that mean none", ["ip"], async () => {
  await inNamespace((ns) => {
    wire(ns);
    ns.ip("-6 address add fd00::1/64 dev v0 nodad");
    const both: readonly RouteInput[] = [
      { table: 0 },
      { metrics: {} },
      { metrics: { mtu: 0, window: 0 } },
      { metrics: { lock: [], features: [] } },
      { expires: 0 },
      { priority: 0 },
      { flow: 0 },
      { nhId: 0 },
      { oif: 0 },
      { iif: 0 },
      { mark: 0 },
      { flags: 0 },
      { tos: 0 },
      { scope: "universe" },
    ];
    const four = [...both, { prefsrc: "0.0.0.0" }, { src: "0.0.0.0/0" }, { protocol: 0 }] as const,
      six = [...both, { prefsrc: "::" }, { src: "::/0" }, { pref: "medium" }, { protocol: 0 }, { type: 0 }] as const;
    const routes = ns.route.routes as unknown as Verbs, changes = { metrics: { hoplimit: 9 } };
    again(
      routes,
      [
        ...four.map((one) => ({ dst: "198.51.100.0/24", gateway: "192.0.2.9", ...one })),
        { dst: "198.51.100.0/24", gateway: "0.0.0.0", dev: "v0" },
      ],
      theirRoutes(ns),
      changes,
      false,
    );
    again(
      routes,
      [
        ...six.map((one) => ({ dst: "fd07::/64", gateway: "fd00::9", ...one })),
        // The kernel keeps no bits behind a prefix.
        { dst: "fd07::1/64", gateway: "fd00::9" },
        { dst: "fd07::1/64", dev: "v0" },
      ],
      theirRoutes(ns),
      changes,
      false,
    );
    ns.route.routes.add({ dst: "fd07::/64", dev: "v0", expires: 1000 });
    assertEquals(ns.route.routes.find({ dst: "fd07::/64", expires: 0 }), undefined);
  });
});

kernelTest("addresses and neighbours are found again by values that mean none", ["ip"], async () => {
  await inNamespace((ns) => {
    wire(ns);
    const both: readonly AddressInput[] = [{ proto: 0 }, { proto: "unspec" }, { rtPriority: 0 }, { flags: 0 }],
      addresses = (): unknown[] =>
        ns.ipJson("address show dev v1").flatMap((link) => link["addr_info"] as object[])
          .filter((one) => (one as { scope: string }).scope === "global");
    again(
      ns.route.addresses as unknown as Verbs,
      [
        ...[...both, { broadcast: "0.0.0.0" }, { label: "" }].map((one) => ({ address: "198.51.100.1/24", ...one })),
        ...both.map((one) => ({ address: "fd07::1/64", ...one })),
        // The same address on both ends is that of a wire.
        { address: "198.51.100.1", peer: "198.51.100.1/24" },
        { address: "fd07::1", peer: "fd07::1/64" },
      ].map((one) => ({ dev: "v1", ...one })),
      addresses,
      { cacheinfo: { valid: 4000 } },
    );
    const neighbours: readonly NeighbourInput[] = [
      { protocol: 0 },
      { protocol: "unspec" },
      { flagsExt: [] },
      { flagsExt: 0 },
      { flags: [] },
      { flags: 0 },
      { master: 0 },
      { viaIfindex: 0 },
    ];
    again(
      ns.route.neighbours as unknown as Verbs,
      neighbours.map((one) => ({ dev: "v0", dst: "192.0.2.9", lladdr: "02:00:00:00:00:09", ...one })),
      () => ns.ipJson("neighbour show dev v0 nud permanent"),
      { flags: ["router"] },
    );
  });
});
