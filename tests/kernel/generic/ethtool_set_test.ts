/** Tests that `set` of ethtool's family changes the fields given and no others, as the tool `ethtool` shows them. */
import { assert, assertEquals } from "@std/assert";
import { existsSync } from "node:fs";
import { type Ethtool, open } from "../../../families/generic/ethtool.ts";
import { skip } from "../../test.ts";
import { before, inNamespace, lab, load, type Namespace, run } from "../namespace.ts";
import { genericTest } from "./needs.ts";

/** The output of the tool for a device: the text after each colon, by the option and the words before the colon. */
type Shown = Record<string, string>;

/** The options of the tool that show settings. */
const OPTIONS = ["", "-c", "-l", "-g", "-a", "-T", "-x", "--show-eee", "--show-fec", "--show-priv-flags"];

/** The features that the tool has names of its own for. */
const KERNEL_NAMES: Readonly<Record<string, string>> = {
  "rx-checksumming": "rx-checksum",
  "generic-segmentation-offload": "tx-generic-segmentation",
  "generic-receive-offload": "rx-gro",
  "large-receive-offload": "rx-lro",
  "rx-vlan-offload": "rx-vlan-hw-parse",
  "tx-vlan-offload": "tx-vlan-hw-insert",
  "ntuple-filters": "rx-ntuple-filter",
  "receive-hashing": "rx-hashing",
};

/** A feature as the tool shows it. A name that stands for several features is neither fixed nor requested. */
interface ShownFeature {
  readonly active: boolean;
  readonly fixed: boolean | null;
  readonly requested: boolean | null;
}

type ShownFeatures = Record<string, ShownFeature>;

/** The tool in a namespace. */
class Tool {
  readonly #ns: Namespace;

  constructor(ns: Namespace) {
    this.#ns = ns;
  }

  /** Runs commands of a shell, and returns their output. */
  run(script: string): string {
    return run("ip", ["netns", "exec", this.#ns.name, "sh", "-c", script]);
  }

  /** Returns all that the tool shows of a device. */
  show(dev: string): Shown {
    const all: Shown = {}, options = OPTIONS.map((option) => `echo "OPTION ${option}"; ethtool ${option} ${dev}`);
    let option = "", part = "", last = "";
    // Devices of one kind differ in their name only.
    for (const line of this.run(`{ ${options.join("; ")}; } 2>&1; true`).replaceAll(dev, "DEVICE").split("\n")) {
      const text = line.trim();
      if (text.startsWith("OPTION")) [option, part] = [text.slice(7), ""];
      else if (/^(Pre-set|Current hardware)/.test(text)) part = `${text} `;
      const [, name, value = ""] = /^([^:]+):(.*)$/.exec(text) ?? [];
      // A line without a colon belongs to the one before it.
      if (name === undefined) all[last] = `${all[last] ?? ""} ${text}`.trim();
      else all[last = `${option} ${part}${name}`.trim()] = value.trim();
    }
    const [features] = this.features("", dev);
    for (const [name, { active, requested }] of Object.entries(features!)) all[`-k ${name}`] = `${active} ${requested}`;
    return all;
  }

  /** Runs commands, and returns what the tool shows of the features of devices after that. */
  features(script: string, ...devs: readonly string[]): ShownFeatures[] {
    const each = devs.map((dev) => `ethtool --json -k ${dev}`).join("; echo ,; ");
    const shown = JSON.parse(`[${this.run(`${script}\n${each}`)}]`) as [ShownFeatures & { ifname?: unknown }][];
    return shown.map(([{ ifname: _name, ...features }]) => features);
  }
}

/** A change, and the lines of the tool's output that change with it. */
type Change = readonly [set: (client: Ethtool) => void, other: Shown];

/** Makes each change, and compares all that the tool shows with what it showed before. */
function changes(ns: Namespace, dev: string, tried: readonly Change[]): void {
  const tool = new Tool(ns);
  using client = open({ netns: ns.name });
  let shown = tool.show(dev);
  for (const [set, other] of tried) {
    const expected = { ...shown, ...other };
    assert(JSON.stringify(expected) !== JSON.stringify(shown), `nothing changes by ${set}`);
    set(client);
    assertEquals(shown = tool.show(dev), expected, String(set));
  }
}

load("tun");
const TUN = existsSync("/dev/net/tun") ? [] : ["/dev/net/tun"];

genericTest(
  "ethtool",
  "ethtool: set changes one field of a tap device and no other",
  ["ip", "ethtool", ...TUN],
  () =>
    inNamespace((ns) => {
      ns.ip("tuntap add name t0 mode tap");
      const tool = new Tool(ns);
      // No field has its default.
      tool.run("ethtool -s t0 speed 100 duplex half port mii phyad 3 msglvl 0x5");
      tool.run("ethtool -C t0 rx-frames 7");
      const level = (text: string): Shown => ({ "Current message level": text });
      changes(ns, "t0", [
        [({ linkModes }) => linkModes.set("t0", { speed: 2500 }), { Speed: "2500Mb/s" }],
        [({ linkModes }) => linkModes.set("t0", { duplex: "full" }), { Duplex: "Full" }],
        [({ linkModes }) => linkModes.set("t0", { autoneg: true }), { "Auto-negotiation": "on" }],
        [({ linkInfos }) => linkInfos.set("t0", { port: "fibre" }), { Port: "FIBRE" }],
        [({ linkInfos }) => linkInfos.set("t0", { phyaddr: 9 }), { PHYAD: "9" }],
        [({ coalesce }) => coalesce.set("t0", { rxMaxFrames: 11 }), { "-c rx-frames": "11" }],
        [
          ({ debug }) => debug.set("t0", { msgmask: { value: ["probe"], mask: ["probe", "drv"] } }),
          level("0x00000006 (6) probe link"),
        ],
        [({ debug }) => debug.set("t0", { msgmask: { value: ["wol"] } }), level("0x00004000 (16384) wol")],
      ]);
    }),
);

genericTest(
  "ethtool",
  "ethtool: set changes one field of a veth's channels and no other",
  ["ip", "ethtool", ...(before(5, 15) ? ["Linux 5.15, whose veths have channels"] : [])],
  () =>
    inNamespace((ns) => {
      ns.ip("link add v0 numrxqueues 4 numtxqueues 4 type veth peer name v1 numrxqueues 4 numtxqueues 4");
      ns.ip("link set v0 up");
      ns.ip("link set v1 up");
      const now = "-l Current hardware settings:";
      changes(ns, "v0", [
        [({ channels }) => channels.set("v0", { rxCount: 3 }), { [`${now} RX`]: "3" }],
        [({ channels }) => channels.set("v0", { txCount: 2 }), { [`${now} TX`]: "2" }],
      ]);
    }),
);

/** Returns by feature if it is requested. */
function requests(features: ShownFeatures): Record<string, boolean | null> {
  return Object.fromEntries(Object.entries(features).map(([name, { requested }]) => [name, requested]));
}

for (
  const [kind, needs, left, right] of [
    ["veth", [], "link add left0 type veth peer name left1", "link add right0 type veth peer name right1"],
    ["bridge", [], "link add left0 type bridge", "link add right0 type bridge"],
    ["dummy", [], "link add left0 type dummy", "link add right0 type dummy"],
    ["tap", TUN, "tuntap add name left0 mode tap", "tuntap add name right0 mode tap"],
  ] as const
) {
  genericTest("ethtool", `ethtool: set changes one feature of a ${kind} device as the tool does`, [
    "ip",
    "ethtool",
    ...needs,
  ], () =>
    inNamespace((ns) => {
      try {
        ns.ip(left);
        ns.ip(right);
      } catch (error) {
        if (!String(error).includes("Unknown device type")) throw error;
        skip(`the kernel has no ${kind} devices`);
      }
      using client = open({ netns: ns.name });
      const tool = new Tool(ns);
      const whole = tool.show("left0");
      let [was] = tool.features("", "left0"), tried = 0;
      const free = Object.entries(was!).filter(([, { requested, fixed }]) => requested !== null && fixed === false);
      for (const [position, [shown, { requested }]] of free.entries()) {
        // In the lab, where a run of the tool takes a second, every fifth feature is tried.
        if (lab && position % 5 !== 0) continue;
        const name = KERNEL_NAMES[shown] ?? shown, on = !requested;
        client.features.set("left0", { wanted: { value: on ? [name] : [], mask: [name] } });
        // The kernel turns off what needs the feature; the tool's change of another device shows what that is. The
        // tool fails if the feature is requested and cannot be on now.
        const same = `ethtool -K right0 ${shown} ${on ? "on" : "off"} > /dev/null 2>&1`;
        const [after, other] = tool.features(same, "left0", "right0");
        assertEquals(requests(after!), { ...requests(was!), [shown]: on }, name);
        assertEquals(after, other, name);
        was = after;
        tried++;
      }
      assert(tried > (lab ? 1 : 5), `${tried} features`);
      const settings = (all: Shown): Shown =>
        Object.fromEntries(Object.entries(all).filter(([line]) => !line.startsWith("-k ")));
      assertEquals(settings(tool.show("left0")), settings(whole));
    }));
}
