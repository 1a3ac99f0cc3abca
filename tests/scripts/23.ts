import { uevents } from "../../families/uevent.ts"; // 23 a stick was plugged in
for await (const e of uevents.watch({ subsystem: "block", action: "add" })) console.log(e.devname);
