/** The device whose features are changed, and their new values. */
import { assertEquals, assertThrows } from "@std/assert";
import { plural } from "../../../core/arguments.ts";
import { open } from "../../../families/generic/ethtool.ts";
import { inNamespace, kernelTest } from "../namespace.ts";

kernelTest("ethtool: a feature can be set to true or false only", [], async () => {
  await inNamespace(({ name, route }) => {
    route.links.add({ ifname: "va", kind: "veth", data: { peer: { ifname: "vb" } } });
    using ethtool = open({ netns: name });
    const { features } = ethtool, on = (): boolean => features.get("va").active!.value.includes("rx-gro");
    const before = on();
    for (const value of ["off", null, Number.NaN, 0, {}]) {
      assertThrows(() => features.switch("va", { "rx-gro": value as never }), TypeError, "rx-gro");
    }
    features.switch("va", { "rx-gro": undefined as never, "tx-generic-segmentation": false });
    assertEquals(on(), before);
    features.switch("va", { "rx-gro": !before });
    assertEquals(["time stamping ability", "key", "box"].map(plural), ["time stamping abilities", "keys", "boxes"]);
    assertEquals(on(), !before);
  });
});

kernelTest("ethtool: a key with the name and number of different devices matches neither", [], async () => {
  await inNamespace(({ name, route }) => {
    route.links.add({ ifname: "va", kind: "veth", data: { peer: { ifname: "vb" } } });
    const devIndex = route.links.get("vb").index!, lo = 1;
    using ethtool = open({ netns: name });
    const { features, linkStates } = ethtool;
    const before = features.get("vb").active;
    assertThrows(() => features.switch({ devName: "va", devIndex }, { "tx-generic-segmentation": false }));
    assertEquals(features.get("vb").active, before);
    assertThrows(() => linkStates.get({ devName: "va", devIndex: lo }));
    assertEquals(linkStates.get(linkStates.get("va")), linkStates.get("va"));
  });
});
