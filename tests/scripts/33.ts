const addresses = Array.from({ length: 100_000 }, (_, i) => `192.${i >> 16}.${(i >> 8) & 255}.${i & 255}`);
import { batch, elements } from "../../families/netfilter/nftables/mod.ts"; // 33 100,000 addresses swapped
batch((b) => {
  b.elements.flush({ family: "inet", table: "guard", set: "bad" });
  b.elements.add({ family: "inet", table: "guard", set: "bad" }, addresses);
});
elements.add({ family: "inet", table: "guard", set: "open" }, [{ elem: 8080, timeout: 600 }]); // 34 for ten minutes
