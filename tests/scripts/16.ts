const prefixes = Array.from({ length: 100_000 }, (_, i) => `10.${i >> 16}.${(i >> 8) & 255}.${i & 255}/32`);
import { batch } from "../../families/route/mod.ts"; // 16 100,000 at once
batch((b) => {
  for (const dst of prefixes) b.routes.add({ dst, type: "blackhole" });
});
