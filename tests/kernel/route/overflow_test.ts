/** Receive buffers that are too small: batches are adapted to them, known results are kept, and the next call works. */
import { assert, assertEquals, assertThrows } from "@std/assert";
import { BatchError, KernelError, type NetlinkError } from "../../../core/errors.ts";
import type { Transport } from "../../../core/transport.ts";
import { open, type RouteClient } from "../../../families/route/mod.ts";
import { Socket } from "../../../ffi/socket.ts";
import { inNamespace, kernelTest, namesOf, type Namespace } from "../namespace.ts";

const NEEDS = ["ip"];
/** A size that the kernel raises to its minimum, 2,304. */
const LEAST = 1;

/** Returns a client whose receive buffer has the given size; `told` is the size that it is told instead. */
function small(ns: Namespace, bytes: number, told?: number): { route: RouteClient; sends: () => number } {
  let sends = 0;
  const transport = (): Transport => {
    const socket = new Socket({ protocol: 0, netns: ns.name }), send = socket.send.bind(socket);
    socket.setBuffer(bytes);
    if (told !== undefined) socket.buffers = () => ({ receive: told, send: told });
    socket.send = (...args) => {
      sends++;
      send(...args);
    };
    return socket;
  };
  return { route: open({ transport }), sends: () => sends };
}

/** Requests routes of which one in `every` is refused; all others are made. */
function ask(route: RouteClient, count: number, every = 2): BatchError | undefined {
  try {
    route.batch(({ routes }) => {
      for (let i = 0; i < count; i++) {
        const dst = `10.9.${i >> 8}.${i & 255}/32`;
        routes.add(i % every === 0 ? { dst, gateway: "203.0.113.1" } : { dst, type: "blackhole" });
      }
    });
    return undefined;
  } catch (error) {
    if (error instanceof BatchError) return error;
    throw error;
  }
}

/** Returns the positions of the routes that the kernel has. */
function made(ns: Namespace): number[] {
  return ns.ipJson("route show type blackhole").map(({ dst }) => {
    const [, , high, low] = String(dst).split(".").map(Number);
    return high! * 256 + low!;
  }).sort((a, b) => a - b);
}

for (const bytes of [LEAST, 4096, 20_000, 106_496, 1_000_000]) {
  kernelTest(
    `overflow: a batch is adapted to a receive buffer of ${bytes}, and names every refusal once`,
    NEEDS,
    () =>
      inNamespace((ns) => {
        const { route, sends } = small(ns, bytes);
        using _ = route;
        const error = ask(route, 400)!;
        assertEquals(error.failures.map(({ index }) => index), Array.from({ length: 200 }, (_, i) => 2 * i));
        assertEquals([error.unknown, error.unsent], [[], []]);
        assertEquals(error.done, made(ns));
        assert(bytes < 4096 ? sends() === 400 : sends() <= Math.ceil(400 / (bytes / 2000)), `${sends()} sends`);
        assertEquals(route.routes.list({ type: "blackhole" }).length, 200);
      }),
  );
}

for (const every of [1, 2, 7]) {
  kernelTest(
    `overflow: if every ${every}th item is refused and answers are lost, each item is reported as the kernel did it`,
    NEEDS,
    () =>
      inNamespace((ns) => {
        // It is told that there is room for the answers to 128 items at once.
        const { route } = small(ns, LEAST, 212_992);
        using _ = route;
        const error = ask(route, 400, every)!, there = new Set(made(ns));
        assertEquals(error.code, "ENOBUFS");
        for (const index of error.done) assert(there.has(index), `${index} is said to be done`);
        for (const { index, error: why } of error.failures) {
          assert(!there.has(index) && why instanceof KernelError, `${index} is said to be refused`);
        }
        for (const { index } of error.unsent) assert(!there.has(index), `${index} is said not to be sent`);
        const listed = [
          error.done,
          ...[error.failures, error.unknown, error.unsent].map((all) => all.map(({ index }) => index)),
        ];
        assertEquals(listed.flat().sort((a, b) => a - b), Array.from({ length: 400 }, (_, i) => i));
        assert(error.failures.length > 0 && error.unknown.length > 0, error.message);
        assert(error.unknown.every(({ error }) => (error as NetlinkError).code === "ENOBUFS"));
        // All items are tried, and the client stays usable.
        assertEquals(error.unsent, []);
        assertEquals(route.routes.list({ type: "blackhole" }).length, there.size);
        assertEquals(route.links.get("lo").ifname, "lo");
        assertThrows(() => route.routes.delete({ dst: "10.99.0.0/16" }), KernelError, "ESRCH");
      }),
  );
}

kernelTest(
  "overflow: after a lost answer, a request that changes nothing is repeated, with a larger buffer",
  NEEDS,
  () =>
    inNamespace((ns) => {
      ns.ip("link add v0 type veth peer name v1");
      const { route } = small(ns, LEAST);
      using _ = route;
      for (let round = 0; round < 3; round++) {
        assertEquals(route.links.get("v0").ifname, "v0");
        assertEquals(route.links.find("nope"), undefined);
        assertEquals(namesOf(route.links.list()), ["lo", "v1", "v0"]);
        assertEquals(namesOf(route.links.iterate()), ["lo", "v1", "v0"]);
      }
    }),
);
