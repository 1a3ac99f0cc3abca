/** A client stays in the namespace in which it was opened, even if the name later denotes another. */
import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { spawn } from "node:child_process";
import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import process from "node:process";
import * as netns from "../../../core/netns.ts";
import { KernelError, type NetlinkError, SystemError } from "../../../core/errors.ts";
import { packets } from "../../../core/pcap.ts";
import { family } from "../../../families/generic/mod.ts";
import { links, open, type RouteClient } from "../../../families/route/mod.ts";
import { open as openSmc } from "../../../families/smc.ts";
import { Socket } from "../../../ffi/socket.ts";
import { inNamespace, kernelTest, namesOf, run } from "../namespace.ts";

const NEEDS = ["ip"];

function makeWire(name: string, end: string): void {
  run("ip", ["-n", name, "link", "add", end, "type", "veth", "peer", "name", `${end}p`]);
}

/** Returns the links that each way of reading finds. */
async function seen(route: RouteClient): Promise<unknown[][]> {
  const names = (links: Iterable<{ ifname?: string }>): unknown[] => namesOf(links).sort();
  const events: { ifname?: string }[] = [];
  for await (const e of route.links.watch({ initial: true, resync: true })) {
    if (e.event === "synced") break;
    if (e.event === "new") events.push(e.value);
  }
  return [names(route.links.list()), names(route.links.iterate()), names(events)];
}

const OLD = ["lo", "old", "oldp"], NEW = ["lo", "new", "newp"];

kernelTest(
  "home: after the name is given to another namespace, list, iterate, watch and waitFor stay in the first",
  NEEDS,
  () =>
    inNamespace(async ({ name }) => {
      makeWire(name, "old");
      const pieces: Uint8Array[] = [];
      using route = open({ netns: name, capture: (bytes) => pieces.push(bytes) });
      using byPath = open({ netns: `/run/netns/${name}` });
      netns.delete(name);
      for (const client of [route, byPath]) assertEquals(await seen(client), [OLD, OLD, OLD]);
      netns.add(name);
      makeWire(name, "new");
      for (const client of [route, byPath]) assertEquals(await seen(client), [OLD, OLD, OLD]);
      using another = open({ netns: name });
      assertEquals(await seen(another), [NEW, NEW, NEW]);
      // Events come from the client's namespace.
      await using watching = route.links.watch();
      const waiting = route.links.waitFor("old", ({ mtu }) => mtu === 1400, { timeout: 30_000 });
      another.links.set("new", { mtu: 1300 });
      route.links.set("old", { mtu: 1400 });
      assertEquals((await waiting).mtu, 1400);
      const { value } = await watching.next();
      assertEquals([value.value.ifname, value.value.mtu], ["old", 1400]);
      // The traffic of further sockets is recorded as well.
      const ports = new Set([...packets(pieces)].map(({ port }) => port));
      assertEquals(ports.size > 4, true);
    }),
);

kernelTest("home: the process whose number was given has ended", [...NEEDS, "unshare"], async () => {
  const child = spawn("unshare", ["--net", "sleep", "1000"], { stdio: "ignore" });
  try {
    await new Promise((resolve) => child.once("spawn", resolve));
    // unshare enters its namespace a moment after it started.
    const ns = (pid: number): string => readlinkSync(`/proc/${pid}/ns/net`);
    while (ns(child.pid!) === ns(process.pid)) await new Promise((resolve) => setTimeout(resolve, 1));
    using route = open({ netns: child.pid! });
    const gone = new Promise((resolve) => child.once("exit", resolve));
    child.kill("SIGKILL");
    await gone;
    assertEquals(await seen(route), [["lo"], ["lo"], ["lo"]]);
  } finally {
    child.kill("SIGKILL");
  }
});

/** Counts the sockets of a protocol that programs have in the namespace that has the name now. */
function sockets(name: string, protocol: number): number {
  const lines = netns.run(name, () => readFileSync("/proc/thread-self/net/netlink", "utf8")).trim().split("\n").slice(
    1,
  );
  const rows = lines.map((line) => line.trim().split(/\s+/).slice(1, 3).map(Number));
  return rows.filter(([number, port]) => number === protocol && port !== 0).length;
}

/** Kernels without SMC refuse the request, but the socket exists. */
function tried(use: () => unknown): void {
  try {
    use();
  } catch (error) {
    if (!(error instanceof KernelError)) throw error;
  }
}

kernelTest(
  "home: sockets of generic families, also for events, and both of SMC are in one namespace",
  NEEDS,
  () =>
    inNamespace(async ({ name }) => {
      const GENERIC = 16, SOCK_DIAG = 4;
      using controller = family("nlctrl", { netns: name });
      using smc = openSmc({ netns: name });
      controller.dump(3);
      tried(() => smc.sockets());
      assertEquals([sockets(name, GENERIC), sockets(name, SOCK_DIAG)], [1, 1]);
      netns.delete(name);
      netns.add(name);
      await using _events = controller.watch(["notify"]);
      tried(() => smc.linkGroups());
      assertEquals([sockets(name, GENERIC), sockets(name, SOCK_DIAG)], [0, 0]);
    }),
);

kernelTest(
  "home: clients opened inside netns.run() stay there, and those opened outside stay outside",
  NEEDS,
  () =>
    inNamespace(async ({ name }) => {
      makeWire(name, "old");
      using inner = netns.run(name, () => open());
      using own = open();
      const here = namesOf(own.links.list()).sort();
      assertEquals(await seen(inner), [OLD, OLD, OLD]);
      const [iterated, watching, deeper] = netns.run(name, () => [
        namesOf(own.links.iterate()).sort(),
        own.links.watch({ initial: true }),
        // This also holds for nested calls.
        netns.run(name, () => namesOf(own.links.iterate()).sort()),
      ]);
      assertEquals([iterated, deeper], [here, here]);
      const found: { ifname?: string }[] = [];
      for await (const e of watching) {
        if (e.event === "synced") break;
        if (e.event === "new") found.push(e.value);
      }
      assertEquals(namesOf(found).sort(), here);
      assertEquals(await seen(own), [here, here, here]);
    }),
);

kernelTest(
  "home: collections without a client mean the namespace that a function runs in",
  NEEDS,
  () =>
    inNamespace(({ name }) =>
      inNamespace(({ name: second }) => {
        makeWire(name, "old");
        const listed = (): string[] => namesOf(links.list()).sort() as string[],
          opened = (): number => sockets(name, 0);
        const own = netns.run(second, listed), before = opened();
        assertEquals(own, ["lo"]);
        const here = listed();
        const [first, inner, again] = netns.run(name, () => [listed(), netns.run(second, listed), listed()]);
        assertEquals([first, inner, again, listed()], [OLD, own, OLD, here]);
        assertEquals(opened(), before, "the sockets are closed");
        for (const events of [() => links.watch(), () => links.waitFor("old")]) {
          assertThrows(() => netns.run<unknown>(name, events), TypeError, "namespace");
        }
        const begun = netns.run(name, () => links.iterate());
        assertThrows(() => [...begun], Error, "closed");
      })
    ),
);

kernelTest(
  "home: a replaced socket is opened in the same namespace",
  NEEDS,
  () =>
    inNamespace(({ name }) => {
      makeWire(name, "old");
      using route = open({ netns: name });
      netns.delete(name);
      netns.add(name);
      // The first socket reports losses without end.
      const { receive } = Socket.prototype;
      let first: Socket | undefined;
      Socket.prototype.receive = function (timeout) {
        first ??= this;
        if (this === first) throw new SystemError("recvmsg", 105, "receive");
        return receive.call(this, timeout);
      };
      try {
        assertEquals(namesOf(route.links.list()).sort(), OLD);
      } finally {
        Socket.prototype.receive = receive;
      }
      assertEquals([first!.closed, route.links.get("old").ifname], [true, "old"]);
    }),
);

kernelTest(
  "home: no socket is left open, and a closed client opens none",
  NEEDS,
  () =>
    inNamespace(async ({ name }) => {
      const count = (): number => readdirSync("/proc/self/fd").length;
      {
        using warm = open({ netns: name });
        await seen(warm);
      }
      const before = count();
      for (let i = 0; i < 20; i++) {
        const route = open({ netns: name });
        await seen(route);
        for (const _ of route.links.iterate()) break;
        const watching = route.links.watch(), iterating = route.links.iterate();
        iterating.next();
        route.close();
        route.close();
        await watching.return!();
        iterating.return();
        assertEquals((assertThrows(() => route.links.list()) as NetlinkError).code, "CLOSED");
        assertEquals((assertThrows(() => [...route.links.iterate()]) as NetlinkError).code, "CLOSED");
        assertEquals((assertThrows(() => route.links.watch()) as NetlinkError).code, "CLOSED");
        assertEquals((await assertRejects(() => route.links.waitFor("lo")) as NetlinkError).code, "CLOSED");
      }
      assertThrows(() => open({ netns: name, timeout: -1 }), RangeError);
      assertThrows(() => open({ netns: name, capture: "/nowhere/at/all.pcap" }));
      assertEquals(count(), before);
    }),
);
