import { addresses } from "../../families/route/mod.ts"; // 3 my addresses, the kernel filters
const mine = addresses.list({ dev: "eth0", family: "inet" }).map((a) => a.local);
console.log(mine);
