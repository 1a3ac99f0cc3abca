/** Qdiscs and classes: made by us and read by `tc`, made by `tc` and read by us. */
import { assert, assertEquals } from "@std/assert";
import { open, type TcClient } from "../../../../families/route/tc.ts";
import { rate, size } from "../../../../families/route/tc/units.ts";
import { inNamespace, kernelTest, type Namespace, run } from "../../namespace.ts";

/** A namespace with a pair of links that are up, and a client for its traffic control. */
async function withTc(body: (tc: TcClient, ns: Namespace) => void | Promise<void>): Promise<void> {
  await inNamespace(async (ns) => {
    ns.ipBatch(["link add v0 type veth peer name v1", "link set v0 up", "link set v1 up"]);
    using tc = open({ netns: ns.name });
    await body(tc, ns);
  });
}

/** Runs `tc` in a namespace. */
const tool = (ns: Namespace, command: string): string => run("tc", ["-n", ns.name, ...command.split(" ")]);

kernelTest(
  "qdiscs: tbf keeps its bursts with overhead and cells if another setting changes",
  ["ip", "tc"],
  async () => {
    await withTc(({ qdiscs }, ns) => {
      const root = { dev: "v0", parent: "root" } as const;
      const added = [
        "peakrate 2mbit mtu 2000 mpu 64 overhead 4 linklayer atm",
        "overhead 100 mpu 200",
        "linklayer atm",
      ];
      for (const words of added) {
        tool(ns, `qdisc replace dev v0 root handle 1: tbf rate 1mbit burst 10k limit 30000 ${words}`);
        const shown = (): string[] => tool(ns, "-d qdisc show dev v0").match(/(burst|mtu) \S+/g)!;
        const before = shown(), { burst } = qdiscs.get(root).options as { burst: number };
        assert(burst >= 10_240 && burst < 10_240 + 48, `${burst}`);
        for (const limit of [30_001, 30_002]) {
          qdiscs.set(root, { options: { limit } });
          assertEquals(shown(), before);
        }
        const [listed] = qdiscs.list(root);
        qdiscs.delete(root);
        qdiscs.add(listed!);
        assertEquals([shown(), qdiscs.list(root)[0]!.options], [before, listed!.options]);
      }
    });
  },
);

kernelTest("qdiscs and classes: made by us, tc reads them back", ["ip", "tc"], async () => {
  await withTc((tc, ns) => {
    tc.qdiscs.replace({ dev: "v0", parent: "root", handle: "1:", kind: "htb", options: { defcls: 0x20 } });
    tc.classes.add({ dev: "v0", parent: "1:", handle: "1:1", kind: "htb", options: { rate: rate("20mbit") } });
    tc.classes.add({
      dev: "v0",
      parent: "1:1",
      handle: "1:10",
      kind: "htb",
      options: { rate: rate("10mbit"), ceil: rate("40gbit"), prio: 3 },
    });
    tc.qdiscs.add({
      dev: "v0",
      parent: "1:10",
      handle: "10:",
      kind: "tbf",
      options: { rate: rate("1mbit"), burst: size("10k"), limit: 20_000 },
    });
    tc.qdiscs.add({ dev: "v1", parent: "ingress", kind: "clsact" });
    const text = tool(ns, "qdisc show"), classes = tool(ns, "class show dev v0");
    assert(/qdisc htb 1: dev v0 root refcnt \d+ r2q 10 default 0x20/.test(text), text);
    assert(text.includes("qdisc tbf 10: dev v0 parent 1:10 rate 1Mbit burst 10Kb lat 78"), text);
    assert(text.includes("qdisc clsact ffff: dev v1 parent ffff:fff1"), text);
    assert(classes.includes("class htb 1:1 root rate 20Mbit ceil 20Mbit burst 1600b cburst 1600b"), classes);
    assert(/class htb 1:10 parent 1:1 leaf 10: prio 3 rate 10Mbit ceil 40Gbit/.test(classes), classes);
    tc.classes.set({ dev: "v0", handle: "1:10" }, { options: { ceil: rate("15mbit") } });
    const { options } = tc.classes.get({ dev: "v0", handle: "1:10" });
    assertEquals(options, {
      rate: 1_250_000,
      ceil: 1_875_000,
      burst: 1600,
      cburst: 1600,
      quantum: 125_000,
      level: 0,
      prio: 3,
      overhead: 0,
      mpu: 0,
      linklayer: "ethernet",
    });
    assertEquals(tc.classes.flush({ dev: "v0" }), 2);
    assertEquals(tc.qdiscs.flush({ all: true }), 2);
    assertEquals(tc.qdiscs.list().map(({ kind, handle }) => `${kind} ${handle}`), ["noqueue 0:", "noqueue 0:"]);
  });
});
