/** What a dry run and a capture show of a request of NETLINK_ROUTE is what was sent: their values agree, and sent again they say the same. */
import { assert, assertEquals } from "@std/assert";
import { type Codec, Writer } from "../../../core/codec/mod.ts";
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

/** A kernel that has every generic family, all by one number, and an interface. */
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

interface Fields {
  readonly fields: readonly { readonly key: string | undefined }[];
}
interface Verbs {
  readonly declaration?: {
    readonly object: string;
    readonly table: Fields;
    readonly family?: { readonly name: string };
  };
}

/** Values that one field or another takes. */
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
/** Beside each, what most objects need. */
const KEYS: readonly object[] = [
  {},
  { dev: "lo" },
  { ifname: "lo", kind: "vlan", link: 2 },
  { dst: "192.0.2.0/24", dev: "lo" },
  { address: "192.0.2.1/24", dev: "lo" },
  { family: "inet" },
  { name: "a", type: "cipher", driverName: "a-b" },
  { index: 1, id: 1 },
];
/** Links have parts of their own by family. */
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

test("each request of NETLINK_ROUTE, field by field, is shown as it was sent", () => {
  const faults = new Set<string>(), compared = new Map<string, number>();
  const modules: readonly (readonly [string, number, (options: object) => object])[] = [
    ["route", 0, everything.route.open],
  ];
  for (const [family, protocol, open] of modules) {
    const shown: ShownMessage[] = [];
    const client = open({ transport: kernel, names: false, dryRun: (one: ShownMessage) => shown.push(one) });
    for (const [name, verbs] of Object.entries(client as Record<string, Verbs>)) {
      const { declaration } = verbs;
      if (declaration?.table?.fields === undefined) continue;
      const values = [
        ...declaration.table.fields.flatMap(({ key }) =>
          key === undefined ? [] : SAMPLES.map((sample) => [key, sample] as const)
        ),
        ...NESTED,
      ];
      for (const [field, sample] of values) {
        for (const [i, key] of KEYS.entries()) {
          const verb = (["add", "set", "delete", "list", "get", "replace"] as const)[(i + field.length) % 6]!;
          for (const one of field === "afSpec" ? ["add", "set"] : [verb]) {
            const given = { ...key, [field]: sample };
            shown.length = 0;
            try {
              (verbs as unknown as Record<string, (...given: object[]) => unknown>)[one]!(given, given);
            } catch {
              continue; // refused, or no such verb: nothing is sent
            }
            const said: string[] = [];
            for (const message of shown) {
              if (message.type === "CTRL_CMD_GETFAMILY") continue;
              const bytes = message.bytes.slice(), header = new DataView(bytes.buffer);
              // A dry run does not ask which number a family has.
              if (declaration.family !== undefined) header.setUint16(4, FAMILY_ID, true);
              const type = header.getUint16(4, true);
              const generic = declaration.family === undefined ? {} : { [declaration.family.name]: type };
              const where = `${family}.${name}.${one}(${stringify(given)})`;
              compared.set(`${family}.${name}`, (compared.get(`${family}.${name}`) ?? 0) + 1);
              const [read, ...more] = readCapture(pcapOf(protocol, bytes), { generic });
              assertEquals(more.length, 0);
              const { cmd: _cmd, version: _version, ...value } = read!.value as Record<string, unknown>;
              const { cmd: _own, version: _its, ...sent } = message.value as Record<string, unknown>;
              said.push(stringify(value[field] ?? null));
              if (stringify(value) !== stringify(sent)) {
                faults.add(`${where}: a dry run shows ${stringify(sent)}, a capture ${stringify(value)}`);
                continue;
              }
              try {
                const again = encodeMessages([{
                  type,
                  flags: header.getUint16(6, true),
                  seq: message.seq,
                  port: message.port,
                  value: read!.value,
                }], messageSetsOf(protocol, { generic })());
                // Not the same bytes: masks and empty lists may be spelt in several ways.
                const [twice] = readCapture(pcapOf(protocol, again), { generic });
                const after = stringify(twice!.value);
                if (after !== stringify(read!.value)) faults.add(`${where}: ${stringify(sent)} makes ${after}`);
              } catch (error) {
                faults.add(`${where}: ${stringify(sent)}: ${error}`);
              }
            }
            // One request makes a link, another one does what only can be done then.
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
  assert(["links", "addresses", "routes", "neighbours", "rules"].every((name) => compared.get(`route.${name}`)! > 20));
});
