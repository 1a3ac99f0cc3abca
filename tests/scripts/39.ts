import { policies, watch } from "../../families/xfrm/mod.ts"; // 39 ip xfrm policy, monitor
policies.add({
  dir: "out",
  sel: { src: "10.9.0.0/24", dst: "10.8.0.0/24" },
  tmpl: [{ src: "10.9.0.1", dst: "10.9.0.2", proto: "esp", mode: "tunnel" }],
});
for await (const e of watch("acquire", "expire")) console.log(e.event, e.value.sel);
