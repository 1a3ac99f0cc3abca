/**
 * The kernels' own specifications: each is used unchanged, with this kernel.
 *
 * They are YAML files in the folders of NETLINK_SPECS, separated by colons, one folder for each version; tests/run.ts
 * downloads Debian's.
 */
import { assert, assertEquals } from "@std/assert";
import { existsSync, readdirSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import process from "node:process";
import { KernelError, SystemError } from "../../../core/errors.ts";
import { stringify } from "../../../core/show.ts";
import { CompiledSpec } from "../../../families/generic/compile_spec.ts";
import { open as openController } from "../../../families/generic/controller.ts";
import { family, type Spec } from "../../../families/generic/mod.ts";
import { open as openNetdev } from "../../../families/generic/netdev.ts";
import type { Fields } from "../../../families/generic/dynamic_table.ts";
import { PYTHON, readSpecifications } from "../../facts/specs.ts";
import { skip } from "../../test.ts";
import { inNamespace, kernelTest } from "../namespace.ts";

/** The JSON of each file of a folder, by its path. */
const texts = new Map<string, ReadonlyMap<string, string>>();

/** Returns a new specification from the JSON of its file. */
function read(path: string): Spec {
  const folder = dirname(path);
  if (!texts.has(folder)) texts.set(folder, readSpecifications(filesOf(folder).map((file) => join(folder, file))));
  return JSON.parse(texts.get(folder)!.get(path)!);
}

const filesOf = (folder: string): string[] => readdirSync(folder).filter((name) => name.endsWith(".yaml")).sort();

const FOLDERS = (process.env["NETLINK_SPECS"] ?? "").split(":").filter((folder) => folder !== "");
const NEEDS = FOLDERS.length > 0
  ? [PYTHON, "/usr/lib/python3/dist-packages/yaml"]
  : ["folders of specifications, NETLINK_SPECS"];

/** Returns the file of a protocol in a version's folder; older versions have underscores in its name. */
const find = (folder: string, name: string): string | undefined =>
  [name, name.replaceAll("-", "_")].map((name) => join(folder, `${name}.yaml`)).find((path) => existsSync(path));

/** Declares a test of each version's specifications of some protocols. */
function specTest(
  name: string,
  protocols: readonly string[],
  body: (spec: (protocol: string) => Spec) => void | Promise<void>,
): void {
  if (FOLDERS.length === 0) kernelTest(name, NEEDS, () => {});
  for (const folder of FOLDERS) {
    const missing = protocols.filter((protocol) => find(folder, protocol) === undefined);
    const needs = [...NEEDS, "ip", ...missing.map((protocol) => `a specification of ${protocol}`)];
    kernelTest(`${name}, of ${basename(folder)}`, needs, () => body((protocol) => read(find(folder, protocol)!)));
  }
}

for (const folder of FOLDERS) {
  const files = filesOf(folder);
  kernelTest(`ynl: ${files.length} specifications can be used, of ${basename(folder)}`, NEEDS, () => {
    assert(files.length > 10, folder);
    for (const file of files) {
      const spec = read(join(folder, file)), compiled = new CompiledSpec(spec), seen = new Set<unknown>();
      let attributes = 0;
      const walk = (table: { fields?: readonly { codec: unknown }[] } | undefined): void => {
        if (table === undefined || seen.has(table)) return;
        seen.add(table);
        for (const { codec } of table.fields ?? []) {
          attributes++;
          walk(codec as never);
        }
      };
      for (const { table } of compiled.operations.values()) walk(table);
      assert(compiled.operations.size > 0 && attributes > 0, file);
      const text = family(spec.name, { spec }).describe();
      for (const name of compiled.operations.keys()) assert(text.includes(`  ${name} (`), `${file}: ${name}`);
    }
  });
}

/** Checks that objects of both sides are equal in the fields that both have. */
function assertAgree(theirs: readonly Fields[], ours: readonly object[], least: number): void {
  assertEquals(theirs.length, ours.length);
  const common = (one: object, other: object): Fields =>
    Object.fromEntries(Object.entries(one).filter(([key]) => key in other));
  theirs.forEach((their, i) => {
    const own = ours[i]!, mine = common(own, their);
    assert(Object.keys(mine).length >= least, stringify(their));
    assertEquals({ ...common(their, own) }, { ...mine });
  });
}

specTest(
  "ynl: netdev by the kernel's specification is netdev by the module",
  ["netdev"],
  (spec) =>
    inNamespace(({ name, ip }) => {
      ip("link add v0 numtxqueues 2 numrxqueues 2 type veth peer name v1");
      ip("link set v0 up");
      ip("link set v1 up");
      using typed = openNetdev({ netns: name, names: false });
      using netdev = family("netdev", { netns: name, spec: spec("netdev") });
      assertAgree(netdev.dump("dev-get"), typed.devices.list(), 4);
      assertAgree(netdev.dump("queue-get"), typed.queues.list(), 3);
      assertAgree(netdev.dump("napi-get"), typed.napis.list(), 0);
      const { ifindex } = typed.devices.list()[1]!;
      assertAgree([netdev.request("dev-get", { ifindex })!], [typed.devices.get(ifindex!)], 4);
    }),
);

specTest("ynl: nlctrl by the kernel's specification equals the module", ["nlctrl"], (spec) => {
  using typed = openController();
  using nlctrl = family("nlctrl", { spec: spec("nlctrl") });
  assertAgree(nlctrl.dump("getfamily"), typed.families.list(), 5);
});

specTest(
  "ynl: protocols of their own by the kernel's specifications are what the modules say",
  ["rt-link", "rt-addr", "rt-route", "rt-rule", "rt-neigh"],
  (spec) =>
    inNamespace(async ({ name, ip, route }) => {
      ip("link add v0 type veth peer name v1");
      for (const dev of ["lo", "v0", "v1"]) ip(`link set ${dev} up`);
      ip("address add 192.0.2.1/24 dev v0");
      // Later there are more routes: those of the links' automatic addresses.
      for (const dev of ["v0", "v1"]) {
        await route.addresses.waitFor({ dev, scope: "link" }, ({ flags }) => !flags?.includes("tentative"));
      }
      ip("neighbour add 192.0.2.9 lladdr 02:00:00:00:00:09 dev v0 nud permanent");
      const by = (file: string): ReturnType<typeof family> => family(file, { netns: name, spec: spec(file) });
      using link = by("rt-link");
      const pick = (list: readonly object[], ...keys: string[]): unknown[] =>
        list.map((one) => keys.map((key) => (one as Fields)[key]));
      const links = route.links.list();
      assertEquals(
        pick(link.dump("getlink"), "ifiIndex", "ifname", "mtu", "txqlen", "group", "ifiFlags"),
        pick(links, "index", "ifname", "mtu", "txqlen", "group", "flags"),
      );
      assertEquals(link.request("getlink", { ifname: "v0" })!.mtu, route.links.get("v0").mtu);
      using addr = by("rt-addr");
      assertEquals(pick(addr.dump("getaddr"), "ifaIndex", "ifaPrefixlen").length, route.addresses.list().length);
      const told = addr.dump("getaddr").map(({ address, ifaPrefixlen }) => `${address}/${ifaPrefixlen}`);
      assertEquals(told, route.addresses.list().map(({ address }) => address));
      using routes = by("rt-route");
      assertEquals(
        routes.dump("getroute").map(({ rtmType, table }) => [rtmType, table]),
        route.routes.list().map(({ type, table }) => [type, typeof table === "string" ? NUMBERS[table] : table]),
      );
      using rules = by("rt-rule");
      assertEquals(rules.dump("getrule").length, route.rules.list().length);
      using neighbours = by("rt-neigh");
      assertEquals(
        neighbours.dump("getneigh").map(({ dst, lladdr }) => `${dst} ${lladdr}`).filter((one) =>
          one.includes("192.0.2.9")
        ),
        ["192.0.2.9 02:00:00:00:00:09"],
      );
    }),
);

/** Tables with a name. */
const NUMBERS: Readonly<Record<string, number>> = { default: 253, main: 254, local: 255 };

for (const folder of FOLDERS) {
  kernelTest(`ynl: what this kernel serves of the specifications is dumped, all that it says, of ${basename(folder)}`, [
    "ip",
    ...NEEDS,
  ], () =>
    inNamespace(({ name, ip }) => {
      for (
        const command of [
          "link add v0 type veth peer name v1",
          "link set v0 up",
          "link set v1 up",
          "address add 192.0.2.1/24 dev v0",
          "address add 2001:db8::1/64 dev v0 nodad",
          "route add 198.51.100.0/24 via 192.0.2.7",
          "route add 2001:db8:7::/48 via 2001:db8::7",
          "neighbour add 192.0.2.9 lladdr 02:00:00:00:00:09 dev v0",
          "neighbour add 2001:db8::9 lladdr 02:00:00:00:00:09 dev v0",
        ]
      ) ip(command);
      let dumps = 0, objects = 0;
      for (const file of filesOf(folder)) {
        const spec = read(join(folder, file));
        using it = family(spec.name, { netns: name, spec });
        for (const { name: operation, dump } of spec.operations.list) {
          // The reply to getgen has no end: it is not a dump, though the specification declares one.
          if (dump === undefined || operation === "getgen") continue;
          try {
            const found = it.dump(operation), text = stringify(found);
            dumps++;
            objects += found.length;
            // Addresses of both lengths are text, whatever hint they have.
            if (/^rt[-_](addr|route|neigh)$/.test(spec.name) && /^get(addr|route|neigh)$/.test(operation)) {
              for (const address of ["192.0.2.", "2001:db8:"]) assert(text.includes(`"${address}`), `${file}: ${text}`);
            }
          } catch (error) {
            if (!(error instanceof KernelError || error instanceof SystemError)) throw error;
          }
        }
      }
      assert(dumps > 0 && objects > 0, `${dumps} dumps, ${objects} objects`);
    }));
}

specTest(
  "ynl: events of protocols of their own are called what the kernel calls them",
  ["rt-link", "rt-addr"],
  (spec) =>
    inNamespace(async ({ name, ip }) => {
      if (!spec("rt-link").operations.list.some(({ name }) => name === "newlink-ntf")) {
        skip("this version's specification does not name the event");
      }
      const told = async (file: string, fits: (value: Fields) => boolean, change: () => void): Promise<string[]> => {
        using it = family(file, { netns: name, spec: spec(file) });
        await using events = it.watch();
        change();
        const words: string[] = [];
        while (words.length < 2) {
          const { event, value } = (await events.next()).value as { event: string; value: Fields };
          if (fits(value)) words.push(event);
        }
        return words;
      };
      assertEquals(
        await told("rt-link", ({ ifname, ifiChange }) => ifname === "d0" && ifiChange === 0xffffffff, () => {
          ip("link add d0 type bridge");
          ip("link del d0");
        }),
        ["newlink-ntf", "dellink"],
      );
      ip("link add v0 type veth peer name v1");
      assertEquals(
        await told("rt-addr", ({ address }) => address === "192.0.2.1", () => {
          ip("address add 192.0.2.1/24 dev v0");
          ip("address del 192.0.2.1/24 dev v0");
        }),
        ["newaddr", "deladdr"],
      );
    }),
);
