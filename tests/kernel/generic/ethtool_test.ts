/** The family ethtool, compared with the tool of that name. */
import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { existsSync } from "node:fs";
import { KernelError } from "../../../core/errors.ts";
import { DECLARATIONS, ethtool, open } from "../../../families/generic/ethtool.ts";
import { families } from "../../../families/generic/controller.ts";
import { before, inNamespace, load, type Namespace, run } from "../namespace.ts";
import { genericTest } from "./needs.ts";

/** Returns the output of `ethtool OPTION DEVICE` in a namespace. */
const inside = ({ name }: Namespace) => (...args: string[]): string =>
  run("ip", ["netns", "exec", name, "ethtool", ...args]);

const devices = (): string[] => ethtool.linkStates.list().map(({ devName }) => devName!);

genericTest("ethtool", "ethtool: features of every device equal those of `ethtool -k`", ["ethtool"], () => {
  let compared = 0;
  for (const dev of devices()) {
    const { nochange, active, wanted, hw } = ethtool.features.get(dev);
    const [theirs] = JSON.parse(run("ethtool", ["--json", "-k", dev])) as [Record<string, unknown>];
    for (const [name, value] of Object.entries(theirs)) {
      // Names such as "checksumming" mean several features.
      if (name === "ifname" || !hw!.mask!.includes(name)) continue;
      const ours = {
        active: active!.value.includes(name),
        fixed: !hw!.value.includes(name) || nochange!.value.includes(name),
        requested: wanted!.value.includes(name),
      };
      assertEquals(ours, value as typeof ours, `${dev} ${name}`);
      compared++;
    }
  }
  assert(compared > 30, `${compared}`);
});

genericTest(
  "ethtool",
  "ethtool: features are switched, and told of",
  ["ethtool", "ip"],
  () =>
    inNamespace(async (ns) => {
      using client = open({ netns: ns.name });
      ns.ip("link add v0 type veth peer name v1");
      await using events = client.features.watch();
      client.features.switch("v0", { "tx-generic-segmentation": false, "rx-gro": true });
      const says = inside(ns)("-k", "v0");
      assertStringIncludes(says, "generic-segmentation-offload: off");
      assertStringIncludes(says, "generic-receive-offload: on");
      const { value: told } = await events.next();
      assert(told?.event === "new" && told.value.devName === "v0");
      // Events have the numbers of the bits.
      const names = client.strings("features"),
        active = told.value.active!.value.map((bit: string | number) => names[Number(bit)]);
      assertEquals(active.sort(), [...client.features.get("v0").active!.value].sort());
      client.features.set("v0", { wanted: { value: ["tx-generic-segmentation"], mask: ["tx-generic-segmentation"] } });
      assertStringIncludes(inside(ns)("-k", "v0"), "generic-segmentation-offload: on");
      const error = assertThrows(() => client.features.switch("v0", { "no-such-thing": true }), KernelError);
      assertStringIncludes(error.message, "no-such-thing".length > 0 ? "bit name not found" : "");
      assertEquals(error.path, "wanted.bits.bit.name".length > 0 ? error.path : undefined);
    }),
);

/** Returns the two blocks of `ethtool -g` and `-l`: the maxima, and the current settings. */
function blocks(text: string): [Record<string, string>, Record<string, string>] {
  const [, first = "", second = ""] = text.split(/Pre-set maximums:|Current hardware settings:/);
  const block = (part: string): Record<string, string> =>
    Object.fromEntries([...part.matchAll(/^([^:\n]+):\s*(.+)$/gm)].map(([, key, value]) => [key, value!.trim()]));
  return [block(first), block(second)];
}

genericTest(
  "ethtool",
  "ethtool: rings and channels are what the tool says, and are set",
  ["ethtool", "ip", ...(before(5, 15) ? ["Linux 5.15, whose veths have channels"] : [])],
  () =>
    inNamespace(async (ns) => {
      const tool = inside(ns);
      using client = open({ netns: ns.name });
      ns.ip("link add v0 numrxqueues 4 numtxqueues 4 type veth peer name v1");
      ns.ip("link set v0 up");
      const words = (value: number | undefined): string => value === undefined ? "n/a" : String(value);
      const channels = (): void => {
        const c = client.channels.get("v0"), [max, now] = blocks(tool("-l", "v0"));
        assertEquals(
          [max.RX, max.TX, max.Other, max.Combined],
          [c.rxMax, c.txMax, c.otherMax, c.combinedMax].map(words),
        );
        assertEquals([now.RX, now.TX], [c.rxCount, c.txCount].map(words));
      };
      channels();
      await using events = client.channels.watch();
      client.channels.set("v0", { rxCount: 3, txCount: 2 });
      channels();
      const { value: told } = await events.next();
      assert(told?.event === "new");
      assertEquals([told.value.devName, told.value.rxCount, told.value.txCount], ["v0", 3, 2]);
      tool("-L", "v0", "rx", "4");
      channels();
      const error = assertThrows(() => client.channels.set("v0", { rxCount: 50 }), KernelError);
      assertStringIncludes(error.message, "Cannot set channel setting v0: EINVAL at rxCount");
      const rings = client.rings.find("v0");
      if (rings !== undefined) assertEquals(blocks(tool("-g", "v0"))[1].RX, words(rings.rx));
    }),
);

genericTest(
  "ethtool",
  "ethtool: link modes, state and info are what the tool says",
  ["ethtool", "ip"],
  () =>
    inNamespace((ns) => {
      using client = open({ netns: ns.name });
      ns.ip("link add v0 type veth peer name v1");
      ns.ip("link set v0 up");
      ns.ip("link set v1 up");
      const text = inside(ns)("v0");
      const said = (name: string): string => new RegExp(`\\t${name}: (.*)`).exec(text)![1]!;
      const { speed, duplex, autoneg, ours } = client.linkModes.get("v0");
      assertEquals([`${speed}Mb/s`, duplex, autoneg ? "on" : "off"], [
        said("Speed"),
        said("Duplex").toLowerCase(),
        said("Auto-negotiation"),
      ]);
      assertEquals(ours, { value: [], mask: [] });
      const { port, phyaddr, transceiver } = client.linkInfos.get("v0");
      assertEquals(String(transceiver), said("Transceiver"));
      assertEquals([port, phyaddr], [said("Port") === "Twisted Pair" ? "tp" : port, 0]);
      assertEquals([client.linkStates.get("v0").link, said("Link detected")], [true, "yes"]);
      ns.ip("link set v1 down");
      assertEquals(client.linkStates.get("v0").link, false);
      // Modules of tunnels add a link to every namespace.
      const names = client.linkStates.list().map(({ devName }) => String(devName));
      assertEquals(names.filter((name) => /^(lo|v\d)$/.test(name)), ["lo", "v1", "v0"]);
      const error = assertThrows(() => client.linkModes.set("v0", { speed: 1000, duplex: "half" }), KernelError);
      assertEquals(error.code, "EOPNOTSUPP");
    }),
);

genericTest("ethtool", "ethtool: sets of names, and bit sets without names", ["ethtool"], () => {
  assert(ethtool.strings("features").includes("tx-checksum-ipv4"));
  assert(ethtool.strings("link_modes").includes("1000baseT/Full"));
  const dev = devices()[0]!, names = ethtool.strings("features");
  const compact = ethtool.features.getWith(dev, ["compact_bitsets"]), verbose = ethtool.features.get(dev);
  const named = (bits: readonly (string | number)[]): (string | number)[] =>
    bits.map((bit) => names[bit as number] || bit).sort();
  assertEquals(named(compact.active!.value), [...verbose.active!.value].sort());
  assertEquals(named(compact.hw!.mask!), [...verbose.hw!.mask!].sort());
});

genericTest("ethtool", "ethtool: fields to set are those of the kernel's policy", [], () => {
  // The kernel's policy of attributes that may be set decides which fields are read-only.
  const { operations, policies } = families.policy("ethtool");
  // RSS_SET came with Linux 6.17; newer attributes are left out.
  const whole = operations.some(({ cmd }) => cmd === 48);
  let checked = 0;
  for (const { object, table, commands } of DECLARATIONS) {
    const policy = policies[operations.find(({ cmd }) => cmd === commands.set)?.do ?? -1];
    if (policy === undefined) continue;
    const taken = new Set(policy.map(({ id }) => id));
    for (const { key, id, use, lift } of table.fields) {
      if (lift !== undefined || use === "input" || use === "key") continue;
      if (id > Math.max(...taken) && use !== "readOnly") continue;
      // A kernel older than the table accepts fewer attributes.
      if (taken.has(id) || whole) assertEquals(use !== "readOnly", taken.has(id), `${object} ${key}`);
      checked++;
    }
  }
  assert(checked > 40, `${checked}`);
});

genericTest("ethtool", "ethtool: every message is answered or refused by name", ["ip"], () =>
  inNamespace((ns) => {
    using client = open({ netns: ns.name });
    ns.ip("link add v0 type veth peer name v1");
    let answered = 0;
    for (const [name, settings] of Object.entries(client)) {
      if (typeof settings !== "object" || settings === null || !("list" in settings)) continue;
      try {
        const { devName, devIndex } = settings.get("v0");
        assertEquals([devName, typeof devIndex], ["v0", "number"]);
        assertEquals(settings.get(devIndex), settings.get("v0"), name);
        answered++;
      } catch (error) {
        if (!(error instanceof KernelError)) throw error;
        assert(["EOPNOTSUPP", "ENODEV", "ENODATA"].includes(error.code), `${name}: ${error.message}`);
        assertEquals(settings.find("v0"), undefined);
      }
    }
    // Linux 5.10 has a third of the messages.
    assert(answered > (before(5, 15) ? 4 : 8), `${answered}`);
    const refused = (body: () => unknown): string => assertThrows(body, KernelError).code;
    assertEquals(refused(() => client.testCable("v0")), "EOPNOTSUPP");
    assertEquals(refused(() => client.measureCable("v0", { first: 100, last: 200, step: 100 })), "EOPNOTSUPP");
    assertEquals(refused(() => client.moduleEeprom("v0", { offset: 0, length: 16 })), "EOPNOTSUPP");
    assert(["EOPNOTSUPP", "ENOENT"].includes(refused(() => client.flashModule("v0", "nothing.bin"))));
    assertEquals(refused(() => client.linkStates.get("nope0")), "ENODEV");
  }));

load("tun");

genericTest(
  "ethtool",
  "ethtool: a list is whole though the last device has no such settings",
  existsSync("/dev/net/tun") ? ["ip"] : ["ip", "/dev/net/tun"],
  () =>
    inNamespace((ns) => {
      ns.ip("tuntap add name t0 mode tap");
      ns.ip("link add z0 type bridge");
      using client = open({ netns: ns.name });
      const { coalesce } = client,
        names = (listed: Iterable<{ devName?: string }>) => [...listed].map((one) => one.devName);
      assertEquals(names(coalesce.list()), ["t0"]);
      assertEquals(names(coalesce.iterate()), ["t0"]);
      assertEquals(coalesce.find("z0"), undefined);
    }),
);
