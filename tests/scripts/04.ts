import { neighbours } from "../../families/route/mod.ts"; // 4 who is on this wire?
const seen = neighbours.list({ dev: "br0" }).filter((n) => n.state.includes("reachable"));
console.log(seen.map((n) => n.dst));
