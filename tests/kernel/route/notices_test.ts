/** Messages that the kernel sends unasked: advertised prefixes and options of IPv6 routers, reports about multicast. */
import { assert, assertEquals } from "@std/assert";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { KernelError } from "../../../core/errors.ts";
import type { NdOption } from "../../../families/route/mod.ts";
import { skip } from "../../test.ts";
import { inNamespace, kernelTest, type Namespace, run, wire } from "../namespace.ts";

/** Runs the C program that causes the messages, in a namespace. */
async function causing(body: (ns: Namespace, cause: (...args: readonly string[]) => void) => Promise<void>) {
  const folder = mkdtempSync(join(tmpdir(), "nl-unasked-")), program = join(folder, "unasked");
  try {
    run("gcc", ["-o", program, fileURLToPath(new URL("unasked.c", import.meta.url))]);
    await inNamespace(async (ns) => {
      wire(ns);
      await body(ns, (...args) => void run("ip", ["netns", "exec", ns.name, program, ...args], ""));
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

kernelTest("advertised prefixes and options arrive with their fields", ["ip", "gcc"], async () => {
  await causing(async (ns, cause) => {
    // The sender is on this machine, and has an address that is not checked first.
    const settings = ["v0/accept_ra=2", "v0/accept_ra_from_local=1", "v1/accept_dad=0"];
    const lines = settings.map((one) =>
      `echo ${one.replace(/.*=/, "")} > /proc/sys/net/ipv6/conf/${one.split("=")[0]}`
    );
    run("ip", ["netns", "exec", ns.name, "sh", "-c", lines.join("; ")]);
    ns.ip("-6 address add fe80::99/64 dev v1 nodad");
    ns.ip("-6 address flush dev v1 scope link");
    ns.ip("-6 address add fe80::99/64 dev v1 nodad");
    const { prefixes, ndOptions } = ns.route;
    await using seen = prefixes.watch();
    await using told = ndOptions.watch();
    await using both = ns.route.watch("advertised prefix", "advertised option", { initial: true });
    assertEquals((await both.next()).value!.event, "synced");
    cause("router", "v1");
    const { value: prefix } = await seen.next();
    assertEquals({ ...prefix!.value!, ifindex: 0 }, {
      family: "inet6",
      ifindex: 0,
      dev: "v0",
      type: "prefix_info",
      len: 64,
      flags: ["onlink", "autoconf"],
      address: "2001:db8:1::",
      cacheinfo: { preferredTime: 1800, validTime: 3600 },
    });
    for (const wanted = new Set(["advertised prefix", "advertised option"]); wanted.size > 0;) {
      const { event, object, value } = (await both.next()).value!;
      assertEquals([event, value?.dev], ["new", "v0"]);
      wanted.delete(object!);
    }
    const options: unknown[] = [];
    while (options.length < 2) {
      const { value } = await told.next(), { dev, icmpType, srcaddr, options: some } = value!.value!;
      assertEquals([dev, icmpType, srcaddr], ["v0", 134, "fe80::99"]);
      // Since Linux 6.12, prefixes come too.
      options.push(...some.filter(({ type }: NdOption) => type !== "prefix_info"));
    }
    assertEquals(options, [
      { type: "rdnss", lifetime: 600, servers: ["2001:db8::53", "2001:db8::54"] },
      { type: "dnssl", lifetime: 300, domains: ["example.org"] },
    ]);
  });
});

kernelTest("cache reports tell of multicast packets that no route has", ["ip", "gcc"], async () => {
  await causing(async (ns, cause) => {
    const { cacheReports, routes } = ns.route;
    await using seen = cacheReports.watch();
    try {
      cause("multicast", "v0", "192.0.2.1");
    } catch (error) {
      if (/MRT_INIT/.test(String(error))) skip("needs a kernel with multicast routing");
      throw error;
    }
    const { value } = await seen.next(), { pkt, ...report } = value!.value!;
    assertEquals(report, {
      family: "ipmr",
      msgtype: "nocache",
      vifId: 0,
      srcAddr: "192.0.2.1",
      dstAddr: "239.1.2.3",
      table: 253,
    });
    // No packet: the header of a message to the daemon, with the reason.
    assertEquals([pkt!.length, pkt![0]], [8, 1]);
    try {
      assertEquals(routes.list({ family: "ipmr" }), []);
    } catch (error) {
      assert(error instanceof KernelError);
    }
  });
});
