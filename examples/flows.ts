/**
 * Shows the flows with the most traffic, or follows flows as they begin and end. Like `conntrack -L` and `conntrack -E`.
 *
 *     deno run --allow-ffi examples/flows.ts
 *     bun examples/flows.ts --follow
 *
 * Needs CAP_NET_ADMIN. Traffic is counted if the setting net.netfilter.nf_conntrack_acct is 1.
 */
import { type Flow, open, tupleText } from "../families/netfilter/conntrack.ts";
import { print, run } from "./run.ts";

const bytes = ({ countersOrig, countersReply }: Flow): number =>
  (countersOrig?.bytes ?? 0) + (countersReply?.bytes ?? 0);

await run(
  {
    about: "Shows the flows with the most traffic, or follows flows as they begin and end.",
    takes: "",
    options: { netns: ["NAME", "in a network namespace"], follow: "follows flows" },
  },
  async ({ netns, follow }) => {
    using client = open(netns === undefined ? {} : { netns });
    const { conntrack } = client;
    if (follow !== true) {
      const top = conntrack.list().sort((a, b) => bytes(b) - bytes(a)).slice(0, 20);
      for (const flow of top) print(`${String(bytes(flow)).padStart(12)}  ${tupleText(flow.orig)}`);
      return;
    }
    for await (const { event, value } of conntrack.watch("new", "destroy")) {
      print(value === undefined ? event : `${event.padEnd(8)} ${tupleText(value.orig)} ${bytes(value)} bytes`);
    }
  },
);
