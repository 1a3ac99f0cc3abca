/** Traffic that qdiscs, filters and actions divide, limit, copy and change, by the kernel's counters. */
import { assert, assertEquals } from "@std/assert";
import { spawnSync } from "node:child_process";
import { KernelError } from "../../../../core/errors.ts";
import { type Action, type ActionInput, type FilterInput, open, type TcClient } from "../../../../families/route/tc.ts";
import { rate } from "../../../../families/route/tc/units.ts";
import { skip } from "../../../test.ts";
import { inNamespace, kernelTest, type Namespace, patience } from "../../namespace.ts";

/** The other ends, which do not exist: what is sent to them gets no reply. */
const PEERS = ["192.0.2.2", "192.0.2.3", "192.0.2.4"] as const;

/** A pair of links with an address, on which packets to {@linkcode PEERS} leave without a look-up of neighbours. */
async function withWire(body: (tc: TcClient, ns: Namespace) => void): Promise<void> {
  await inNamespace((ns) => {
    ns.ipBatch([
      "link add v0 type veth peer name v1",
      "link set v0 up",
      "link set v1 up",
      "address add 192.0.2.1/24 dev v0",
      ...PEERS.map((to, i) => `neigh add ${to} dev v0 lladdr 02:00:00:00:00:0${i + 2} nud permanent`),
    ]);
    using tc = open({ netns: ns.name });
    body(tc, ns);
  });
}

/** Sends so many packets to each address at once, each of 172 bytes with its Ethernet header. */
function send(ns: Namespace, count: number, ...to: readonly string[]): void {
  const pings = to.map((one) => `ping -q -n -c ${count} -l ${count} -s 130 -S 1000000 -W 0.1 ${one} & `).join("");
  spawnSync("ip", ["netns", "exec", ns.name, "sh", "-c", `${pings}wait`], { stdio: "ignore" });
}

/** Calls a function; false if the kernel does not have a kind of filter or action. */
function has(call: () => unknown): boolean {
  try {
    call();
    return true;
  } catch (error) {
    if (error instanceof KernelError && /its module .*is missing/.test(error.hint ?? "")) return false;
    throw error;
  }
}

/** Returns a filter by the destination: with flower, or u32 if the kernel does not have it. */
function filterTo(
  tc: TcClient,
  place: object,
  to: string,
  more: { classid?: string; act?: readonly ActionInput[] },
): void {
  const at = { ...place, protocol: "ip" } as const;
  const byFlower = { ...at, kind: "flower", options: { ipv4Dst: to, ...more } } as FilterInput;
  if (has(() => tc.filters.add(byFlower))) return;
  const val = to.split(".").reduce((sum, one) => sum * 256 + Number(one), 0);
  const sel = { keys: [{ val, mask: 0xffff_ffff, off: 16 }] };
  tc.filters.add({ ...at, kind: "u32", options: { sel, ...more } } as FilterInput);
}

kernelTest("htb divides what is sent to three addresses by the rates of their classes", ["ip", "ping"], async () => {
  await withWire((tc, ns) => {
    const { qdiscs, classes } = tc, at = { dev: "v0", kind: "htb" } as const, shares = [1, 2, 5];
    const handles = shares.map((share) => `1:1${share}`);
    qdiscs.add({ ...at, parent: "root", handle: "1:" });
    const settings = (unit: number, share: number): { rate: number; burst: number; cburst: number } => ({
      rate: unit * share,
      burst: 2000 * share,
      cburst: 2000 * share,
    });
    shares.forEach((share, i) => {
      classes.add({ ...at, parent: "1:", handle: handles[i]!, options: settings(rate("20kbit"), share) });
      filterTo(tc, { dev: "v0", parent: "1:", priority: i + 1 }, PEERS[i]!, { classid: handles[i]! });
    });
    // One list has the counters of all classes of a moment.
    const read = (): { sent: number; left: number }[] => {
      const all = classes.list({ dev: "v0" });
      return handles.map((handle) => {
        const { basic, queue } = all.find((one) => one.handle === handle)!.stats2!;
        return { sent: basic?.bytes ?? 0, left: queue?.qlen ?? 0 };
      });
    };
    // All classes have packets that wait before their rates are raised.
    send(ns, 400, ...PEERS);
    const before = read();
    assert(before.every(({ left }) => left > 250), JSON.stringify(before));
    tc.batch((b) =>
      shares.forEach((share, i) =>
        b.classes.set({ ...at, handle: handles[i]! }, { kind: "htb", options: settings(rate("60kbit"), share) })
      )
    );
    // A class waits as long as its old rate said; the counting begins when all of them have sent by the new one.
    const end = Date.now() + patience(10_000), raised = read();
    let start = raised, now = start;
    while (start.some(({ sent }, i) => sent === raised[i]!.sent) && Date.now() < end) start = read();
    for (let next = start; next[2]!.left > 0 && now[2]!.left > 200 && Date.now() < end; next = read()) now = next;
    const sent = now.map(({ sent }, i) => sent - start[i]!.sent), unit = sent.reduce((sum, one) => sum + one) / 8;
    for (const [i, share] of shares.entries()) {
      assert(Math.abs(sent[i]! / unit / share - 1) < 0.1, `class ${handles[i]}: ${sent} by rates ${shares}`);
    }
  });
});

kernelTest("mirred copies packets to another interface, by the counters of both", ["ip", "ping"], async () => {
  await withWire((tc, ns) => {
    ns.ipBatch([
      "link add w0 type veth peer name w1",
      "link set w0 addrgenmode none",
      "link set w0 up",
      "link set w1 up",
    ]);
    tc.qdiscs.add({ dev: "v0", parent: "ingress", kind: "clsact" });
    const act = [{ kind: "mirred", options: { eaction: "egress_mirror", dev: "w0" } }] as const;
    filterTo(tc, { dev: "v0", parent: "egress" }, PEERS[0], { act });
    const sent = (): number => ns.route.stats.get({ dev: "w0", filterMask: ["link_64"] }).link64!.txPackets!;
    const before = sent();
    send(ns, 20, PEERS[0], PEERS[1]);
    const [one] = tc.actions.list("mirred");
    assertEquals([one!.stats?.basic?.packets, sent() - before], [20, 20]);
  });
});

kernelTest(
  "police drops, nat changes, ct commits and netem loses packets, by their counters",
  ["ip", "ping"],
  async () => {
    await withWire((tc, ns) => {
      tc.qdiscs.add({ dev: "v0", parent: "ingress", kind: "clsact" });
      const counted = (kind: Action["kind"]): { packets: number; drops: number } => {
        const [{ basic, queue }] = tc.actions.list(kind).map(({ stats }) => stats!) as [NonNullable<Action["stats"]>];
        return { packets: basic?.packets ?? 0, drops: queue?.drops ?? 0 };
      };
      const missing: string[] = [];
      /** Sends 20 packets through an action, and returns what it counted; `undefined` if the kernel does not have it. */
      const through = (action: ActionInput): { packets: number; drops: number } | undefined => {
        const kind = action.kind!;
        if (!has(() => filterTo(tc, { dev: "v0", parent: "egress" }, PEERS[0], { act: [action] }))) {
          missing.push(kind);
          return undefined;
        }
        send(ns, 20, PEERS[0]);
        const told = counted(kind);
        tc.filters.flush({ dev: "v0" });
        return told;
      };
      const policed = through({ kind: "police", action: "shot", options: { rate: 8, burst: 1000 } });
      if (policed !== undefined) {
        assert(policed.packets === 20 && policed.drops >= 14 && policed.drops < 20, JSON.stringify(policed));
      }
      const nat = { oldAddr: "192.0.2.1/32", newAddr: "198.51.100.1", flags: ["egress"] };
      const changed = through({ kind: "nat", options: nat } as ActionInput);
      if (changed !== undefined) assertEquals(changed.packets, 20);
      const tracked = through({ kind: "ct", options: { action: ["commit"], zone: 7 } } as ActionInput);
      if (tracked !== undefined) assertEquals(tracked.packets, 20);
      const netem = { dev: "v0", parent: "root", handle: "9:", kind: "netem", options: { loss: 1 } } as const;
      if (has(() => tc.qdiscs.add(netem))) {
        send(ns, 20, PEERS[0]);
        const { drops = 0 } = tc.qdiscs.get({ dev: "v0", parent: "root" }).stats2?.queue ?? {};
        assert(drops >= 20, String(drops));
      } else missing.push("netem");
      if (missing.length > 0) skip(`this kernel has no ${missing.join(", ")}`);
    });
  },
);
