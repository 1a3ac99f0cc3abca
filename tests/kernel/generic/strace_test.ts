/**
 * strace shows the intended families and requests.
 *
 * strace 6.1 decodes nlmsghdr, names the family of its number, and prints the rest as bytes: the library's own tables
 * decode their commands and attributes.
 */
import { assert, assertEquals } from "@std/assert";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { decode } from "../../../families/registry.ts";
import { inNamespace, kernelTest } from "../namespace.ts";
import { runIn } from "../route/child.ts";
import { hasFamily } from "./needs.ts";

const NEEDS = ["ip", "nsenter", "strace"];

/** A request as strace shows it, with its bytes decoded. */
interface Seen {
  readonly family: string;
  readonly flags: string;
  readonly value: Readonly<Record<string, unknown>>;
}

const LINE =
  /nlmsg_len=(\d+), nlmsg_type=(0x[0-9a-f]+) \/\* (\S+) \*\/, nlmsg_flags=(0x[0-9a-f]+) \/\* (\S+) \*\/, .*?\}, "((?:\\x[0-9a-f]{2})+)"\]?/;

/** Returns the requests in a line of strace. */
function seen(line: string): Seen[] {
  const found = LINE.exec(line);
  if (found === null) return [];
  const [, length, type, family, bits, flags, text] = found as unknown as [string, ...string[]];
  const payload = Uint8Array.from(text!.matchAll(/\\x(..)/g), ([, byte]) => parseInt(byte!, 16));
  const bytes = new Uint8Array(16 + payload.length), view = new DataView(bytes.buffer);
  assertEquals(bytes.length, Number(length));
  view.setUint32(0, bytes.length, true);
  view.setUint16(4, Number(type), true);
  view.setUint16(6, Number(bits), true);
  bytes.set(payload, 16);
  const [message] = decode("GENERIC", bytes, { generic: { [family!]: Number(type) } });
  return [{ family: family!, flags: flags!.replace("0x300", "NLM_F_DUMP"), value: message!.value as Seen["value"] }];
}

/** Returns the requests that a program sends: it imports the modules in `names` and runs `code`. */
function traced(netns: string, wrap: readonly string[], names: readonly string[], code: string): Seen[] {
  const folder = mkdtempSync(join(tmpdir(), "netlink-strace-")), file = join(folder, "trace");
  try {
    const strace = ["strace", "-f", "-e", "trace=sendto,sendmsg", "-v", "-X", "verbose", "-s", "4096", "-o", file];
    const imports = names.map((name) =>
      `const ${name} = await import(${
        JSON.stringify(new URL(`../../../families/generic/${name}.ts`, import.meta.url).href)
      });`
    );
    const script = `${imports.join("\n")}
      // The request is sent, whatever the kernel answers.
      const ask = (body) => { try { body(); } catch (error) { if (error.errno === undefined) throw error; } };
      ${code}
      console.log("done");`;
    const { stdout, stderr } = runIn(netns, script, [...wrap, ...strace]);
    assert(stdout === "done\n", stderr);
    return readFileSync(file, "utf8").split("\n").flatMap(seen);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const ASK = "NLM_F_REQUEST|NLM_F_ACK", DUMP = "NLM_F_REQUEST|NLM_F_DUMP";

/** The requests to each family, and their expected form. */
const TALKS: readonly (readonly [
  family: string,
  module: string,
  code: string,
  ...wanted: readonly (readonly [flags: string, value: object])[],
])[] = [
  [
    "nlctrl",
    "controller",
    `controller.families.list(); controller.families.get("nlctrl"); controller.policy("nlctrl", 3);`,
    [DUMP, { cmd: "CTRL_CMD_GETFAMILY" }],
    [ASK, { cmd: "CTRL_CMD_GETFAMILY", familyName: "nlctrl" }],
    [DUMP, { cmd: "CTRL_CMD_GETPOLICY", familyName: "nlctrl", op: 3 }],
  ],
  [
    "ethtool",
    "ethtool",
    `ask(() => ethtool.rings.get("lo")); ethtool.linkStates.list();
     ask(() => ethtool.features.switch("lo", { "tx-generic-segmentation": false }));
     ethtool.ethtool.strings("features", "lo");`,
    [ASK, { cmd: "ETHTOOL_MSG_RINGS_GET", devName: "lo" }],
    [DUMP, { cmd: "ETHTOOL_MSG_LINKSTATE_GET", headerFlags: [] }],
    [ASK, {
      cmd: "ETHTOOL_MSG_FEATURES_SET",
      devName: "lo",
      wanted: { value: [], mask: ["tx-generic-segmentation"] },
    }],
    [ASK, { cmd: "ETHTOOL_MSG_STRSET_GET", devName: "lo", stringsets: { stringset: [{ id: "features" }] } }],
  ],
  [
    "netdev",
    "netdev",
    `netdev.devices.get(1); netdev.queues.list({ ifindex: 1 });
     ask(() => netdev.napis.set(4711, { groFlushTimeout: 20000 }));`,
    [ASK, { cmd: "NETDEV_CMD_DEV_GET", ifindex: 1 }],
    [DUMP, { cmd: "NETDEV_CMD_QUEUE_GET", ifindex: 1 }],
    [ASK, { cmd: "NETDEV_CMD_NAPI_SET", id: 4711, groFlushTimeout: 20000 }],
  ],
  [
    "mptcp_pm",
    "mptcp_pm",
    `mptcp_pm.setLimits({ subflows: 3 }); mptcp_pm.endpoints.add({ id: 9, addr4: "192.0.2.2", flags: ["backup"] });
     mptcp_pm.endpoints.list(); mptcp_pm.endpoints.set(9, { flags: [] }); mptcp_pm.endpoints.delete(9);`,
    [ASK, { cmd: "MPTCP_PM_CMD_SET_LIMITS", subflows: 3 }],
    [ASK, { cmd: "MPTCP_PM_CMD_ADD_ADDR", family: "inet", id: 9, addr4: "192.0.2.2", flags: ["backup"] }],
    [DUMP, { cmd: "MPTCP_PM_CMD_GET_ADDR" }],
    // set looks first: flags that only a new endpoint takes are refused.
    [DUMP, { cmd: "MPTCP_PM_CMD_GET_ADDR" }],
    [ASK, { cmd: "MPTCP_PM_CMD_SET_FLAGS", addr: { id: 9, flags: [] } }],
    [ASK, { cmd: "MPTCP_PM_CMD_DEL_ADDR", id: 9 }],
  ],
  [
    "tcp_metrics",
    "tcp_metrics",
    `tcp_metrics.metrics.list(); ask(() => tcp_metrics.metrics.get("2001:db8::7"));
     ask(() => tcp_metrics.metrics.delete("192.0.2.7")); tcp_metrics.metrics.forgetAll();`,
    [DUMP, { cmd: "TCP_METRICS_CMD_GET" }],
    [ASK, { cmd: "TCP_METRICS_CMD_GET", addrIpv6: "2001:db8::7" }],
    [ASK, { cmd: "TCP_METRICS_CMD_DEL", addrIpv4: "192.0.2.7" }],
    [ASK, { cmd: "TCP_METRICS_CMD_DEL" }],
  ],
  [
    "TASKSTATS",
    "taskstats",
    `ask(() => taskstats.tasks.get(1)); ask(() => taskstats.tasks.getProcess(1)); ask(() => taskstats.tasks.cgroup(0));`,
    [ASK, { cmd: "TASKSTATS_CMD_GET", pid: 1 }],
    [ASK, { cmd: "TASKSTATS_CMD_GET", tgid: 1 }],
    [ASK, { cmd: "CGROUPSTATS_CMD_GET", fd: 0 }],
  ],
  [
    "thermal",
    "thermal",
    `thermal.zones(); thermal.coolingDevices(); ask(() => thermal.thermal.temperature(4711));`,
    [DUMP, { cmd: "THERMAL_GENL_CMD_TZ_GET_ID" }],
    [DUMP, { cmd: "THERMAL_GENL_CMD_CDEV_GET" }],
    [ASK, { cmd: "THERMAL_GENL_CMD_TZ_GET_TEMP", tzId: 4711 }],
  ],
];

/** Families that exist in the first namespace only, where reading changes nothing. */
const FIRST: ReadonlySet<string> = new Set(["thermal", "TASKSTATS"]);

for (const [family, module, code, ...wanted] of TALKS) {
  const needs = hasFamily(family) ? NEEDS : [`a kernel with generic family ${family}`, ...NEEDS];
  kernelTest(`strace: requests to ${family} are what was meant`, needs, () =>
    inNamespace(({ name }) => {
      const wrap = FIRST.has(family) ? ["nsenter", `--net=/proc/${process.pid}/ns/net`] : [];
      const requests = traced(name, wrap, [module], code);
      // The family's number is looked up first, and again if a missing object may mean a missing family.
      const [lookUp] = requests;
      assertEquals([lookUp!.family, lookUp!.flags, lookUp!.value.cmd, lookUp!.value.familyName], [
        "nlctrl",
        ASK,
        "CTRL_CMD_GETFAMILY",
        family,
      ]);
      const said = requests.slice(1).filter((one) => one.family === family).map((
        { family, flags, value: { version: _version, ...value } },
      ) => [family, flags, value]);
      assertEquals(said, wanted.map(([flags, value]) => [family, flags, value]));
    }));
}
