import { rules, text } from "../../families/netfilter/nftables/mod.ts"; // 31 nft list ruleset
for (const rule of rules.list({ table: "guard" })) console.log(rule.chain, rule.handle, text(rule));
