/**
 * Dry runs and captures show requests as they were sent: their values agree, and give the same bytes when sent again.
 */
import { assert, assertEquals } from "@std/assert";
import { type Codec, Writer } from "../../../core/codec/mod.ts";
import { namesOf } from "../../../core/arguments.ts";
import { encodeMessages } from "../../../core/datagram.ts";
import { framed, GenericFamily } from "../../../core/generic.ts";
import { type ShownMessage, stringify } from "../../../core/show.ts";
import { message, ScriptedKernel } from "../../../core/scripted.ts";
import { readCapture } from "../../../families/registry.ts";
import { messageSetsOf } from "../../../families/registry/messages.ts";
import * as everything from "../../../mod.ts";
import { test } from "../../test.ts";
import { join, word } from "../core/help.ts";

function bytesOf(codec: Codec<unknown, never>, value: object): Uint8Array {
  const to = new Writer();
  codec.encode(value as never, to, {});
  return to.bytes.slice(0, to.length);
}

const FAMILY_ID = 40;

/** A kernel that has every generic family under one number, and an interface. */
function kernel(): ScriptedKernel {
  const made = new ScriptedKernel(({ type, seq, payload }) => {
    const verdict = message(2, 0x100, seq, join(word(0), new Uint8Array(16)));
    if (type !== 16 || payload[0] !== 3) return [verdict];
    const familyName = new TextDecoder().decode(payload.subarray(8)).split("\0")[0]!;
    const family = { familyId: FAMILY_ID, familyName, version: 1, mcastGroups: [] };
    return [message(16, 0, seq, bytesOf(framed(1, 2, GenericFamily as Codec<unknown, never>), family)), verdict];
  });
  made.interfaces.set(1, "lo").set(2, "eth0");
  return made;
}

interface Verbs {
  readonly declaration?: {
    readonly object: string;
    readonly table: Parameters<typeof namesOf>[0];
  };
}

/** Values that are valid for some field. */
const SAMPLES: readonly unknown[] = [
  1,
  "lo",
  true,
  "192.0.2.1",
  "2001:db8::/32",
  "02:00:00:00:00:01",
  "0011223344556677",
  [1],
  ["lo"],
  [{}],
  {},
  { start: 1, end: 2 },
];
/** Fields that most objects need beside each value. */
const KEYS: readonly object[] = [
  {},
  { dev: "lo" },
  { ifname: "lo", kind: "vlan", link: 2 },
  { dst: "192.0.2.0/24", dev: "lo" },
  { address: "192.0.2.1/24", dev: "lo" },
  { family: "inet" },
  { name: "a", type: "cipher", driverName: "a-b" },
  { index: 1, id: 1 },
  { id: 1 },
  { id: 1, addr4: "192.0.2.1" },
];
/** Links have different parts in each family. */
const NESTED: readonly (readonly [field: string, value: object])[] = [
  ["afSpec", { inet: { conf: { rpFilter: 2, forwarding: 1 } } }],
  ["afSpec", { inet6: { addrGenMode: "none" } }],
];

function pcapOf(protocol: number, datagram: Uint8Array): Uint8Array {
  const head = new Uint8Array(24 + 16 + 16), view = new DataView(head.buffer);
  [0xa1b2c3d4, 4 << 16 | 2, 0, 0, 262_144, 253, 0, 0, 16 + datagram.length, 16 + datagram.length].forEach((value, i) =>
    view.setUint32(4 * i, value, true)
  );
  head.set([0, 7, 3, 0x38, 0, 0, 0x10, 0x92, 0, 0, 0, 0, 0, 0, protocol >> 8, protocol & 255], 40);
  return join(head, datagram);
}

/** Returns true for a request for the interface with a long name. Its table has these two of a link's fields. */
function looksNameUp({ value }: ShownMessage): boolean {
  return Object.keys(value as object).join() === "index,altIfname";
}

/**
 * Records if a capture of a message shows another value than a dry run, or if that value differs when it is sent again.
 */
function compare(
  message: ShownMessage,
  protocol: number,
  familyName: string | undefined,
  where: string,
  faults: Set<string>,
): Record<string, unknown> {
  const bytes = message.bytes.slice(), header = new DataView(bytes.buffer);
  // A dry run does not look up the number of a family.
  if (familyName !== undefined && familyName !== "nlctrl") header.setUint16(4, FAMILY_ID, true);
  const type = header.getUint16(4, true), generic = familyName === undefined ? {} : { [familyName]: type };
  const [read, ...more] = readCapture(pcapOf(protocol, bytes), { generic });
  assertEquals(more.length, 0);
  const { cmd: _cmd, version: _version, ...value } = read!.value as Record<string, unknown>;
  const { cmd: _own, version: _its, ...sent } = message.value as Record<string, unknown>;
  if (stringify(value) !== stringify(sent)) {
    faults.add(`${where}: a dry run shows ${stringify(sent)}, a capture ${stringify(value)}`);
    return value;
  }
  try {
    const again = encodeMessages([{
      type,
      flags: header.getUint16(6, true),
      seq: message.seq,
      port: message.port,
      value: read!.value,
    }], messageSetsOf(protocol, { generic })());
    // The bytes may differ: masks and empty lists have several forms.
    const [twice] = readCapture(pcapOf(protocol, again), { generic }), after = stringify(twice!.value);
    if (after !== stringify(read!.value)) faults.add(`${where}: ${stringify(sent)} makes ${after}`);
  } catch (error) {
    faults.add(`${where}: ${stringify(sent)}: ${error}`);
  }
  return value;
}

test("a capture decodes each field of each request of routing and the generic families as it was sent", () => {
  const faults = new Set<string>(), compared = new Map<string, number>();
  const modules: readonly (readonly [string, number, (options: object) => object, generic?: string])[] = [
    ["route", 0, everything.route.open],
    ["ethtool", 16, everything.ethtool.open, "ethtool"],
    ["macsec", 16, everything.macsec.open, "macsec"],
    ["mptcpPm", 16, everything.mptcpPm.open, "mptcp_pm"],
    ["netdev", 16, everything.netdev.open, "netdev"],
    ["nl80211", 16, everything.nl80211.open, "nl80211"],
    ["nlctrl", 16, everything.nlctrl.open, "nlctrl"],
    ["smcPnetid", 16, everything.smcPnetid.open, "SMC_PNETID"],
    ["tcpMetrics", 16, everything.tcpMetrics.open, "tcp_metrics"],
  ];
  for (const [family, protocol, open, familyName] of modules) {
    const shown: ShownMessage[] = [];
    const client = open({ transport: kernel, names: false, dryRun: (one: ShownMessage) => shown.push(one) });
    for (const [name, verbs] of Object.entries(client as Record<string, Verbs>)) {
      const { declaration } = verbs;
      if (declaration?.table?.fields === undefined) continue;
      const values = [
        ...namesOf(declaration.table).flatMap((key) => SAMPLES.map((sample) => [key, sample] as const)),
        ...NESTED,
      ];
      for (const [field, sample] of values) {
        for (const [i, key] of KEYS.entries()) {
          const verb = (["add", "set", "delete", "list", "get", "replace"] as const)[(i + field.length) % 6]!;
          for (const one of field === "afSpec" ? ["add", "set"] : [verb]) {
            const given = { ...key, [field]: sample };
            shown.length = 0;
            try {
              (verbs as unknown as Record<string, (...given: object[]) => unknown>)[one]!(
                ...one === "set" ? [given, given] : [given],
              );
            } catch {
              // A dry run of get() shows its request and returns nothing. Other calls that sent nothing were refused.
              if (shown.length === 0) continue;
            }
            const said: string[] = [];
            for (const message of shown) {
              if (message.type === "CTRL_CMD_GETFAMILY" || looksNameUp(message)) continue;
              const where = `${family}.${name}.${one}(${stringify(given)})`;
              compared.set(`${family}.${name}`, (compared.get(`${family}.${name}`) ?? 0) + 1);
              const value = compare(message, protocol, familyName, where, faults);
              said.push(stringify(value[field] ?? null));
            }
            // One request makes a link, another one sets the fields that can only be set later.
            const nested = NESTED.some(([, nest]) => nest === sample);
            const sorted = (json: string): string => [...json].sort().join("");
            if (nested && !said.map(sorted).includes(sorted(stringify(sample)))) {
              faults.add(`${family}.${name}.${one}(${stringify(given)}) is shown as ${said}`);
            }
          }
        }
      }
    }
  }
  console.log([...compared].map(([name, count]) => `${name} ${count}`).join(", "));
  assertEquals([...faults].map((one) => one.slice(0, 400)).slice(0, 40), []);
  const many = ["links", "addresses", "routes", "neighbours", "rules"].map((name) => `route.${name}`);
  many.push(
    "mptcpPm.endpoints",
    "macsec.macsec",
    "netdev.napis",
    "netdev.queues",
    "nl80211.wiphys",
    "smcPnetid.pnetids",
    "ethtool.rss",
  );
  assertEquals(many.filter((name) => !(compared.get(name)! > 20)), []);
});

test("a capture decodes each request of NETLINK_SOCK_DIAG as it was sent", () => {
  const faults = new Set<string>(), shown: ShownMessage[] = [];
  using client = everything.sockDiag.open({ transport: kernel, names: false, dryRun: (one) => shown.push(one) });
  const four = { local: "127.0.0.1", localPort: 80, dst: "127.0.0.2", dstPort: 8080 };
  const keys: readonly object[] = [
    four,
    { ...four, if: 1 },
    { ...four, cookie: 77n },
    { local: "::1", localPort: 80 },
    { local: "::ffff:127.0.0.1", localPort: 80, dst: "::ffff:127.0.0.2", dstPort: 8080 },
    { inode: 7 },
    { inode: 7, cookie: 8n },
  ];
  const filters: readonly object[] = [
    {},
    { state: "listen" },
    { state: ["established", "close"], family: "inet" },
    { localPort: 80, not: { dstPort: { start: 1, end: 9 } } },
    { or: [{ dst: "10.0.0.0/8" }, { src: "fd00::/8" }], info: true },
    { mark: { value: 1, mask: 3 }, dev: "lo" },
  ];
  let compared = 0;
  for (const [name, sockets] of Object.entries(client as unknown as Record<string, object>)) {
    const verbs = sockets as Record<string, (given: object) => unknown>;
    for (const verb of ["list", "get", "find", "destroy"]) {
      for (const given of verb === "list" ? filters : keys) {
        shown.length = 0;
        try {
          verbs[verb]!(given);
        } catch {
          // It was refused, or there is no such verb; a dry run of get() shows its request nevertheless.
        }
        for (const message of shown) compare(message, 4, undefined, `${name}.${verb}(${stringify(given)})`, faults);
        compared += shown.length;
      }
    }
  }
  console.log(`${compared} requests`);
  assertEquals([...faults].map((one) => one.slice(0, 400)).slice(0, 40), []);
  assert(compared > 160, `${compared} requests`);
});

test("a capture decodes each request of NETLINK_CRYPTO as it was sent", () => {
  const faults = new Set<string>(), shown: ShownMessage[] = [];
  using client = everything.crypto.open({ transport: kernel, names: false, dryRun: (one) => shown.push(one) });
  const verbs = client.algorithms as unknown as Record<string, (given: object, more?: object) => unknown>;
  const names: readonly object[] = [
    { driverName: "a-b" },
    { name: "a", driverName: "a-b" },
    { driverName: "a-b", cruType: 4, cruMask: 15 },
    { driverName: "a-b", priorityVal: 100 },
  ];
  let compared = 0;
  for (const verb of ["list", "get", "find", "add", "set", "delete"]) {
    for (const given of names) {
      shown.length = 0;
      try {
        verbs[verb]!(given, { priorityVal: 7 });
      } catch {
        // It was refused, or there is no such verb; a dry run of get() shows its request nevertheless.
      }
      for (const message of shown) compare(message, 21, undefined, `${verb}(${stringify(given)})`, faults);
      compared += shown.length;
    }
  }
  assertEquals([...faults], []);
  assert(compared > 10, `${compared} requests`);
});
