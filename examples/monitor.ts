/**
 * Shows changes of links, addresses, routes, neighbours and rules until Ctrl-C, like `ip monitor`.
 *
 *     deno run --allow-ffi examples/monitor.ts
 *     bun examples/monitor.ts --initial link address
 */
import { brief } from "../families/route/brief.ts";
import { watch } from "../families/route/mod.ts";
import { list, UsageError } from "./run.ts";

/** The objects that have a short form. */
type Shown = "link" | "address" | "route" | "neighbour" | "rule";

const SHOWN: readonly string[] = ["link", "address", "route", "neighbour", "rule"] satisfies Shown[];

await list(
  {
    about: "Shows changes until Ctrl-C, of: link address route neighbour rule (without arguments all but rules).",
    takes: "[OBJECT]...",
    options: { initial: "shows first what is there" },
  },
  ({ initial = false }, ...objects) => {
    const wanted = objects.length > 0 ? objects : ["link", "address", "route", "neighbour"];
    const other = objects.find((object) => !SHOWN.includes(object));
    if (other !== undefined) throw new UsageError(`expected ${SHOWN.join(", ")}, got ${JSON.stringify(other)}`);
    return watch(...wanted as Shown[], { initial, resync: true });
  },
  (e) => {
    if (e.event === "synced") return { CHANGE: "---", OBJECT: "this is all there is; changes follow", STATE: "" };
    if (e.event === "overrun") return { CHANGE: "---", OBJECT: "changes came too fast, looking again", STATE: "" };
    const cells = Object.values(brief(e.value)).filter((cell) => cell !== "");
    return { CHANGE: e.event, OBJECT: e.object, STATE: cells.join(" ") };
  },
);
