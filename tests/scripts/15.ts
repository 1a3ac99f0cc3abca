import { routes, rules } from "../../families/route/mod.ts";
routes.add({
  dst: "203.0.113.0/24",
  multipath: [{ gateway: "10.9.0.2", dev: "v0" }, { gateway: "10.9.0.3", dev: "v0" }],
}); // 15
routes.replace({ dst: "default", gateway: "10.9.0.2", metrics: { mtu: 1400 } });
for (const route of routes.list({ table: 100 })) routes.delete(route);
rules.add({ priority: 90, src: "10.9.0.0/24", table: 100 });
