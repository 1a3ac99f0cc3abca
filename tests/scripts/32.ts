import { readFileSync } from "node:fs";
import { ruleset } from "../../families/netfilter/nftables/mod.ts";
ruleset.apply(JSON.parse(readFileSync("saved.json", "utf8"))); // 32 what `nft -j list ruleset` printed
