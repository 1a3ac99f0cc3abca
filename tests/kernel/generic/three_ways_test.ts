/**
 * The same calls with a specification, with the kernel's policy alone, and through the typed module give equal values.
 */
import { assert, assertEquals } from "@std/assert";
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { type Attributes, type Codec, Reader, Writer } from "../../../core/codec/mod.ts";
import { stringify } from "../../../core/show.ts";
import * as controller from "../../../families/generic/controller.ts";
import * as ethtool from "../../../families/generic/ethtool.ts";
import * as macsec from "../../../families/generic/macsec.ts";
import { family, type Spec } from "../../../families/generic/mod.ts";
import * as mptcp from "../../../families/generic/mptcp_pm.ts";
import * as netdev from "../../../families/generic/netdev.ts";
import * as nl80211 from "../../../families/generic/nl80211.ts";
import { PolicyTables } from "../../../families/generic/compile_policy.ts";
import * as taskstats from "../../../families/generic/taskstats.ts";
import * as tcpMetrics from "../../../families/generic/tcp_metrics.ts";
import * as thermal from "../../../families/generic/thermal.ts";
import * as wireguard from "../../../families/generic/wireguard.ts";
import { before, has, inNamespace, type Namespace, run } from "../namespace.ts";
import { skip } from "../../test.ts";
import { moduleTest } from "./lab.ts";
import * as specs from "./specs.ts";

type Fields = Record<string, unknown>;
type Options = Readonly<{ netns?: string; names: false }>;

/** One call in three forms. */
interface Call {
  /** The objects that the module returned. */
  readonly typed: readonly object[];
  /** The table of the reply. */
  readonly table: Codec<unknown, never>;
  /** The operation's name in the specification, and its attributes. */
  readonly spec: readonly [operation: string, attributes?: Fields];
  /** The operation's number, and its attributes by number. */
  readonly bare: readonly [cmd: number, attributes?: Fields];
  /** True if one object is requested, absent for all. */
  readonly one?: true;
}

/** Encodes a value with a table. */
function bytesOf(table: { encode: Codec<unknown, never>["encode"] }, value: object): Uint8Array {
  const to = new Writer();
  to.everything = true;
  table.encode(value as never, to, {});
  return to.bytes.slice(0, to.length);
}

/** Checks that the module's object has all fields of the specification's, including nested ones. */
function assertWithin(given: unknown, wanted: unknown, path: string, forms: ReadonlySet<string>): void {
  if (given instanceof Uint8Array || typeof given !== "object" || given === null) {
    // Keys, suites and the like have a text form in the module: their bytes are compared below.
    if (forms.has(path.replace(/^.*\./, ""))) return;
    assertEquals([path, stringify(given)], [path, stringify(wanted)]);
  } else {
    for (const [key, value] of Object.entries(given)) {
      assertWithin(value, (wanted as Fields | undefined)?.[key], `${path}.${key}`, forms);
    }
  }
}

/** Fields that have the kernel's form with a specification, and a more readable one in the module. */
const FORMS: ReadonlySet<string> = new Set([
  "endpoint",
  "publicKey",
  "presharedKey",
  "lastHandshakeTime",
  "privateKey",
]);

/** The fields that change between two requests. The start of a task is computed from its elapsed time. */
const VOLATILE: ReadonlySet<string> = new Set(["age", "acEtime", "acTgetime", "acBtime", "acBtime64"]);

function settled(value: unknown): unknown {
  return JSON.parse(stringify(value, 0), (key, one) => VOLATILE.has(key) ? undefined : one);
}

/** Converts the module's objects to the specification's form, or the reverse, if they are nested differently. */
const FLAT: Readonly<Record<string, (value: Fields) => Fields>> = {
  ethtool: ({ header, ...rest }) => ({ ...header as Fields, ...bitsets(rest) }),
  // No port is 0 in the kernel, and absent in the module.
  mptcp_pm: ({ addr, ...rest }) => {
    const { port, ...address } = (addr ?? {}) as Fields;
    return { ...address, ...(port ? { port } : {}), ...rest };
  },
  wireguard: ({ peers, ...rest }) => ({
    ...rest,
    ...peers === undefined ? {} : {
      peers: (peers as Fields[]).map(({ allowedIps, ...peer }) => ({
        ...peer,
        allowedIps: (allowedIps as { ipaddr: string; cidrMask: number }[]).map((ip) => `${ip.ipaddr}/${ip.cidrMask}`),
      })),
    },
  }),
};

/** Converts nests of bits to names. */
function bitsets(value: Fields): Fields {
  return Object.fromEntries(
    Object.entries(value).map(([key, one]) => {
      const { bits, nomask, size } = one as {
        bits?: { bit?: { index: number; name: string; value?: boolean }[] };
        nomask?: boolean;
        size?: number;
      };
      if (size === undefined) return [key, one];
      const all = bits?.bit ?? [], on = all.filter(({ value }) => nomask === true || value === true);
      const names = (list: typeof all): (string | number)[] => list.map(({ index, name }) => name || index);
      return [key, { value: names(on), ...(nomask === true ? {} : { mask: names(all) }) }];
    }),
  );
}

const CONNECT = `
import socket
l = socket.socket(); l.bind(('127.0.0.1', 5008)); l.listen()
c = socket.socket(); c.connect(('127.0.0.1', 5008)); s, _ = l.accept()
for _ in range(20):
    c.send(b'x' * 100); s.recv(100); s.send(b'y' * 100); c.recv(100)
for one in (c, s, l): one.close()
`;

const FAMILIES: readonly (readonly [
  name: string,
  modules: readonly string[],
  spec: Spec,
  calls: (options: Options, ns: Namespace) => readonly Call[] | Promise<readonly Call[]>,
])[] = [
  ["nlctrl", [], specs.NLCTRL, (options) => {
    using client = controller.open(options);
    const table = controller.GenericFamily;
    return [
      { typed: client.families.list(), table, spec: ["getfamily"], bare: [3] },
      {
        typed: [client.families.get("ethtool")],
        table,
        spec: ["getfamily", { familyName: "ethtool" }],
        bare: [3, { 2: "ethtool" }],
        one: true,
      },
    ];
  }],
  ["ethtool", [], specs.ETHTOOL, (options, { ip }) => {
    using client = ethtool.open(options);
    ip("link add v0 type veth peer name v1");
    const header = { devName: "v0" };
    return [
      {
        typed: [client.features.get("v0")],
        table: ethtool.Features,
        spec: ["features-get", { header }],
        bare: [11, { 1: { 2: "v0" } }],
        one: true,
      },
      // Before that version, veth has no channels.
      ...(before(5, 13) ? [] : [{
        typed: client.channels.list(),
        table: ethtool.Channels,
        spec: ["channels-get", { header: {} }] as const,
        bare: [17, { 1: {} }] as const,
      }]),
    ];
  }],
  ["netdev", [], specs.NETDEV, (options, { ip }) => {
    using client = netdev.open(options);
    ip("link add v0 type veth peer name v1");
    return [{ typed: client.devices.list(), table: netdev.NetDevice, spec: ["dev-get"], bare: [1] }];
  }],
  ["mptcp_pm", [], specs.MPTCP_PM, (options) => {
    using pm = mptcp.open(options);
    pm.setLimits({ rcvAddAddrs: 3, subflows: 2 });
    pm.endpoints.add({ id: 9, addr4: "192.0.2.2", flags: ["backup"] });
    pm.endpoints.add({ id: 10, addr6: "2001:db8::7", flags: ["signal"] });
    const limits = pm.limits() as object, { codec } = mptcp.MPTCP_PM.messages!().calls!.find(({ cmd }) => cmd === 6)!;
    return [
      { typed: pm.endpoints.list(), table: mptcp.Endpoint, spec: ["get-addr"], bare: [3] },
      { typed: [limits], table: codec, spec: ["get-limits"], bare: [6], one: true },
    ];
  }],
  ["tcp_metrics", [], specs.TCP_METRICS, (options, { name, ip }) => {
    using client = tcpMetrics.open(options);
    ip("link set lo up");
    if (has("python3")) run("ip", ["netns", "exec", name, "python3", "-c", CONNECT]);
    return [{ typed: client.metrics.list(), table: tcpMetrics.TcpMetrics, spec: ["get"], bare: [1] }];
  }],
  ["TASKSTATS", [], specs.TASKSTATS, async () => {
    using client = taskstats.open();
    // A stopped process uses no resources.
    const child = spawn("sh", ["-c", "kill -STOP $$"]), pid = child.pid!;
    stopped.push(() => child.kill("SIGKILL"));
    while (readFileSync(`/proc/${pid}/stat`, "utf8").split(" ")[2] !== "T") {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    const stats = client.tasks.get(pid);
    return [{
      typed: [{ aggrPid: { pid, stats } }],
      table: taskstats.TaskMessage,
      spec: ["new", { pid }],
      bare: [1, { 1: pid }],
      one: true,
    }];
  }],
  ["thermal", [], specs.THERMAL, () => {
    using client = thermal.open();
    const [zone] = client.zones();
    if (zone === undefined) skip("this machine has no thermal zone");
    const tzTemp = client.temperature(zone.tzId!);
    return [{
      typed: [{ tzId: zone.tzId, tzTemp }],
      table: thermal.ThermalMessage,
      spec: ["tz-get-temp", { tzId: zone.tzId }],
      bare: [3, { 2: zone.tzId }],
      one: true,
    }];
  }],
  ["wireguard", ["wireguard"], specs.WIREGUARD, (options, { ip }) => {
    using client = wireguard.open(options);
    ip("link add wg0 type wireguard");
    client.wireguard.set("wg0", {
      listenPort: 51820,
      fwmark: 7,
      peers: [{
        publicKey: "Es2iO3E3Pk9kUPtVTY3ASGpgJXsCwnhrHPCxMYnfWFQ=",
        endpoint: "192.0.2.7:4711",
        allowedIps: ["10.7.0.0/16", "2001:db8::/32"],
      }],
    });
    return [{
      typed: [client.wireguard.get("wg0")],
      table: wireguard.WgDevice,
      spec: ["get-device", { ifname: "wg0" }],
      bare: [0, { 2: "wg0" }],
    }];
  }],
  ["macsec", ["macsec", "veth"], specs.MACSEC, (options, { ip }) => {
    using client = macsec.open(options);
    ip("link add v0 type veth peer name v1");
    ip("link add link v0 macsec0 type macsec port 11 encrypt on");
    return [{ typed: client.macsec.list(), table: macsec.MacsecDevice, spec: ["get-txsc"], bare: [0] }];
  }],
  ["nl80211", ["mac80211_hwsim"], specs.NL80211, () => {
    using client = nl80211.open({ names: false });
    return [{ typed: client.interfaces.list(), table: nl80211.WifiInterface, spec: ["get-interface"], bare: [5] }];
  }],
];

const stopped: (() => void)[] = [];
/** Families that exist in the first namespace only. */
const FIRST: ReadonlySet<string> = new Set(["TASKSTATS", "thermal", "nl80211"]);

for (const [name, modules, spec, calls] of FAMILIES) {
  moduleTest(
    name,
    modules,
    `three ways: ${name} by specification, by policy, by module`,
    ["ip"],
    () =>
      inNamespace(async (ns) => {
        const options = FIRST.has(name) ? {} : { netns: ns.name }, flat = FLAT[name] ?? ((value: Fields) => value);
        try {
          for (
            const { typed, table, spec: [operation, asked], bare: [cmd, numbered], one } of await calls({
              ...options,
              names: false,
            }, ns)
          ) {
            using specified = family(name, { spec, ...options });
            using bare = family(name, options);
            const bySpec = one ? [specified.request(operation, asked)!] : specified.dump(operation, asked);
            const byPolicy = one ? [bare.request(cmd, numbered)!] : bare.dump(cmd, numbered);
            assertEquals([bySpec.length, byPolicy.length], [typed.length, typed.length]);
            const forms = new Set([...FORMS, ...VOLATILE]);
            bySpec.forEach((value, i) => assertWithin(flat(value), typed[i], `${name}[${i}]`, forms));
            assert(bySpec.every((value) => Object.keys(value).length > 0));
            // A message with a number only has the same bytes, which the module's table decodes to the same values.
            let tables = new PolicyTables({ operations: [], policies: [] });
            try {
              tables = new PolicyTables(controller.policy(name));
            } catch { /* it has none: all are bytes */ }
            const again = byPolicy.map((value) => {
              const bytes = bytesOf(tables.reply(cmd), value);
              return (table as Attributes<object>).decode(new Reader(bytes), 0, bytes.length, {});
            });
            assertEquals(settled(again), settled(typed), stringify(byPolicy));
          }
        } finally {
          for (const end of stopped.splice(0)) end();
        }
      }),
  );
}
