/** The traffic with each family is recorded, and read back with the names and values of its module. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { rawOf } from "../../../core/codec/mod.ts";
import type { GenericProtocol } from "../../../core/generic.ts";
import * as controller from "../../../families/generic/controller.ts";
import * as ethtool from "../../../families/generic/ethtool.ts";
import * as macsec from "../../../families/generic/macsec.ts";
import * as mptcp from "../../../families/generic/mptcp_pm.ts";
import * as netdev from "../../../families/generic/netdev.ts";
import * as nl80211 from "../../../families/generic/nl80211.ts";
import * as pnetid from "../../../families/generic/smc_pnetid.ts";
import * as taskstats from "../../../families/generic/taskstats.ts";
import * as tcpMetrics from "../../../families/generic/tcp_metrics.ts";
import * as thermal from "../../../families/generic/thermal.ts";
import * as wireguard from "../../../families/generic/wireguard.ts";
import { type CapturedMessage, decode, genericNumbers, readCapture, show } from "../../../families/registry.ts";
import * as smc from "../../../families/smc.ts";
import { before, has, inNamespace, type Namespace, run } from "../namespace.ts";
import { runIn } from "../route/child.ts";
import { moduleTest } from "./lab.ts";
import { genericTest } from "./needs.ts";

type Options = Parameters<typeof tcpMetrics.open>[0];

/** Returns the first event that `wanted` accepts, and ends the subscription. */
async function first<E>(events: AsyncIterable<E>, wanted: (event: E) => boolean): Promise<E> {
  for await (const event of events) if (wanted(event)) return event;
  throw new Error("there was none");
}

/** The traffic with each family: its protocol, its modules in the lab, and a conversation. */
const TALKS: readonly (readonly [
  protocol: GenericProtocol,
  modules: readonly string[],
  talk: (options: Options, ns: Namespace) => unknown[] | Promise<unknown[]>,
])[] = [
  [controller.NLCTRL, [], (options) => {
    using nlctrl = controller.open(options);
    nlctrl.families.policy("nlctrl");
    return [...nlctrl.families.list(), nlctrl.families.get(16)];
  }],
  [ethtool.ETHTOOL, [], async (options, { ip }) => {
    using all = ethtool.open(options);
    ip("link add v0 type veth peer name v1");
    await using events = all.features.watch();
    const told = first(events, ({ event }) => event === "new");
    all.features.switch("v0", { "tx-generic-segmentation": false });
    const { value } = await told as { value: unknown };
    all.strings("features", "v0");
    return [
      value,
      ...all.linkModes.list(),
      all.features.get("v0"),
      all.rings.find("v0"),
      ...(before(5, 15) ? [] : [all.channels.get("v0")]),
      ...all.linkStates.list(),
      ...all.tsInfos.list(),
    ];
  }],
  [macsec.MACSEC, ["macsec", "veth"], (options, { ip }) => {
    using client = macsec.open(options);
    ip("link add v0 type veth peer name v1");
    ip("link add link v0 macsec0 type macsec port 11 encrypt on cipher gcm-aes-256");
    const peer = "525400123456000b", key = "0123456789abcdef".repeat(4);
    client.macsec.addTxSa("macsec0", { an: 1, pn: 100, active: true, keyid: "0a0b", key });
    client.macsec.addRxSc("macsec0", { sci: peer, active: true });
    return client.macsec.list();
  }],
  [mptcp.MPTCP_PM, [], async (options, { name, ip }) => {
    using pm = mptcp.open(options);
    ip("link set lo up");
    pm.setLimits({ rcvAddAddrs: 3, subflows: 2 });
    pm.endpoints.add({ id: 9, addr4: "192.0.2.2", flags: ["backup"] });
    pm.endpoints.set(9, { flags: [] });
    const heard: unknown[] = [pm.limits(), ...pm.endpoints.list()];
    pm.endpoints.delete(9);
    pm.endpoints.deleteAll();
    if (!has("python3")) return heard;
    await using events = pm.events();
    const told = first(events, ({ event }) => event === "established");
    run("ip", ["netns", "exec", name, "python3", "-c", CONNECT]);
    const { event: _event, ...established } = await told;
    return [...heard, established];
  }],
  [netdev.NETDEV, [], async (options, { ip }) => {
    using client = netdev.open(options);
    await using events = client.devices.watch();
    const told = first(events, ({ event }) => event === "new");
    ip("link add v0 type veth peer name v1");
    const { value } = await told as { value: unknown };
    return [value, ...client.devices.list(), ...client.queues.list(), ...client.napis.list(), ...client.qstats.list()];
  }],
  [nl80211.NL80211, ["mac80211_hwsim"], async (options) => {
    const { netns: _here, ...rest } = options ?? {};
    using client = nl80211.open(rest);
    const [one] = client.interfaces.list();
    run("ip", ["link", "set", one!.ifname!, "up"]);
    await client.wiphys.scan(one!.ifname!);
    return [...client.interfaces.list(), client.domain(), ...client.stations.list({ ifindex: one!.ifindex! })];
  }],
  [smc.SMC_GEN_NETLINK, ["smc"], (options) => {
    using client = smc.open(options);
    client.addUserEid("NL-CAPTURE.1");
    client.userEids();
    client.removeUserEid("NL-CAPTURE.1");
    client.hsLimitation();
    return [{ sysInfo: client.systemInfo() }, ...client.fallbackStatistics().map((fbackStats) => ({ fbackStats }))];
  }],
  [pnetid.SMC_PNETID, ["smc"], (options) => {
    using client = pnetid.open(options);
    client.pnetids.add({ name: "NLCAP", ethname: "lo" });
    const all = client.pnetids.list();
    client.pnetids.delete("NLCAP");
    return all;
  }],
  [taskstats.TASKSTATS, [], async (options) => {
    const { netns: _first, ...rest } = options ?? {};
    using client = taskstats.open(rest);
    // Kernels before 5.14 require the numbers.
    const cpus = before(5, 14) ? { cpus: readFileSync("/sys/devices/system/cpu/possible", "utf8").trim() } : {};
    await using exits = client.tasks.exits(cpus);
    const child = spawn("true", []), told = first(exits, ({ pid }) => pid === child.pid);
    const { pid, stats, tgid, process: whole } = await told;
    const exit = { aggrPid: { pid, stats }, ...(tgid === undefined ? {} : { aggrTgid: { tgid, stats: whole } }) };
    const own = client.tasks.getProcess(process.pid);
    return [exit, { aggrTgid: { tgid: process.pid, stats: own } }];
  }],
  [tcpMetrics.TCP_METRICS, [], (options, { name, ip }) => {
    using client = tcpMetrics.open(options);
    ip("link set lo up");
    if (has("python3")) run("ip", ["netns", "exec", name, "python3", "-c", CONNECT.replaceAll(", 262", "")]);
    const all = client.metrics.list(), [one] = all;
    if (one !== undefined) client.metrics.delete(one);
    client.metrics.forgetAll();
    return all;
  }],
  [thermal.THERMAL, [], (options) => {
    const { netns: _first, ...rest } = options ?? {};
    using client = thermal.open(rest);
    return [{ tz: client.zones() }, { cdev: client.coolingDevices() }];
  }],
  [wireguard.WIREGUARD, ["wireguard"], (options, { ip }) => {
    using client = wireguard.open(options);
    ip("link add wg0 type wireguard");
    const publicKey = "Es2iO3E3Pk9kUPtVTY3ASGpgJXsCwnhrHPCxMYnfWFQ=";
    client.wireguard.set("wg0", { listenPort: 51820, peers: [{ publicKey, allowedIps: ["10.7.0.0/16"] }] });
    return [client.wireguard.get("wg0")];
  }],
];

/** Makes a connection to this namespace, with MPTCP unless 262 is replaced. */
const CONNECT = `
import socket
l = socket.socket(socket.AF_INET, socket.SOCK_STREAM, 262); l.bind(('127.0.0.1', 5007)); l.listen()
c = socket.socket(socket.AF_INET, socket.SOCK_STREAM, 262); c.connect(('127.0.0.1', 5007)); s, _ = l.accept()
for _ in range(20):
    c.send(b'x' * 100); s.recv(100); s.send(b'y' * 100); c.recv(100)
for one in (c, s, l): one.close()
`;

/** Returns the paths in a message of attributes that no table knows. */
function unnamed(value: unknown, path = ""): string[] {
  if (typeof value !== "object" || value === null || value instanceof Uint8Array) return [];
  const raw = Array.isArray(value) ? [] : rawOf(value).map(({ id }) => `${path}#${id}`);
  return [...raw, ...Object.entries(value).flatMap(([key, inner]) => unnamed(inner, `${path}${key}.`))];
}

/** Returns the object in a message, without the fields of its header. */
const plain = ({ type, value }: CapturedMessage): unknown => {
  const { cmd: _cmd, version, ...rest } = value as Record<string, unknown>;
  return type === "GENL_ID_CTRL" ? { version, ...rest } : { ...rest };
};
const isControl = ({ type }: CapturedMessage): boolean => type === "NLMSG_ERROR" || type === "NLMSG_DONE";

for (const [protocol, modules, talk] of TALKS) {
  const { name: wanted, commands, answers = commands, events = answers } = protocol;
  moduleTest(
    wanted,
    modules,
    `captures: what is said with ${wanted} is read back with names and values`,
    ["ip", "tshark"],
    () =>
      inNamespace(async (ns) => {
        const folder = mkdtempSync(join(tmpdir(), "netlink-generic-")), file = join(folder, "talk.pcapng");
        try {
          const heard = await talk({ netns: ns.name, names: false, capture: file }, ns);
          const messages = [...readCapture(file)].filter((message) => !isControl(message));
          const type = wanted === "nlctrl" ? "GENL_ID_CTRL" : wanted, own = messages.filter((one) => one.type === type);
          assertEquals(
            [...new Set(messages.map(({ type }) => type))].sort(),
            [...new Set(["GENL_ID_CTRL", type])].sort(),
          );
          // Each command has a name, and its payload has a table.
          const names = new Set([commands, answers, events].flatMap((numbers) => Object.keys(numbers)));
          for (const message of own) {
            const { cmd } = message.value as { cmd: string };
            assert(names.has(cmd), message.summary());
            // Kernels newer than the tables may send more attributes.
            assertEquals(unnamed(message.value), [], message.summary());
            assertStringIncludes(
              message.summary(),
              `GENERIC ${"" + (message.group ? `group ${message.group} ` : "")}${type} `,
            );
          }
          // The recording equals the values that the module returned.
          const recorded = own.filter(({ direction }) => direction === "received").map(plain);
          for (const value of heard) {
            if (value === undefined) continue;
            assert(
              recorded.some((one) => same(one, value)),
              `${JSON.stringify(value, bigText)}\nis not among\n${
                recorded.map((one) => JSON.stringify(one, bigText)).join("\n")
              }`,
            );
          }
          assert(own.length > 1, String(own.length));
          const text = run("tshark", ["-r", file, "-V"]);
          assertEquals(text.split("\n").filter((line) => /Malformed|bug/i.test(line)), []);
          // tshark learns the families' names in the same way.
          assertStringIncludes(text, `(${wanted})`);
        } finally {
          rmSync(folder, { recursive: true });
        }
      }),
  );
}

const bigText = (_key: string, value: unknown): unknown => typeof value === "bigint" ? String(value) : value;

/** Returns true if the recording has all that was received. */
function same(recorded: unknown, heard: unknown): boolean {
  try {
    assertEquals(recorded, heard);
    return true;
  } catch {
    return false;
  }
}

genericTest("netdev", "captures: bytes of this machine are read by the numbers that it has", [], () => {
  const pieces: Uint8Array[] = [];
  {
    using client = netdev.open({ names: false, capture: (bytes) => pieces.push(bytes) });
    client.devices.list();
  }
  const [dump] = [...readCapture(pieces)].filter(({ type }) => type === "netdev"), bytes = dump!.bytes;
  const [blind] = decode("GENERIC", bytes), [seeing] = decode("GENERIC", bytes, { generic: genericNumbers() });
  assertEquals([typeof blind!.type, seeing!.type, (seeing!.value as { cmd: unknown }).cmd, seeing!.flags], [
    "number",
    "netdev",
    "NETDEV_CMD_DEV_GET",
    ["request", "dump"],
  ]);
  assertStringIncludes(show("GENERIC", bytes, { generic: genericNumbers() }), '"NETDEV_CMD_DEV_GET"');
});

genericTest("netdev", "NETLINK_DEBUG prints generic messages by name", ["ip"], () =>
  inNamespace(({ name }) => {
    const { href } = new URL("../../../families/generic/netdev.ts", import.meta.url);
    const script = `const { devices } = await import(${JSON.stringify(href)}); devices.list();`;
    const { stderr } = runIn(name, script, ["env", "NETLINK_DEBUG=1"]);
    assertStringIncludes(stderr, "NETLINK_GENERIC sent GENL_ID_CTRL request|ack");
    assertStringIncludes(stderr, "NETLINK_GENERIC sent netdev request|dump");
    assertStringIncludes(stderr, '"NETDEV_CMD_DEV_GET"');
    assertStringIncludes(stderr, "NETLINK_GENERIC received netdev ");
  }));
