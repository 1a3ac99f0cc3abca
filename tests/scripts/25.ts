import { conntrack } from "../../families/netfilter/conntrack.ts"; // 25 flows begin and end
for await (const e of conntrack.watch("new", "destroy")) console.log(e.value.orig, e.value.counters);
