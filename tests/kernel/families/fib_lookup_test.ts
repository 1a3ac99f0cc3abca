/** FIB_LOOKUP: the running kernel's answers, against `ip route get fibmatch`. */
import { assertEquals, assertThrows } from "@std/assert";
import { KernelError } from "../../../core/errors.ts";
import { lookup, open } from "../../../families/fib_lookup.ts";
import { random } from "../../unit/core/help.ts";
import { inNamespace, kernelTest, run } from "../namespace.ts";

kernelTest("fib_lookup: the routes of 1,000 addresses equal those of `ip route get`", ["ip"], async () => {
  await inNamespace(({ name, ipBatch }) => {
    const next = random(10), octets = (count: number) => Array.from({ length: count }, () => next(256)).join(".");
    const prefixes = new Set(Array.from({ length: 400 }, (_, i) => {
      const length = 8 + next(25), base = `${11 + i % 100}.${octets(3)}`;
      const bits = base.split(".").reduce((sum, octet) => sum * 256 + Number(octet), 0);
      const network = Math.floor(bits / 2 ** (32 - length)) * 2 ** (32 - length);
      return `${[24, 16, 8, 0].map((shift) => network >>> shift & 255).join(".")}/${length}`;
    }));
    ipBatch([
      "link set lo up",
      "link add d0 up type bridge",
      "address add 10.1.2.3/16 brd + dev d0",
      "route add default via 10.1.0.1",
      ...[...prefixes].map((prefix, i) => `route add ${prefix} ${i % 2 ? "dev d0" : "via 10.1.0.9"}`),
    ]);
    const addresses = [
      ...["127.0.0.1", "127.9.9.9", "10.1.2.3", "10.1.255.255", "10.1.7.7", "8.8.8.8"],
      ...[...prefixes].map((prefix) => prefix.split("/")[0]!),
    ];
    while (addresses.length < 1000) addresses.push(`${11 + next(100)}.${octets(3)}`);
    const lines = addresses.map((address) => `route get fibmatch ${address}`).join("\n") + "\n";
    const theirs = run("ip", ["-n", name, "-j", "-d", "-batch", "-"], lines).trim().split("\n").map((line) =>
      JSON.parse(line)[0]
    );
    using fib = open({ netns: name });
    addresses.forEach((address, i) => {
      const { prefixlen, type, scope, tbId } = fib.lookup(address), { dst, ...route } = theirs[i];
      const length = dst === "default" ? 0 : Number(dst.split("/")[1] ?? 32);
      const found = { type, scope: scope === "universe" ? "global" : scope, prefixlen, table: tbId };
      assertEquals(found, {
        type: route.type ?? "unicast",
        scope: route.scope ?? "global",
        prefixlen: length,
        table: route.table ?? "main",
      }, address);
    });
  });
});

kernelTest("fib_lookup: a failed search has the same code as in `ip route get`", ["ip"], async () => {
  await inNamespace(({ name, ipBatch }) => {
    ipBatch([
      "link set lo up",
      "route add blackhole 10.1.0.0/16",
      "route add unreachable 10.2.0.0/16",
      "route add prohibit 10.3.0.0/16",
      "route add 10.4.0.0/16 dev lo table 100",
    ]);
    using fib = open({ netns: name });
    const code = (address: string, table?: number) =>
      assertThrows(() => fib.lookup(address, table === undefined ? {} : { table }), KernelError).code;
    assertEquals(["10.1.0.1", "10.2.0.1", "10.3.0.1"].map((address) => code(address)), [
      "EINVAL",
      "EHOSTUNREACH",
      "EACCES",
    ]);
    assertEquals(code("10.1.0.1", 77), "ENOENT");
    assertEquals(fib.lookup("10.4.0.1", { table: 100 }).tbId, 100);
    assertEquals(fib.lookup("127.0.0.1", { table: "local" }).scope, "host");
  });
});

kernelTest("fib_lookup: lookup() works in the script's namespace, on a shared socket", [], () => {
  assertEquals(lookup("127.0.0.1", { table: "local" }).type, "local");
});
