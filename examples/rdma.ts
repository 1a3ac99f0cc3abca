/**
 * Lists the ports of RDMA devices, what each device has in use, and who uses it.
 *
 *     deno run --allow-ffi examples/rdma.ts
 *     bun examples/rdma.ts
 *
 * Needs a kernel with the module ib_core. `links.add({ name: "rxe0", kind: "rxe", dev: "eth0" })` makes a device.
 */
import { links } from "../families/rdma/links.ts";
import { resources } from "../families/rdma/resources.ts";
import { list } from "./run.ts";

await list(
  { about: "Lists ports of RDMA devices, with the numbers of their resources, and the queue pairs of programs." },
  function* () {
    for (const link of links.list()) yield { link };
    for (const summary of resources.summary()) yield { summary };
    for (const qp of resources.qps.list()) if (qp.pid !== undefined) yield { qp };
  },
  ({ link, summary, qp }: {
    link?: ReturnType<typeof links.list>[number];
    summary?: ReturnType<typeof resources.summary>[number];
    qp?: ReturnType<typeof resources.qps.list>[number];
  }) => {
    if (link) return { PORT: `${link.name}/${link.port}`, STATE: link.state, INTERFACE: link.dev };
    if (summary) {
      const counts = Object.fromEntries(summary.summary!.map(({ kind, current }) => [kind!.toUpperCase(), current]));
      return { DEVICE: summary.name, ...counts };
    }
    return { "QUEUE PAIR": `${qp!.name} ${qp!.lqpn}`, TYPE: qp!.type, STATE: qp!.state, PROCESS: qp!.pid };
  },
);
