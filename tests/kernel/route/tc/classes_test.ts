/**
 * Classes of every kind that has settings, the shaping that they do, and events. Most kinds are modules, which only the
 * lab loads.
 */
import { assert, assertEquals, assertThrows } from "@std/assert";
import { spawnSync } from "node:child_process";
import { stringify } from "../../../../core/printable.ts";
import { type ClassInput, type HtbXstats, open, rate, type TcClient } from "../../../../families/route/tc.ts";
import { inNamespace, kernelTest, lab, type Namespace, run, wire } from "../../namespace.ts";

type Fields = Record<string, unknown>;

/** A qdisc with a class as `tc` makes them, and the settings of the class. */
const SPECIMENS: readonly { kind: string; qdisc?: string; tc: string; options: Fields; own?: readonly string[] }[] = [
  { kind: "drr", tc: "quantum 2000", options: { quantum: 2000 } },
  { kind: "qfq", tc: "weight 5 maxpkt 1500", options: { weight: 5, lmax: 1500 } },
  {
    kind: "hfsc",
    tc: "sc m1 2mbit d 10ms m2 1mbit ul rate 3mbit",
    options: {
      rsc: { m1: 250_000, d: 10_000, m2: 125_000 },
      fsc: { m1: 250_000, d: 10_000, m2: 125_000 },
      usc: { m1: 0, d: 0, m2: 375_000 },
    },
  },
  {
    kind: "htb",
    tc: "rate 1mbit ceil 2mbit burst 5k cburst 60k quantum 3000 prio 2 mpu 64 overhead 20",
    options: {
      rate: 125_000,
      ceil: 250_000,
      burst: 5120,
      cburst: 61_440,
      quantum: 3000,
      prio: 2,
      mpu: 64,
      overhead: 20,
    },
    own: ["level", "linklayer"],
  },
];

/** Returns the settings without some. */
const without = (options: unknown, names: readonly string[] = []): Fields =>
  Object.fromEntries(Object.entries(options as Fields).filter(([name]) => !names.includes(name)));

kernelTest("classes: made by tc and by us, read by both; listed, deleted, added again", ["ip", "tc"], async () => {
  await inNamespace((ns) => {
    ns.ipBatch(SPECIMENS.map(({ kind }) => `link add ${kind} type veth peer name p${kind}`));
    const lines = SPECIMENS.flatMap(({ kind, qdisc = "", tc }) => [
      `qdisc add dev ${kind} root handle 1: ${kind} ${qdisc}`,
      `class add dev ${kind} parent 1: classid 1:10 ${kind} ${tc}`,
    ]);
    spawnSync("tc", ["-n", ns.name, "-force", "-batch", "-"], { input: lines.join("\n") });
    using tc = open({ netns: ns.name });
    const found = tc.classes.list({ handle: "1:10" });
    const here = SPECIMENS.filter(({ kind }) => found.some((one) => one.kind === kind));
    console.log(`${here.length} of ${SPECIMENS.length} kinds of classes compared`);
    const show = (kind: string): string => run("tc", ["-n", ns.name, "-d", "class", "show", "dev", kind]);
    for (const { kind, options, own } of here) {
      const one = found.find((one) => one.kind === kind)!, text = show(kind), key = { dev: kind, handle: "1:10" };
      assertEquals(without(one.options, own), options, kind);
      tc.classes.delete(one);
      tc.classes.add(one as ClassInput);
      assertEquals(show(kind), text);
      assertEquals(stringify(tc.classes.get(key).options), stringify(one.options));
      tc.classes.delete(key);
      tc.classes.add({ ...key, parent: "1:", kind, options } as ClassInput);
      assertEquals(show(kind), text);
    }
  });
}, lab ? 60_000 : undefined);

/** Makes a namespace with links and an htb with classes 1:1, below it 1:10 and 1:20. */
async function withClasses(body: (tc: TcClient, ns: Namespace) => void | Promise<void>): Promise<void> {
  await inNamespace(async (ns) => {
    wire(ns);
    using tc = open({ netns: ns.name });
    tc.qdiscs.replace({ dev: "v0", parent: "root", handle: "1:", kind: "htb", options: { defcls: 0x20 } });
    tc.batch((b) => {
      b.classes.add({ dev: "v0", parent: "1:", handle: "1:1", kind: "htb", options: { rate: rate("100mbit") } });
      b.classes.add({ dev: "v0", parent: "1:1", handle: "1:10", kind: "htb", options: { rate: rate("30mbit") } });
      b.classes.add({ dev: "v0", parent: "1:1", handle: "1:20", kind: "htb", options: { rate: rate("70mbit") } });
    });
    await body(tc, ns);
  });
}

kernelTest("classes: what the kernel acknowledges and does not do is refused", ["ip"], async () => {
  await withClasses((tc) => {
    const key = { dev: "v0", handle: "1:10" },
      move = { ...key, parent: "1:20", kind: "htb", options: { rate: 5 } } as const;
    assertThrows(() => tc.classes.replace(move), TypeError, "parent does not change, it is 1:1");
    assertThrows(() => tc.classes.set(key, { parent: "1:20" }), TypeError, "parent does not change");
    assertThrows(
      () => tc.classes.add({ ...key, handle: "1:30", kind: "htb" }),
      TypeError,
      "options.rate: expected bytes",
    );
    assertThrows(() => tc.classes.add({ handle: "1:30", kind: "htb" }), TypeError, "dev is missing");
    assertThrows(() => tc.classes.add({ dev: "v0", kind: "htb" }), TypeError, "handle is missing");
    assertThrows(
      () => tc.classes.set(key, { options: { burst: 1e12 } }),
      RangeError,
      "options.burst: expected at most",
    );
    const before = tc.classes.get(key);
    assertEquals([before.parent, before.kind], ["1:1", "htb"]);
    tc.classes.replace({ ...key, parent: "1:1", kind: "htb", options: { rate: rate("35mbit") } });
    tc.classes.set({ dev: "v0", handle: "1:10" }, { options: { prio: 5 } });
    const { options } = tc.classes.get(key);
    assertEquals((options as Fields)["rate"], 4_375_000);
    assertEquals((options as Fields)["prio"], 5);
    // The place of a class with classes below it is known.
    assertThrows(() => tc.classes.delete({ dev: "v0", handle: "1:1" }), Error, "EBUSY");
    assertEquals(tc.classes.flush({ dev: "v0" }), 3);
    assertEquals(tc.classes.list(), []);
    // A class of htb with the qdisc's handle is one like others.
    tc.classes.add({ dev: "v0", parent: "1:", handle: "1:", kind: "htb", options: { rate: rate("1mbit") } });
    assertEquals(tc.classes.flush({ dev: "v0" }), 1);
    assertEquals(tc.classes.list(), []);
  });
});

kernelTest("qdiscs: what the kernel acknowledges and does not do is refused", ["ip"], async () => {
  await inNamespace((ns) => {
    wire(ns);
    using tc = open({ netns: ns.name });
    tc.qdiscs.add({ dev: "v0", parent: "ingress", kind: "clsact", ingressBlock: 7 });
    const place = { dev: "v0", parent: "ingress", kind: "clsact" } as const;
    assertThrows(() => tc.qdiscs.replace({ ...place, ingressBlock: 8 }), TypeError, "ingressBlock does not change");
    tc.qdiscs.replace({ ...place, ingressBlock: 7 });
    assertEquals(tc.qdiscs.get({ dev: "v0", parent: "ingress" }).ingressBlock, 7);
    assertThrows(() => tc.qdiscs.add({ ...place, dev: "v1", handle: "5:" }), TypeError, 'clsact always has "ffff:"');
    const automatic = tc.qdiscs.get({ dev: "v1", parent: "root" });
    assertEquals(automatic.handle, "0:");
    assertThrows(() => tc.qdiscs.delete(automatic), TypeError, "it can only be replaced");
    assertThrows(() => tc.qdiscs.set(automatic as never, { rate: { interval: 0, ewmaLog: 3 } }), TypeError);
    assertThrows(() => tc.qdiscs.add({ dev: "v1", parent: "root" }), TypeError, "kind is missing");
    assertThrows(() => tc.qdiscs.add({ dev: "v1", kind: "pfifo" }), TypeError, "parent is missing");
    assertThrows(
      () => tc.qdiscs.add({ dev: "v1", parent: "root", kind: "tbf", options: { rate: 1000, limit: 1 } }),
      TypeError,
      "options.burst: expected a number of bytes",
    );
    tc.qdiscs.add({ dev: "v1", parent: "root", handle: "2:", kind: "pfifo", options: { limit: 5 } });
    const add = (): unknown => tc.qdiscs.add({ dev: "v1", parent: "root", handle: "3:", kind: "pfifo" });
    assertThrows(add, Error, "EEXIST");
    assertEquals(tc.qdiscs.add({ dev: "v1", parent: "root", handle: "3:", kind: "pfifo" }, { exists: "ok" }), false);
    tc.qdiscs.set({ dev: "v1", handle: "2:" }, { options: { limit: 6 } });
    assertEquals(tc.qdiscs.get({ dev: "v1", handle: "2:" }).options, { limit: 6 });
    // A change keeps the size table, which the kernel would remove.
    tc.qdiscs.replace({
      dev: "v1",
      parent: "root",
      handle: "4:",
      kind: "tbf",
      stab: { linklayer: "atm", overhead: 10 },
      options: { rate: rate("1mbit"), burst: 10_000, limit: 50_000 },
    });
    const { stab } = tc.qdiscs.get({ dev: "v1", handle: "4:" });
    tc.qdiscs.set({ dev: "v1", handle: "4:" }, { options: { limit: 60_000 } });
    const changed = tc.qdiscs.get({ dev: "v1", handle: "4:" });
    assertEquals(changed.stab, stab);
    assertEquals((changed.options as Fields)["limit"], 60_000);
    assertEquals((changed.options as Fields)["burst"], 10_000);
    assertEquals(tc.qdiscs.delete({ dev: "v1", handle: "9:" }, { missing: "ok" }), false);
    assertEquals(tc.qdiscs.delete({ dev: "v1", parent: "root", handle: "9:" }, { missing: "ok" }), false);
    assertEquals(tc.qdiscs.flush({ all: true }), 2);
    assertEquals(tc.qdiscs.list().filter(({ handle }) => handle !== "0:"), []);
  });
});

kernelTest("classes: htb sends through the class that it names, by its counters", ["ip", "bash"], async () => {
  await withClasses((tc, ns) => {
    ns.ip("neighbour replace 192.0.2.9 lladdr 02:00:00:00:00:09 dev v0");
    const packets = 50, send = `for i in {1..${packets}}; do echo > /dev/udp/192.0.2.9/9; done`;
    const of = (handle: string): { seen: number; lends: number } => {
      const { stats2, xstats } = tc.classes.get({ dev: "v0", handle });
      // Those that wait are not counted as sent yet.
      return { seen: stats2!.basic!.packets + stats2!.queue!.qlen, lends: (xstats as HtbXstats).lends };
    };
    const before = of("1:20").seen;
    run("ip", ["netns", "exec", ns.name, "bash", "-c", send]);
    const { seen, lends } = of("1:20");
    assert(seen - before >= packets && lends > 0, `${seen - before} packets, ${lends} sent at its own rate`);
    assertEquals(of("1:10").seen, 0);
    // A class that sends less than a packet a second keeps the rest.
    tc.classes.set({ dev: "v0", handle: "1:20" }, { options: { rate: 50, ceil: 50, burst: 100, cburst: 100 } });
    run("ip", ["netns", "exec", ns.name, "bash", "-c", send]);
    const { stats2 } = tc.classes.get({ dev: "v0", handle: "1:20" });
    assert(stats2!.queue!.qlen > packets / 2, `${stats2!.queue!.qlen} packets wait`);
    const root = tc.qdiscs.get({ dev: "v0", parent: "root" });
    assertEquals(root.stats2!.queue!.qlen >= stats2!.queue!.qlen, true);
  });
});

kernelTest("qdiscs: a watch knows what goes with its interface", ["ip"], async () => {
  await inNamespace(async (ns) => {
    wire(ns);
    using tc = open({ netns: ns.name });
    const state = new Map<string, string>();
    await using events = tc.qdiscs.watch({ initial: true, resync: true });
    const settled = async (is: () => boolean): Promise<void> => {
      while (!is()) {
        const { value: event } = await events.next();
        if (event.event === "new") state.set(tc.qdiscs.key(event.value), `${event.value.dev} ${event.value.kind}`);
        else if (event.event === "del") state.delete(tc.qdiscs.key(event.value));
      }
    };
    const has = (text: string): boolean => [...state.values()].includes(text);
    await settled(() => has("v0 noqueue") && has("v1 noqueue"));
    tc.qdiscs.replace({ dev: "v0", parent: "root", handle: "1:", kind: "htb" });
    tc.classes.add({ dev: "v0", handle: "1:5", kind: "htb", options: { rate: 1e6 } });
    tc.qdiscs.add({ dev: "v0", parent: "1:5", handle: "5:", kind: "pfifo" });
    tc.qdiscs.add({ dev: "v0", parent: "ingress", kind: "clsact" });
    await settled(() => has("v0 htb") && has("v0 pfifo") && has("v0 clsact") && !has("v0 noqueue"));
    // The one below goes without an event, and the kernel's own comes back without one.
    tc.qdiscs.delete({ dev: "v0", parent: "root" });
    await settled(() => !has("v0 htb") && !has("v0 pfifo") && has("v0 noqueue"));
    ns.ip("link del v0");
    await settled(() => state.size === 0 || [...state.values()].every((one) => !/^v[01] /.test(one)));
    assertEquals([...state.values()].filter((one) => /^v[01] /.test(one)), []);
  });
});
