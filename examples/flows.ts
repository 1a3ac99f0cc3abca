/**
 * Shows the flows with the most traffic, or follows flows as they begin and end. Like `conntrack -L` and `conntrack -E`.
 *
 *     deno run --allow-ffi examples/flows.ts
 *     bun examples/flows.ts --follow
 *
 * Needs CAP_NET_ADMIN. Traffic is counted if the setting net.netfilter.nf_conntrack_acct is 1.
 */
import { type Flow, type FlowChange, type FlowNotice, open, tupleText } from "../families/netfilter/conntrack.ts";
import { list, type Listed } from "./run.ts";

const bytes = ({ counters }: Pick<Flow, "counters">): number => counters?.bytes ?? 0;

type Item = Flow | FlowChange<"new" | "destroy"> | FlowNotice;

await list(
  {
    about: "Shows the flows with the most traffic, or follows flows as they begin and end.",
    options: { netns: ["NAME", "in a network namespace"], follow: "follows flows" },
  },
  ({ netns, follow }): Listed<Item> => {
    const { conntrack } = open(netns === undefined ? {} : { netns });
    if (follow === true) return conntrack.watch("new", "destroy");
    return conntrack.list().sort((a, b) => bytes(b) - bytes(a)).slice(0, 20);
  },
  (one) => {
    if (!("event" in one)) return { BYTES: bytes(one), FLOW: tupleText(one.orig) };
    const { event, value } = one;
    return { EVENT: event, BYTES: bytes(value), FLOW: tupleText(value.orig) };
  },
);
