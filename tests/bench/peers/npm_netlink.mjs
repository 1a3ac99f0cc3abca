// npm's `netlink`: NETLINK=FOLDER PROGRAM JOB COUNT, and a line of JSON for each line that is read.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import process from "node:process";

const { createRtNetlink } = createRequire(`${process.env.NETLINK}/`)("netlink");
const AF_INET = 2;
const socket = createRtNetlink({ ref: true });
const [job, count] = [process.argv[2], Number(process.argv[3])];
const address = (...octets) => Buffer.from(octets);

const jobs = {
  routes: async () => (await socket.getRoutes({ family: AF_INET })).length,
  links: async () => (await socket.getLinks()).length,
  neighbours: async () => (await socket.getNeighbors({ family: AF_INET })).length,
  async lookup() {
    for (let i = 0; i < count; i++) {
      await socket.getRoute({ family: AF_INET, dstLen: 32 }, { dst: address(192, 0, 2, 3 + i % 200) });
    }
    return count;
  },
  async insert(before) {
    const oif = Number(readFileSync("/sys/class/net/v0/ifindex", "utf8"));
    for (let i = 0; i < count; i++) {
      await socket.newRoute({ family: AF_INET, dstLen: 32, protocol: 3, type: 1 }, {
        dst: address(10, i >> 16, i >> 8 & 255, i & 255),
        gateway: address(192, 0, 2, 2),
        oif,
        table: 1000 + before,
      }, { flags: 0x605 });
    }
    return count;
  },
};

const microseconds = (clock) => clock().user + clock().system;
const thread = () => process.threadCpuUsage?.() ?? process.cpuUsage();
let before = 0;
console.log("ready");
for await (const _line of process.stdin) {
  const wall = process.hrtime.bigint(), all = microseconds(process.cpuUsage), main = microseconds(thread);
  const seen = await jobs[job](before++);
  console.log(JSON.stringify({
    cpu: (microseconds(thread) - main) * 1000,
    process: (microseconds(process.cpuUsage) - all) * 1000,
    wall: Number(process.hrtime.bigint() - wall),
    count: seen,
    rss: Number(/VmHWM:\s*(\d+)/.exec(readFileSync("/proc/self/status", "utf8"))[1]) * 1024,
  }));
}
process.exit(0);
