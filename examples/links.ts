/**
 * Lists this machine's links, like `ip -br link`.
 *
 *     deno run --allow-ffi examples/links.ts
 *     bun examples/links.ts --netns blue --json      another network namespace needs root
 */
import * as netns from "../core/netns.ts";
import { links } from "../families/route/links.ts";
import { list } from "./run.ts";

await list(
  {
    about: "Lists this machine's links, like ip -br link.",
    options: { netns: ["NAME", "lists those of this network namespace"] },
  },
  ({ netns: name }) => name === undefined ? links.list() : netns.run(name, () => links.list()),
  ({ ifname, operstate, address, mtu, kind, masterDev }) => ({
    NAME: ifname,
    STATE: operstate,
    ADDRESS: address,
    "MTU BYTES": mtu,
    KIND: kind,
    IN: masterDev,
  }),
);
