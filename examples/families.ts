/**
 * Lists all netlink protocols, and shows the ones that the running kernel serves.
 *
 *     deno run --allow-ffi examples/families.ts
 *     bun examples/families.ts smc 3
 *
 * With names or numbers, it prints a sentence about each of these protocols.
 */
import { explain, families } from "../families/registry.ts";
import { list } from "./run.ts";

await list(
  {
    about:
      "Lists netlink protocols: if this kernel serves them, their first and last Linux, and the modules that provide them.",
    takes: "[NAME|NUMBER]...",
  },
  function* (_options, ...wanted) {
    if (wanted.length === 0) yield* families();
    for (const one of wanted) yield { explanation: explain(/^\d+$/.test(one) ? Number(one) : one) };
  },
  (one) =>
    "explanation" in one ? { PROTOCOL: one.explanation } : {
      NUMBER: one.number,
      NAME: one.name,
      STATUS: one.status,
      HERE: one.served ? "yes" : "no",
      SINCE: one.since,
      UNTIL: one.until,
      "PROVIDED BY": one.provider,
    },
);
