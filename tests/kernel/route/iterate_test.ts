/** Tables too large to hold: read one by one, in constant memory, with other requests in between. */
import { assert, assertEquals } from "@std/assert";
import { readdirSync } from "node:fs";
import process from "node:process";
import { inNamespace, kernelTest, many, type Namespace } from "../namespace.ts";

const NEEDS = ["ip"], COUNT = many(100_000), SOME = many(5_000);

const prefix = (i: number): string => `10.${i >> 16}.${(i >> 8) & 255}.${i & 255}/32`;

function fill(ns: Namespace, count = COUNT): void {
  ns.route.batch((batch) => {
    for (let i = 0; i < count; i++) batch.routes.add({ dst: prefix(i), type: "blackhole" });
  });
}

/** Counts the sockets and other files that this process has open. */
function openFiles(): number {
  return readdirSync("/proc/self/fd").length;
}

kernelTest(
  `iterate: ${COUNT} routes, with other requests and a second loop inside, and left in the middle`,
  NEEDS,
  async () => {
    await inNamespace((ns) => {
      ns.route.links.set("lo", { up: true });
      fill(ns);
      const { links, routes } = ns.route, before = openFiles();
      const seen = new Set<string>();
      let inner = 0;
      for (const { dst } of routes.iterate({ family: "inet", type: "blackhole" })) {
        seen.add(dst);
        if (seen.size % (COUNT / 5) === 0) {
          assertEquals(links.get("lo").ifname, "lo");
          assertEquals(routes.lookup("127.0.0.1").type, "local");
        }
        if (seen.size % (COUNT / 5 * 2) === 0) {
          // A loop within the loop, to its end.
          for (const _ of routes.iterate({ family: "inet", table: "main" })) inner++;
        }
        if (seen.size % (COUNT / 10 * 3) === 0) {
          // Another one that is left early.
          let few = 0;
          for (const _ of routes.iterate({ family: "inet" })) if (++few === 10) break;
          assertEquals(few, 10);
        }
      }
      assertEquals(seen.size, COUNT);
      assert(seen.has(prefix(0)) && seen.has(prefix(COUNT - 1)));
      assertEquals(inner, 2 * COUNT);
      assertEquals(openFiles(), before, "sockets are left open");
    });
  },
);

kernelTest("iterate: changing the table inside the loop is safe", NEEDS, async () => {
  await inNamespace((ns) => {
    fill(ns, SOME);
    const { routes } = ns.route;
    let gone = 0;
    for (const route of routes.list({ type: "blackhole", family: "inet" })) {
      routes.delete(route);
      gone++;
    }
    assertEquals(gone, SOME);
    fill(ns, SOME);
    let left = 0;
    try {
      for (const route of routes.iterate({ type: "blackhole", family: "inet" })) {
        if (left++ % 2 === 0) routes.delete(route);
      }
    } catch (error) {
      // The kernel may report that the table changed; then all objects were yielded nevertheless.
      assertEquals((error as { code?: string }).code, "DUMP_INTERRUPTED");
    }
    assert(left >= SOME / 2, String(left));
    assertEquals(routes.flush({ type: "blackhole", family: "inet" }) + Math.ceil(left / 2), SOME);
  });
});

kernelTest("iterate: memory stays constant for any number of routes", NEEDS, async () => {
  await inNamespace((ns) => {
    fill(ns);
    const { routes } = ns.route,
      used = (): number => {
        const { heapUsed, external, arrayBuffers } = process.memoryUsage();
        return heapUsed + external + (arrayBuffers ?? 0);
      };
    let count = 0, least = Infinity, most = 0;
    for (let round = 0; round < 5; round++) {
      for (const _ of routes.iterate({ family: "inet", type: "blackhole" })) {
        if (++count % SOME !== 0 || round === 0) continue;
        const now = used();
        least = Math.min(least, now);
        most = Math.max(most, now);
      }
    }
    assertEquals(count, 5 * COUNT);
    // Held in memory, they would be 200 MB; uncollected garbage is less.
    assert(most - least < 100 << 20, `between ${least >> 20} and ${most >> 20} MB`);
  });
});
