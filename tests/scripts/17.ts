import { batch } from "../../families/netfilter/nftables/mod.ts"; // 17 a firewall, all or nothing
import { counter, ct, drop, tcp } from "../../families/netfilter/nftables/statements.ts";
batch((b) => {
  b.tables.add({ family: "inet", name: "guard" });
  b.chains.add({
    family: "inet",
    table: "guard",
    name: "in",
    type: "filter",
    hook: "input",
    priority: 0,
    policy: "accept",
  });
  b.rules.add({
    family: "inet",
    table: "guard",
    chain: "in",
    expr: [tcp.dport(22), ct.state("new"), counter(), drop()],
  });
});
