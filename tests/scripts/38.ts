import { entries } from "../../families/netfilter/ipset.ts"; // 38 typed by the set's type
entries.add("web", { ip: "192.0.2.0/24", port: 443, proto: "tcp", timeout: 60 });
