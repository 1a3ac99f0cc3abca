import { entries, sets } from "../../families/netfilter/ipset.ts"; // 18 ipset
sets.add({ name: "bad", type: "hash:ip", timeout: 600 });
entries.add("bad", { ip: "198.51.100.9" });
