/** SMC over SOCK_DIAG and SMC_GEN_NETLINK, in the lab: it loads modules. */
import { pnetids } from "../../../families/generic/smc_pnetid.ts";
import { assert, assertEquals, assertThrows } from "@std/assert";
import { spawn } from "node:child_process";
import { KernelError } from "../../../core/errors.ts";
import { smc } from "../../../families/smc.ts";
import { kernelTest, load } from "../namespace.ts";

const PORT = 5555;

/** Makes a connected pair of SMC sockets, in Python. */
const PAIR = `
  my $address = pack("SnC4x8", 2, ${PORT}, 127, 0, 0, 1);
  my ($listener, $client, $server);
  socket($listener, 43, 1, 0) && socket($client, 43, 1, 0) && bind($listener, $address) && listen($listener, 1) &&
    connect($client, $address) && accept($server, $listener) or die "$!";
  $| = 1;
  print "ready";
  <STDIN>;
`;

const there = load("smc") && load("smc_diag");
const needs = there ? ["perl"] : ["the lab, with a kernel that has CONFIG_SMC"];

/** Returns true if the kernel has the generic family, which is younger than SMC. */
function hasGeneric(): boolean {
  try {
    smc.systemInfo();
    return true;
  } catch (error) {
    if (error instanceof KernelError && error.code === "ENOENT") return false;
    throw error;
  }
}
const generic = there && !hasGeneric() ? ["a kernel with SMC_GEN_NETLINK (5.11)"] : needs;

kernelTest("smc: a connected pair and its listener are in the dump", needs, async () => {
  const pair = spawn("perl", ["-e", PAIR], { stdio: ["pipe", "pipe", "inherit"] });
  try {
    const said = await new Promise<string>((resolve) => {
      pair.stdout.once("data", (data) => resolve(String(data)));
      pair.once("close", () => resolve("it has ended"));
    });
    assertEquals(said.trim(), "ready");
    const sockets = smc.sockets().filter(({ localPort, dstPort }) => localPort === PORT || dstPort === PORT);
    const client = sockets.find(({ dstPort }) => dstPort === PORT)!;
    const server = sockets.find(({ localPort, state }) => localPort === PORT && state !== "listen")!;
    assertEquals(sockets.map(({ state }) => state).sort(), ["active", "active", "listen"]);
    assertEquals([server.dstPort, server.local, server.dst], [client.localPort, "127.0.0.1", "127.0.0.1"]);
    // Without a device for it, SMC falls back to TCP, with a reason; with loopback's own device, it uses shared memory.
    for (const { mode, fallback } of [client, server]) {
      if (mode === "fallback_tcp") assert(fallback!.reason! > 0);
    }
  } finally {
    pair.kill();
  }
});

kernelTest("smc: SMC_GEN_NETLINK answers each request", generic, () => {
  const { ver, localHost } = smc.systemInfo();
  assert(ver! >= 1 && localHost === localHost!.trimEnd());
  for (const list of [smc.linkGroups(), smc.links(), smc.memoryLinkGroups(), smc.devices(), smc.memoryDevices()]) {
    assert(Array.isArray(list));
  }
  assertEquals(typeof smc.statistics().smcrTech!.txBytes, "number");
  for (const { type } of smc.fallbackStatistics()) assert(type === "client" || type === "server");
});

kernelTest("smc: identifiers of users and the limit of handshakes are set and cleared", generic, () => {
  const before = smc.userEids();
  smc.addUserEid("NL-TEST.1");
  assertEquals(smc.userEids().filter((eid) => !before.includes(eid)), ["NL-TEST.1"]);
  smc.removeUserEid("NL-TEST.1");
  assertEquals(smc.userEids(), before);
  assertEquals(assertThrows(() => smc.addUserEid("no blanks inside"), KernelError).code, "EINVAL");
  for (const enabled of [true, false]) {
    smc.setHsLimitation(enabled);
    assertEquals(smc.hsLimitation(), enabled);
  }
});

kernelTest("smc_pnetid: physical networks are made, listed and removed", needs, () => {
  const before = pnetids.list();
  pnetids.add({ name: "NLTEST", ethname: "lo" });
  const made = pnetids.list().filter(({ name }) => name === "NLTEST");
  assertEquals(made.map(({ name, ethname }) => [name, ethname]), [["NLTEST", "lo"]]);
  assertEquals(assertThrows(() => pnetids.add({ name: "NLTEST", ethname: "lo" }), KernelError).code, "EEXIST");
  pnetids.delete("NLTEST");
  assertEquals(pnetids.list(), before);
});
