/**
 * Limits what an interface sends, and gives parts of the rate to its classes; without a rate, ends that.
 *
 *     sudo deno run --allow-ffi examples/shape.ts eth0 100mbit 30mbit 70mbit
 *     sudo bun examples/shape.ts eth0
 *
 * The first class is 1:10, the second 1:20 …; packets that no filter classifies go through the last one. Needs
 * CAP_NET_ADMIN, and a kernel with htb.
 */
import { open, rate } from "../families/route/tc.ts";
import { print, run, UsageError } from "./run.ts";

await run(
  {
    about:
      "Limits what an interface sends to the first rate, divided among classes of the others; without one, ends that.",
    takes: "INTERFACE [RATE]...",
    options: { netns: ["NAME", "in a network namespace"] },
  },
  ({ netns }, dev, whole, ...parts) => {
    if (dev === undefined) throw new UsageError("name an interface");
    using tc = open(netns === undefined ? {} : { netns });
    if (whole === undefined) {
      const ended = tc.qdiscs.delete({ dev, parent: "root", handle: "1:", kind: "htb" }, { missing: "ok" });
      return print(ended ? `${dev} is not limited any more` : "nothing to end");
    }
    const ceil = rate(whole), rates = parts.length === 0 ? [ceil] : parts.map(rate);
    const handles = rates.map((_, index) => `1:${index + 1}0`), defcls = parseInt(handles.at(-1)!.slice(2), 16);
    if ([ceil, ...rates].includes(0)) throw new UsageError("RATE is 0, expected more");
    if (rates.reduce((sum, one) => sum + one) > ceil) {
      throw new UsageError(`the first rate, ${whole}, is divided among the others, which are more`);
    }
    tc.qdiscs.delete({ dev, parent: "root", handle: "1:" }, { missing: "ok" });
    tc.qdiscs.replace({ dev, parent: "root", handle: "1:", kind: "htb", options: { defcls } });
    try {
      tc.batch((b) => {
        b.classes.add({ dev, parent: "1:", handle: "1:1", kind: "htb", options: { rate: ceil } });
        for (const [index, handle] of handles.entries()) {
          b.classes.add({ dev, parent: "1:1", handle, kind: "htb", options: { rate: rates[index]!, ceil } });
        }
      });
    } catch (error) {
      // Without its classes, it would limit nothing.
      tc.qdiscs.delete({ dev, parent: "root", handle: "1:" }, { missing: "ok" });
      throw error;
    }
    for (const [index, handle] of handles.entries()) print(handle, parts[index] ?? whole, "of", whole);
  },
);
