import { watch } from "../../families/route/mod.ts"; // 21 ip monitor, without gaps
for await (const e of watch("link", "address", { initial: true, resync: true })) console.log(e);
