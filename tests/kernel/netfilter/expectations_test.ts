/** Expectations, timeout policies and helpers, compared with those of `conntrack` and the settings in /proc. */
import { assert, assertEquals, assertThrows } from "@std/assert";
import { KernelError } from "../../../core/errors.ts";
import { open as openConntrack } from "../../../families/netfilter/conntrack.ts";
import { open as openExpectations } from "../../../families/netfilter/expectations.ts";
import { open as openHelpers } from "../../../families/netfilter/helpers.ts";
import { open as openTimeouts } from "../../../families/netfilter/timeouts.ts";
import { skip } from "../../test.ts";
import { inNamespace, kernelTest, load } from "../namespace.ts";
import { fromXml, inside } from "./flows.ts";

const master = { src: "10.0.0.1", dst: "10.0.0.2", proto: "tcp" as const, srcPort: 1000, dstPort: 21 };
const data = { src: "10.0.0.2", dst: "10.0.0.1", proto: "tcp" as const, srcPort: 0, dstPort: 5000 };
const mask = { src: "255.255.255.255", dst: "255.255.255.255", proto: "tcp" as const, srcPort: 0, dstPort: 65535 };

/** True if a call fails since this kernel lacks a subsystem or a helper. */
function lacks(call: () => unknown): boolean {
  try {
    call();
    return false;
  } catch (error) {
    if (error instanceof KernelError && ["EINVAL", "EOPNOTSUPP", "ENOENT"].includes(error.code)) return true;
    throw error;
  }
}

kernelTest("expectations: they are listed as by `conntrack -L expect`, and watched", ["ip", "conntrack"], async () => {
  load("nf_conntrack_ftp");
  await inNamespace(async ({ name }) => {
    using flows = openConntrack({ netns: name });
    using client = openExpectations({ netns: name });
    const { expectations } = client;
    // The kernel reports expectations of flows that were made while somebody watched.
    await using events = expectations.watch();
    if (lacks(() => flows.conntrack.add({ orig: master, timeout: 1000, help: { name: "ftp" } }))) {
      skip("needs a kernel with the helper ftp");
    }
    expectations.add({ master, tuple: data, mask, timeout: 60 });
    const [first] = expectations.list(), [printed] = fromXml(inside(name, "conntrack", "-L", "expect", "-o", "xml"));
    const { master: of, tuple, mask: bits, helpName, family, id } = first!;
    assertEquals([of, tuple, bits, helpName, family], [master, data, mask, "ftp", "ip"]);
    assertEquals(printed!["layer4.expected.dport"], "5000");
    assertEquals(expectations.get(first!).id, id);
    assertThrows(() => expectations.delete({} as never), TypeError, "the kernel would delete all");
    for (const filter of [{}, { family: "unspec" }, { family: undefined }]) {
      assertThrows(() => expectations.flush(filter as never), TypeError, "without a filter: use { all: true }");
    }
    assertEquals([expectations.flush({ family: "ip6" }), expectations.list().length], [0, 1]);
    assertEquals([expectations.flush({ family: "inet", helpName: "ftp" }), expectations.list()], [1, []]);
    expectations.add({ master, tuple: data, mask, timeout: 60 });
    const [one] = expectations.list();
    assertThrows(() => expectations.set(one as never, { timeout: 5 }), TypeError, "delete it, and add it");
    expectations.delete(one!);
    assertEquals([expectations.find(one!), expectations.list()], [undefined, []]);
    const seen: unknown[] = [];
    for await (const event of events) {
      seen.push(event.event);
      if (event.event === "del") break;
    }
    assertEquals(seen, ["new", "del"]);
    assert(expectations.statsCpu().reduce((sum, { create = 0 }) => sum + create, 0) > 0);
    const without = assertThrows(() => expectations.add({ master: data, tuple: data, mask, timeout: 60 }), KernelError);
    assertEquals(without.code, "ENOENT");
  });
});

kernelTest("timeout policies: set changes the given states only, and defaults are those of /proc", ["ip"], async () => {
  load("nfnetlink_cttimeout");
  await inNamespace(({ name }) => {
    using client = openTimeouts({ netns: name });
    const { timeouts } = client;
    if (lacks(() => timeouts.list())) skip("needs a kernel with nfnetlink_cttimeout");
    timeouts.add({ name: "short", l3proto: "ip", l4proto: "tcp", data: { established: 600 } });
    timeouts.add({ name: "echo", l3proto: "ip6", l4proto: "icmpv6", data: { timeout: 5 } });
    timeouts.set("short", { data: { close: 3 } });
    const { l4proto, data } = timeouts.get("short");
    assertEquals([l4proto, data!["established"], data!["close"]], ["tcp", 600, 3]);
    assertEquals(timeouts.list().map(({ name, l3proto }) => `${name} ${l3proto}`).sort(), ["echo ip6", "short ip"]);
    assertEquals(assertThrows(() => timeouts.add(timeouts.get("echo")), KernelError).code, "EEXIST");
    assertThrows(() => timeouts.delete({} as never), TypeError, "the kernel would delete all");
    assertThrows(() => timeouts.add({ name: "x" }), TypeError, "l3proto, l4proto and data are needed");
    timeouts.delete("short");
    assertEquals([timeouts.flush({ all: true }), timeouts.list()], [1, []]);
    const proc = (setting: string) => inside(name, "sysctl", "-n", `net.netfilter.nf_conntrack_${setting}`).trim();
    assertEquals(String(timeouts.getDefault("ip", "udp")["unreplied"]), proc("udp_timeout"));
    timeouts.setDefault("ip", "udp", { unreplied: 77 });
    assertEquals([timeouts.getDefault("ip", "udp")["unreplied"], proc("udp_timeout")], [77, "77"]);
    assertEquals(String(timeouts.getDefault("ip", "tcp")["established"]), proc("tcp_timeout_established"));
  });
});

kernelTest("helpers: a helper in user space is added, changed and deleted", ["ip"], async () => {
  load("nfnetlink_cthelper");
  await inNamespace(({ name }) => {
    using client = openHelpers({ netns: name });
    const { helpers } = client;
    if (lacks(() => helpers.list())) skip("needs a kernel with nfnetlink_cthelper");
    const helper = {
      name: "nl-test",
      tuple: { l3protonum: "ip", l4protonum: "tcp" },
      queueNum: 3,
      policy: [{ name: "data", expectMax: 1, expectTimeout: 300 }, { name: "more", expectMax: 2, expectTimeout: 60 }],
    } as const;
    helpers.add(helper);
    try {
      assertEquals(helpers.find("nl-test"), { ...helper, privDataLen: 0, status: "enabled" } as never);
      helpers.set("nl-test", { queueNum: 4, status: "disabled" });
      const { queueNum, status, policy } = helpers.get("nl-test");
      assertEquals([queueNum, status, policy], [4, "disabled", helper.policy]);
      assertThrows(() => helpers.delete({} as never), TypeError, "the kernel would delete all");
      assertThrows(() => helpers.add({ name: "x" }), TypeError, "tuple, queueNum and policy are needed");
    } finally {
      helpers.delete("nl-test");
    }
    assertEquals(helpers.find("nl-test"), undefined);
  });
});
