/** strace decodes our requests to the intended values. */
import { assert } from "@std/assert";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inNamespace, kernelTest } from "../namespace.ts";
import { runIn } from "../route/child.ts";

const NEEDS = ["ip", "strace"];
const SOCK_DIAG = new URL("../../../families/sock_diag/mod.ts", import.meta.url).href;

/** Returns the netlink messages that `code` sends, as strace shows them. */
function traced(netns: string, code: string): string[] {
  const folder = mkdtempSync(join(tmpdir(), "netlink-strace-")), file = join(folder, "trace");
  try {
    const strace = ["strace", "-f", "-e", "trace=sendto,sendmsg", "-v", "-X", "verbose", "-s", "4096", "-o", file];
    const script = `
      const { tcp, udp, raw, sctp, dccp, mptcp, unix, packet, netlink, vsock, xdp, tipc, smc } = await import(
        ${JSON.stringify(SOCK_DIAG)});
      // The requests are sent even if this kernel has no such sockets.
      const ask = (body) => { try { body(); } catch (error) { if (error.errno === undefined) throw error; } };
      ${code}
      console.log("done");`;
    const { stdout, stderr } = runIn(netns, script, strace);
    assert(stdout === "done\n", stderr);
    return readFileSync(file, "utf8").split("\n").filter((line) => line.includes("nlmsg_type"));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Checks that a message has all these words, in this order. */
function assertSent(lines: readonly string[], ...words: string[]): void {
  const has = (line: string): boolean => {
    let at = 0;
    return words.every((word) => (at = line.indexOf(word, at) + 1) > 0);
  };
  assert(lines.some(has), `no message with ${words.join(" … ")}\n${lines.join("\n")}`);
}

/** Conditions, and strace's words for the first op of their programs, the only one that it decodes. */
const OPS: readonly (readonly [condition: object, ...words: readonly string[]])[] = [
  [{ localPort: 22 }, "INET_DIAG_BC_S_EQ", "yes=8, no=12"],
  [{ localPort: { start: 22 } }, "INET_DIAG_BC_S_GE", "yes=8, no=12"],
  [{ localPort: { end: 22 } }, "INET_DIAG_BC_S_LE", "yes=8, no=12"],
  [{ dstPort: 80 }, "INET_DIAG_BC_D_EQ", "yes=8, no=12"],
  [{ dstPort: { start: 80, end: 90 } }, "INET_DIAG_BC_D_GE", "yes=8, no=20"],
  [{ dstPort: { end: 90 } }, "INET_DIAG_BC_D_LE", "yes=8, no=12"],
  [{ local: "10.0.0.0/8" }, "INET_DIAG_BC_S_COND", "yes=16, no=20", "AF_INET", "prefix_len=8", "10.0.0.0"],
  [{ dst: "192.0.2.7", dstPort: 80 }, "INET_DIAG_BC_D_COND", "yes=16, no=28", "AF_INET", "prefix_len=32", "192.0.2.7"],
  [{ dev: "lo" }, "INET_DIAG_BC_DEV_COND", "yes=8, no=12", "if_nametoindex", "lo"],
  [{ mark: { value: 1, mask: 255 } }, "INET_DIAG_BC_MARK_COND", "yes=12, no=16"],
  [{ cgroupId: 9 }, "INET_DIAG_BC_CGROUP_COND", "yes=12, no=16"],
  [{ auto: true }, "INET_DIAG_BC_AUTO", "yes=4, no=8"],
  [{ not: {} }, "INET_DIAG_BC_JMP", "yes=4, no=8"],
];

kernelTest("strace: requests about sockets of IP decode to the intended values", NEEDS, async () => {
  await inNamespace((ns) => {
    ns.ip("link set lo up");
    const lines = traced(
      ns.name,
      `
      tcp.list({ state: ["listen", "time_wait"], family: "inet", info: true });
      tcp.list({ family: "inet6", state: "established", dst: "2001:db8::/32" });
      for (const condition of ${
        JSON.stringify(OPS.map(([condition]) => condition))
      }) tcp.list({ family: "inet", ...condition });
      ask(() => udp.get({ local: "127.0.0.1", localPort: 53, dst: "127.0.0.2", dstPort: 1053 }));
      ask(() => tcp.get({ local: "127.0.0.1", localPort: 80, dst: "127.0.0.2", dstPort: 1080, cookie: 0x500000004n }));
      ask(() => tcp.destroy({ family: "inet6", local: "::1", localPort: 81, dst: "::", dstPort: 0, if: 0, cookie: 7n }));
      for (const kind of [udp, raw, sctp, dccp]) ask(() => kind.list({ family: "inet" }));
      ask(() => mptcp.list({ family: "inet" }));`,
    );
    const dump = ["SOCK_DIAG_BY_FAMILY", "NLM_F_REQUEST|NLM_F_DUMP"];
    assertSent(
      lines,
      ...dump,
      "AF_INET",
      "IPPROTO_TCP",
      "INET_DIAG_MEMINFO",
      "INET_DIAG_INFO",
      "INET_DIAG_CONG",
      "INET_DIAG_SKMEMINFO",
      "TCP_TIME_WAIT",
      "TCP_LISTEN",
    );
    assertSent(
      lines,
      ...dump,
      "AF_INET6",
      "TCP_ESTABLISHED",
      "INET_DIAG_REQ_BYTECODE",
      "INET_DIAG_BC_D_COND",
      "AF_INET6",
      "prefix_len=32",
      "port=4294967295",
      "2001:db8::",
    );
    for (const [, ...words] of OPS) assertSent(lines, ...dump, "INET_DIAG_REQ_BYTECODE", ...words);
    // The two ends are swapped in a request for a single UDP socket.
    const get = ["SOCK_DIAG_BY_FAMILY", "NLM_F_REQUEST|NLM_F_ACK"];
    assertSent(
      lines,
      ...get,
      "IPPROTO_UDP",
      "htons(1053)",
      "htons(53)",
      "127.0.0.2",
      "127.0.0.1",
      "idiag_cookie=[4294967295, 4294967295]",
    );
    assertSent(
      lines,
      ...get,
      "IPPROTO_TCP",
      "htons(80)",
      "htons(1080)",
      "127.0.0.1",
      "127.0.0.2",
      "idiag_cookie=[4, 5]",
    );
    assertSent(
      lines,
      "SOCK_DESTROY",
      "NLM_F_REQUEST|NLM_F_ACK",
      "AF_INET6",
      "IPPROTO_TCP",
      "htons(81)",
      '"::1"',
      "idiag_cookie=[7, 0]",
    );
    for (const protocol of ["IPPROTO_UDP", "IPPROTO_RAW", "IPPROTO_SCTP", "IPPROTO_DCCP"]) {
      assertSent(lines, ...dump, "AF_INET", protocol, "INET_DIAG_SHUTDOWN");
    }
    assertSent(lines, ...dump, "AF_INET", "INET_DIAG_REQ_PROTOCOL", "IPPROTO_MPTCP");
  });
});

kernelTest("strace: requests about other sockets decode to the intended values", NEEDS, async () => {
  await inNamespace((ns) => {
    const lines = traced(
      ns.name,
      `
      unix.list({ state: "listen" });
      ask(() => unix.get(4711));
      for (const kind of [packet, netlink, vsock, xdp, tipc, smc]) ask(() => kind.list());`,
    );
    const dump = ["SOCK_DIAG_BY_FAMILY", "NLM_F_REQUEST|NLM_F_DUMP"];
    const shows = ["NAME", "VFS", "PEER", "ICONS", "RQLEN", "MEMINFO"].map((name) => `UDIAG_SHOW_${name}`);
    assertSent(lines, ...dump, "AF_UNIX", "1<<TCP_LISTEN", ...shows);
    assertSent(lines, "SOCK_DIAG_BY_FAMILY", "NLM_F_REQUEST|NLM_F_ACK", "AF_UNIX", "udiag_ino=4711", ...shows);
    const packets = ["INFO", "MCLIST", "RING_CFG", "FANOUT", "MEMINFO", "FILTER"].map((name) => `PACKET_SHOW_${name}`);
    assertSent(lines, ...dump, "AF_PACKET", ...packets);
    const netlinks = ["MEMINFO", "GROUPS", "RING_CFG", "FLAGS"].map((name) => `NDIAG_SHOW_${name}`);
    assertSent(lines, ...dump, "AF_NETLINK", "NDIAG_PROTO_ALL", ...netlinks);
    // The request also has bits that strace 6.1 has no names for.
    assertSent(lines, ...dump, "AF_SMC", "diag_ext=0x1f", "SMC_DIAG_CONNINFO", "SMC_DIAG_LGRINFO");
    // strace knows only the family of these.
    for (const family of ["AF_VSOCK", "AF_XDP", "AF_TIPC"]) assertSent(lines, ...dump, family);
  });
});
