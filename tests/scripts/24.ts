import { processes } from "../../families/connector/mod.ts"; // 24 every exec on this machine
for await (const e of processes.watch("exec", "exit")) console.log(e.event, e.pid);
