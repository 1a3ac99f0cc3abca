import { conntrack } from "../../families/netfilter/conntrack.ts"; // 36 end all flows of a host; top talkers
console.log(conntrack.flush({ orig: { src: "10.0.0.5" } }), "flows ended");
const top = conntrack.list().sort((a, b) => (b.countersOrig?.bytes ?? 0) - (a.countersOrig?.bytes ?? 0)).slice(0, 10);
console.log(top);
