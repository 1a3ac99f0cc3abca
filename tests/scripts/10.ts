import process from "node:process";
import { tasks } from "../../families/generic/taskstats.ts"; // 10 what has that process waited for?
console.log(tasks.get(process.pid).blkioDelayTotal);
