import { routes } from "../../families/route/mod.ts"; // 2 which way out?
const { dev, gateway, prefsrc } = routes.lookup("192.0.2.1"); //   ip route get
console.log(dev, gateway, prefsrc);
