/** DCB, which no virtual interface has. */
import { assertEquals, assertThrows } from "@std/assert";
import { KernelError } from "../../../core/errors.ts";
import { inNamespace, kernelTest, wire } from "../namespace.ts";

kernelTest("DCB of an interface whose driver has none is one clear error", ["ip"], async () => {
  await inNamespace((ns) => {
    wire(ns);
    const { dcb } = ns.route;
    for (const ask of [() => dcb.get("v0"), () => dcb.getDcbx("v0"), () => dcb.set("v0", { pfc: { pfcEn: 8 } })]) {
      const error = assertThrows(ask, KernelError, "DCB");
      assertEquals((error as KernelError).code, "EOPNOTSUPP");
    }
    assertEquals((assertThrows(() => dcb.get("nothing"), KernelError) as KernelError).code, "ENODEV");
  });
});
