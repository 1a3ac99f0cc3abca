/** Hints of errors are true: about capabilities, namespaces, and features that a kernel or a device lacks. */
import { assert, assertEquals, assertMatch, assertStringIncludes, assertThrows } from "@std/assert";
import { closeSync, existsSync, openSync, writeFileSync } from "node:fs";
import { KernelError, SystemError } from "../../core/errors.ts";
import { inNetns } from "../../ffi/netns.ts";
import { processes } from "../../families/connector/mod.ts";
import * as ethtool from "../../families/generic/ethtool.ts";
import { tasks } from "../../families/generic/taskstats.ts";
import { skip } from "../test.ts";
import { hasFamily } from "./generic/needs.ts";
import { inNamespace, kernelTest } from "./namespace.ts";
import { ROUTE, runIn } from "./route/child.ts";

const TASKSTATS = new URL("../../families/generic/taskstats.ts", import.meta.url).href;

kernelTest("hints: an error for a device without IPv6 asks for no capability", ["ip"], async () => {
  await inNamespace(({ name, route, ip }) => {
    ip("link add v0 type veth peer name v1");
    const off = "/proc/sys/net/ipv6/conf/v0/disable_ipv6";
    inNetns(name, () => {
      if (!existsSync(off)) skip("a kernel with IPv6");
      writeFileSync(off, "1");
    });
    const error = assertThrows(() => route.addresses.add({ dev: "v0", address: "2001:db8::1/64" }), KernelError);
    assertEquals(error.code, "EACCES");
    assertStringIncludes(error.message, "disable_ipv6");
    assert(!/CAP_/.test(error.message), error.message);
  });
});

kernelTest("hints: a process that has the capability is not told to get it", ["ip"], async () => {
  await inNamespace(({ route, ip }) => {
    ip("link add br0 type bridge");
    ip("link add v0 type veth peer name v1");
    // The kernel refuses this to every user.
    const error = assertThrows(() => route.links.set("v0", { master: "lo" }), KernelError);
    assert(!/CAP_NET_ADMIN/.test(error.message), error.message);
  });
});

kernelTest("hints: root of a user namespace learns that another user namespace counts", ["ip", "unshare"], async () => {
  if (!hasFamily("TASKSTATS")) skip("a kernel with TASKSTATS");
  await inNamespace(({ name }) => {
    const code = `
      const { links } = await import(${JSON.stringify(ROUTE)});
      const { tasks } = await import(${JSON.stringify(TASKSTATS)});
      for (const act of [() => tasks.get(1), () => links.add({ ifname: "x0", kind: "bridge" })]) {
        try {
          act();
          console.log("no error");
        } catch (error) {
          console.log(error.code, error.hint);
        }
      }`;
    const { stdout, stderr } = runIn(name, code, ["unshare", "--user", "--map-root-user"]);
    const [task, link] = stdout.trim().split("\n");
    assertMatch(
      task ?? stderr,
      /^EPERM needs the capability CAP_NET_ADMIN in the first user namespace; this process has/,
    );
    assertMatch(
      link ?? stderr,
      /^EPERM needs the capability CAP_NET_ADMIN in the user namespace of the network namespace/,
    );
  });
});

kernelTest("hints: process events are sent in the first network namespace only", ["ip"], async () => {
  await inNamespace(({ name }) => {
    const error = assertThrows(() => processes.watch({ netns: name }), SystemError);
    assertEquals([error.code, error.hint], [
      "ECONNREFUSED",
      "the kernel sends process events in the first network namespace only",
    ]);
  });
});

kernelTest("hints: a control group of version 2 has no counts of tasks", [], () => {
  if (!hasFamily("TASKSTATS")) skip("a kernel with TASKSTATS");
  const folder = ["/sys/fs/cgroup", "/sys/fs/cgroup/unified"].find((path) => existsSync(`${path}/cgroup.procs`));
  if (folder === undefined) skip("a mounted cgroup of version 2");
  const fd = openSync(folder, "r");
  try {
    assertMatch(assertThrows(() => tasks.cgroup(fd), KernelError).message, /EINVAL.*only a folder of cgroup version 1/);
  } finally {
    closeSync(fd);
  }
});

kernelTest("hints: a message that the kernel's ethtool lacks is not blamed on the driver", [], () => {
  if (!hasFamily("ethtool")) skip("a kernel with ethtool");
  try {
    ethtool.mse.list();
  } catch (error) {
    assertMatch((error as Error).message, /this kernel's ethtool does not have ETHTOOL_MSG_MSE_GET/);
  }
  // No device here has PLCA; that is not an error.
  assertEquals(ethtool.plca.list(), []);
});
