/** strace names our requests as they were meant. */
import { assertEquals } from "@std/assert";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inNamespace, kernelTest } from "../namespace.ts";
import { runIn } from "../route/child.ts";

const XFRM = JSON.stringify(new URL("../../../families/xfrm/mod.ts", import.meta.url).href);

/** Calls, each with the requests that it sends; lists are marked. */
const CALLS: readonly (readonly [call: string, ...requests: readonly string[]])[] = [
  ["policies.add(key)", "NEWPOLICY"],
  ["policies.set(key, { priority: 5 })", "GETPOLICY", "UPDPOLICY"],
  ["policies.get(key)", "GETPOLICY"],
  ["policies.list()", "GETPOLICY dump"],
  ["policies.expire(key)", "POLEXPIRE"],
  ["policies.delete(key)", "DELPOLICY"],
  ['policies.flush({ type: "main" })', "GETPOLICY dump", "FLUSHPOLICY"],
  ['policies.setDefault({ in: "accept" })', "SETDEFAULT"],
  ["policies.getDefault()", "GETDEFAULT"],
  ["policies.info()", "GETSPDINFO"],
  ["policies.setThresholds({ ipv4Hthresh: { lbits: 24, rbits: 25 } })", "NEWSPDINFO"],
  ['const state = states.allocSpi({ src: "10.9.0.1", dst: "10.9.0.2", proto: "esp" })', "ALLOCSPI"],
  ["states.get(state)", "GETSA"],
  ["states.list()", "GETSA dump"],
  ["states.replay(state)", "GETAE"],
  ["states.info()", "GETSADINFO"],
  ["states.delete(state)", "DELSA"],
  ["states.flush({ all: true })", "GETSA dump", "FLUSHSA"],
];

kernelTest("strace: requests about states and policies are what was meant", ["ip", "strace"], async () => {
  await inNamespace(({ name }) => {
    const folder = mkdtempSync(join(tmpdir(), "netlink-strace-")), file = join(folder, "trace");
    try {
      const script = `const { policies, states } = await import(${XFRM});
        const key = { dir: "out", sel: { src: "10.9.0.0/24" } };
        ${CALLS.map(([call]) => `${call};`).join("\n")}
        console.log("done");`;
      const { stdout, stderr } = runIn(name, script, ["strace", "-f", "-e", "trace=sendto,sendmsg", "-o", file]);
      assertEquals(stdout, "done\n", stderr);
      const sent = readFileSync(file, "utf8").matchAll(/nlmsg_type=XFRM_MSG_(\w+), nlmsg_flags=(\S+),/g);
      assertEquals(
        [...sent].map(([, type, flags]) => `${type}${flags!.includes("NLM_F_DUMP") ? " dump" : ""}`),
        CALLS.flatMap(([, ...requests]) => requests),
      );
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
