/** ipset: sets and entries, compared with those of `ipset list -o xml`. */
import { assert, assertEquals, assertThrows } from "@std/assert";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { BatchError, KernelError } from "../../../core/errors.ts";
import type { IpSet, SetEntry, SetType } from "../../../families/netfilter/ipset.ts";
import { kernelTest, run } from "../namespace.ts";
import { has, withIpset } from "./with_ipset.ts";

/** The sets in `ipset list -o xml`: the text of each element, by its name; elements without text are true. */
function listed(
  xml: string,
): { name: string; head: Record<string, string | true>; members: Record<string, string | true>[] }[] {
  const elements = (text: string): Record<string, string | true> =>
    Object.fromEntries(
      [...text.matchAll(/<(\w+)(?:\/>|>([^<]*)<\/\w+>)/g)].map(([, name, value]) => [name!, value ?? true]),
    );
  return [...xml.matchAll(/<ipset name="([^"]*)">([^]*?)<members>([^]*?)<\/members>/g)].map((
    [, name, head, members],
  ) => ({
    name: name!,
    head: elements(head!.replace("<header>", "")),
    members: [...members!.matchAll(/<member>(.*?)<\/member>/g)].map(([, one]) => elements(one!)),
  }));
}

/** One set of each type, and entries with all fields that the type has. */
const EXAMPLES: readonly (readonly [set: Omit<IpSet, "name">, entries: readonly SetEntry[]])[] = [
  [{ type: "bitmap:ip", range: "10.0.0.0-10.0.255.255", netmask: 24 }, [{ ip: "10.0.3.0" }, { ip: "10.0.7.0" }]],
  [{ type: "bitmap:ip,mac", range: "10.0.0.0-10.0.0.255" }, [
    { ip: "10.0.0.1", ether: "02:00:00:00:00:0b" },
    { ip: "10.0.0.2", ether: "02:00:00:00:00:0a" },
  ]],
  [{ type: "bitmap:port", range: "0-1023" }, [{ port: 80 }, { port: 443 }]],
  [{ type: "hash:ip", hashsize: 64, maxelem: 1000, bucketsize: 8 }, [{ ip: "192.0.2.1" }, { ip: "198.51.100.255" }]],
  [{ type: "hash:ip", family: "inet6", netmask: 64 }, [{ ip: "2001:db8::" }, { ip: "fe80::" }]],
  [{ type: "hash:mac" }, [{ ether: "02:00:00:00:00:01" }]],
  [{ type: "hash:ip,mac" }, [{ ip: "192.0.2.1", ether: "02:00:00:00:00:01" }]],
  [{ type: "hash:net" }, [{ ip: "10.0.0.0/8" }, { ip: "10.1.0.0/16", nomatch: true }, { ip: "192.0.2.1" }]],
  [{ type: "hash:net", family: "inet6" }, [{ ip: "2001:db8::/32" }, { ip: "2001:db8::1", nomatch: true }]],
  [{ type: "hash:net,net" }, [
    { ip: "10.0.0.0/8", ip2: "192.0.2.0/24" },
    { ip: "10.0.0.1", ip2: "192.0.2.0/25", nomatch: true },
  ]],
  [{ type: "hash:ip,port" }, [
    { ip: "192.0.2.1", proto: "tcp", port: 80 },
    { ip: "192.0.2.1", proto: "udp", port: 53 },
    { ip: "192.0.2.1", proto: "icmp", port: 8 << 8 },
    { ip: "192.0.2.1", proto: "gre", port: 0 },
    { ip: "192.0.2.1", proto: "sctp", port: 7 },
    { ip: "192.0.2.1", proto: "udplite", port: 9 },
  ]],
  [{ type: "hash:net,port" }, [
    { ip: "192.0.2.0/24", proto: "tcp", port: 443 },
    { ip: "192.0.2.0/25", proto: "tcp", port: 443, nomatch: true },
  ]],
  [{ type: "hash:ip,port,ip" }, [{ ip: "192.0.2.1", proto: "tcp", port: 80, ip2: "198.51.100.1" }]],
  [{ type: "hash:ip,port,net" }, [
    { ip: "192.0.2.1", proto: "tcp", port: 80, ip2: "198.51.100.0/24" },
    { ip: "192.0.2.1", proto: "tcp", port: 80, ip2: "198.51.100.7", nomatch: true },
  ]],
  [{ type: "hash:ip,mark", markmask: 0xffff }, [{ ip: "192.0.2.1", mark: 0x12 }]],
  [{ type: "hash:net,port,net" }, [{ ip: "10.0.0.0/8", proto: "tcp", port: 80, ip2: "198.51.100.0/24" }]],
  [{ type: "hash:net,iface" }, [
    { ip: "10.0.0.0/8", iface: "eth0" },
    { ip: "10.0.0.0/8", iface: "eth1", physdev: true },
    { ip: "0.0.0.0/0", iface: "eth2", nomatch: true },
  ]],
];

/** Returns an entry's element as `ipset` prints it. */
function elementOf({ ip, proto, port, ip2, ether, mark, iface, physdev, name }: SetEntry): string {
  const icmp = proto === "icmp" && port === 8 << 8;
  const parts = [
    ip,
    port === undefined ? undefined : proto === undefined ? port : icmp ? "icmp:echo-request" : `${proto}:${port}`,
    ip2,
    ether?.toUpperCase(),
    mark === undefined ? undefined : `0x${mark.toString(16).padStart(8, "0")}`,
    iface === undefined ? undefined : physdev === true ? `physdev:${iface}` : iface,
    name,
  ];
  return parts.filter((part) => part !== undefined).join(",");
}

kernelTest(
  "ipset: sets of all types with all options, and their entries, are what ipset lists",
  ["ip", "ipset"],
  async () => {
    const missing: string[] = [];
    let compared = 0;
    await withIpset((client, tool) => {
      for (const [i, [options, entries]] of EXAMPLES.entries()) {
        if (!has(client, options.type)) {
          missing.push(options.type);
          continue;
        }
        const name = `s${i}`, parts = { timeout: 600, counters: true, comment: true, skbinfo: true };
        client.sets.add({ name, ...options, ...parts });
        const extra = { timeout: 1000, packets: 3, bytes: 400, comment: "a word", skbprio: 0x1000a, skbqueue: 4 };
        const whole = entries.map((entry) => ({ ...entry, ...extra, skbmark: { mark: 5, mask: 0xff } }));
        client.entries.add(name, whole);
        const [set] = listed(tool(`list ${name} -o xml`)), found = client.sets.get(name), { head } = set!;
        const number = (name: string): number | undefined => head[name] === undefined ? undefined : Number(head[name]);
        const said = {
          name,
          type: head["type"] as SetType,
          family: (head["family"] ?? found.family) as "inet",
          revision: number("revision"),
          index: found.index,
          range: head["range"] as string | undefined,
          netmask: number("netmask"),
          markmask: number("markmask"),
          hashsize: number("hashsize"),
          maxelem: number("maxelem"),
          bucketsize: number("bucketsize"),
          initval: number("initval"),
          timeout: number("timeout"),
          counters: head["counters"] as true,
          comment: head["comment"] as true,
          skbinfo: head["skbinfo"] as true,
          elements: number("numentries"),
          references: number("references"),
          memsize: number("memsize"),
        };
        assertEquals(found, Object.fromEntries(Object.entries(said).filter(([, one]) => one !== undefined)) as never);
        for (const [name, value] of Object.entries(options)) {
          assertEquals(found[name as "range"], value as string, name);
        }
        const ours = client.entries.list(name);
        assertEquals(
          ours.map(elementOf),
          set!.members.map(({ elem }) => elem as string),
        );
        assertEquals(
          ours.map(({ nomatch }) => nomatch),
          set!.members.map(({ nomatch }) => nomatch as true | undefined),
        );
        for (const one of set!.members) {
          assert(Math.abs(Number(one["timeout"]) - 1000) <= 10);
          assertEquals(
            { ...one, elem: "", timeout: "", nomatch: "" },
            {
              elem: "",
              timeout: "",
              nomatch: "",
              packets: "3",
              bytes: "400",
              comment: '"a word"',
              skbmark: "0x5/0xff",
              skbprio: "1:a",
              skbqueue: "4",
            } as never,
          );
        }
        const byText = (one: SetEntry): string => elementOf(one) + String(one.nomatch);
        const sorted = (list: readonly SetEntry[]): SetEntry[] =>
          list.map((one) => ({ ...one, timeout: 1000 })).sort((a, b) => byText(a) < byText(b) ? -1 : 1);
        assertEquals(sorted(ours), sorted(whole));
        // A listed set or entry can be deleted and added again.
        client.entries.delete(name, ours);
        assertEquals(client.entries.list(name), []);
        client.entries.add(name, ours);
        assertEquals(sorted(client.entries.list(name)), sorted(whole));
        compared += ours.length;
      }
      assertEquals(client.sets.list().map(({ name }) => name), tool("list -n").trim().split("\n"));
    });
    assert(compared >= 20, `${compared} entries compared; the kernel lacks ${missing.join()}`);
  },
);

kernelTest("ipset: lists of sets keep their order, by before and after", ["ip", "ipset"], async () => {
  await withIpset((client, tool) => {
    for (const name of ["a", "b", "c", "d"]) client.sets.add({ name, type: "hash:ip" });
    client.sets.add({ name: "all", type: "list:set", size: 4 });
    client.entries.add("all", { name: "a" });
    client.entries.add("all", { name: "c", after: "a" });
    client.entries.add("all", { name: "b", before: "c" });
    assertEquals(client.entries.list("all"), [{ name: "a" }, { name: "b" }, { name: "c" }]);
    assert(tool("list all").endsWith("a\nb\nc\n"));
    assertEquals(client.sets.get("a").references, 1);
    const refused = (body: () => void): string => (assertThrows(body, KernelError) as KernelError).code;
    assertEquals(refused(() => client.sets.delete("a")), "IPSET_ERR_BUSY");
    assertEquals(refused(() => client.entries.add("all", { name: "nowhere" })), "IPSET_ERR_NAME");
    assertEquals(refused(() => client.entries.add("all", { name: "all" })), "IPSET_ERR_LOOP");
    assertThrows(
      () => client.entries.add("all", { name: "d", before: "a", after: "b" }),
      TypeError,
      "exclude each other",
    );
    assertEquals(client.sets.flush({ type: "list:set" }), 1);
    assertEquals(client.sets.flush({ all: true }), 4);
    assertEquals(tool("list -n"), "");
  });
});

kernelTest(
  "ipset: many entries are added in few messages, and each refused one is named",
  ["ip", "ipset"],
  async () => {
    await withIpset((client, tool) => {
      const { sets, entries } = client;
      sets.add({ name: "many", type: "hash:ip", maxelem: 10_000 });
      sets.add({ name: "words", type: "hash:ip", comment: true });
      for (const comment of ['said "hi"', "a\nadd many 6.6.6.6"]) {
        assertThrows(() => entries.add("words", { ip: "1.1.1.1", comment }), TypeError, "a comment has no quotes");
      }
      sets.delete("words");
      const some = Array.from({ length: 5000 }, (_, i) => ({ ip: `10.0.${i >> 8}.${i & 255}` }));
      entries.add("many", some);
      assertEquals(sets.get("many").elements, 5000);
      assertEquals(new Set(entries.list("many").map(({ ip }) => ip)), new Set(some.map(({ ip }) => ip)));
      assertEquals([...entries.iterate("many")].length, 5000);
      assertEquals((tool("save many").match(/^add/gm) ?? []).length, 5000);
      const mixed = [{ ip: "10.9.0.1" }, { ip: "10.0.0.1" }, { ip: "no" }, { ip: "::1" }, { ip: "10.9.0.2" }, {
        ipp: "10.9.0.3",
      }];
      const error = assertThrows(() => entries.add("many", mixed as never), BatchError) as BatchError;
      assertEquals(error.failures.map(({ index }) => index), [1, 2, 3, 5]);
      assertEquals(error.done, [0, 4]);
      assertEquals(error.failures.map(({ error }) => error.message), [
        'Cannot add entry 10.0.0.1 to set many: IPSET_ERR_EXIST "the set has the entry already"',
        'Cannot add entries to set many: ip: expected an IP address, got "no"',
        "Cannot add entry ::1 to set many: IPSET_ERR_PROTOCOL " +
        '"an entry of hash:ip has ip, and addresses have the family of the set"',
        'Cannot add entries to set many: there is no field "ipp", did you mean "ip"?',
      ]);
      assertEquals(sets.get("many").elements, 5002);
      entries.replace("many", some);
      assertEquals(entries.add("many", some.slice(0, 9), { exists: "ok" }), false);
      entries.delete("many", some);
      assertEquals(entries.list("many").length, 2);
      assertEquals(entries.delete("many", some.slice(0, 10), { missing: "ok" }), false);
      assertThrows(() => entries.delete("many", some.slice(0, 10)), BatchError, "10 of 10");
      entries.add("many", { ip: "10.0.0.0-10.0.0.9" });
      entries.add("many", { ip: "10.0.1.0/28" });
      assertEquals(sets.get("many").elements, 28);
      const full = { name: "full", type: "hash:ip", maxelem: 2, bucketsize: 2, hashsize: 64 } as const;
      sets.add(full);
      const overflow = assertThrows(() => entries.add("full", some.slice(1, 65)), BatchError) as BatchError;
      assertEquals(
        new Set(overflow.failures.map(({ error }) => (error as KernelError).code)),
        new Set(["IPSET_ERR_HASH_FULL"]),
      );
    });
  },
);

kernelTest("ipset: test, flush, swap, rename, get, find and filters", ["ip", "ipset"], async () => {
  await withIpset(({ sets, entries }, tool) => {
    sets.add({ name: "old", type: "hash:net", timeout: 0 });
    sets.add({ name: "new", type: "hash:net", timeout: 0 });
    assertEquals(sets.add({ name: "new", type: "hash:net", timeout: 0 }, { exists: "ok" }), false);
    sets.add({ name: "ports", type: "bitmap:port", range: "1-100" });
    entries.add("old", [{ ip: "10.0.0.0/8" }, { ip: "10.1.0.0/16", nomatch: true }]);
    entries.add("ports", { port: "80-90" });
    assertEquals(entries.list("ports").map(({ port }) => port), [80, 81, 82, 83, 84, 85, 86, 87, 88, 89, 90]);
    assertEquals([entries.test("old", { ip: "10.2.0.1" }), entries.test("old", { ip: "10.1.0.1" })], [true, false]);
    entries.add("new", { ip: "192.0.2.0/24", timeout: 100 });
    sets.swap("old", "new");
    assert(tool("list old").includes("192.0.2.0/24 timeout"));
    sets.rename("new", "older");
    assertEquals(sets.list({ type: "hash:net" }).map(({ name }) => name).sort(), ["old", "older"]);
    assertEquals(sets.find("new"), undefined);
    entries.flush("older");
    assertEquals(entries.list("older"), []);
    assertEquals(entries.list("old").length, 1);
    const said = (body: () => void): string => (assertThrows(body, Error) as Error).message;
    assertEquals(
      said(() => sets.get("new")),
      'Cannot get set new: ENOENT "No such file or directory" (there is no set with this name)',
    );
    assertEquals(
      said(() => sets.swap("old", "ports")),
      'Cannot swap set old with ports: IPSET_ERR_TYPE_MISMATCH "the sets are of different types"',
    );
    assertEquals(
      said(() => sets.swap("old", "none")),
      'Cannot swap set old with none: IPSET_ERR_EXIST_SETNAME2 "there is no set with the second name"',
    );
    assertEquals(
      said(() => entries.add("ports", { ip: "10.0.0.1" })),
      'Cannot add entry 10.0.0.1 to set ports: IPSET_ERR_PROTOCOL "an entry of bitmap:port has port, and addresses ' +
        'have the family of the set"',
    );
    assertEquals(
      said(() => entries.add("ports", { port: 101 })),
      'Cannot add entry 101 to set ports: IPSET_ERR_BITMAP_RANGE "the entry is not in the range of the set"',
    );
    assertEquals(
      said(() => entries.add("ports", { port: 1, timeout: 5 })),
      'Cannot add entry 1 to set ports: IPSET_ERR_TIMEOUT "the set has no timeouts: add it with timeout"',
    );
    assertEquals(
      said(() => entries.add("old", { ip: "0.0.0.0/0" })),
      'Cannot add entry 0.0.0.0/0 to set old: IPSET_ERR_INVALID_CIDR "the kernel does not accept the prefix length"',
    );
    assertEquals(said(() => sets.add({ name: "old", type: "hash:ip" })), 'Cannot add set old: EEXIST "File exists"');
    assertThrows(() => sets.flush({}), TypeError, "without a filter");
    assertThrows(() => entries.flush({} as never), TypeError, "{ all: true }");
    assertThrows(() => sets.delete(undefined as never), TypeError);
    assertThrows(
      () => sets.add({ name: "x", type: "hash:ip", tmeout: 3 } as never),
      TypeError,
      'did you mean "timeout"?',
    );
    assertThrows(() => entries.delete("old", { ip: "192.0.2.0/24" }, { missing: true } as never), TypeError, "missing");
    entries.delete("old", entries.list("old")[0]!);
    entries.flush({ all: true });
    assertEquals(entries.list("ports"), []);
    const error = assertThrows(
      () => sets.add({ name: "bad", type: "hash:nothing" as never }),
      KernelError,
    ) as KernelError;
    assertEquals([error.code, error.hint], ["IPSET_ERR_FIND_TYPE", "modprobe ip_set_hash_nothing loads it"]);
  });
});

kernelTest("ipset: a batch of sets and entries", ["ip", "ipset"], async () => {
  await withIpset((client, tool) => {
    client.batch(({ sets, entries }) => {
      sets.add({ name: "a", type: "hash:ip" });
      entries.add("a", [{ ip: "10.0.0.1" }, { ip: "10.0.0.2" }]);
    });
    const error = assertThrows(() =>
      client.batch(({ sets, entries }) => {
        entries.add("a", { ip: "10.0.0.1" });
        entries.delete("a", { ip: "10.0.0.2" });
        sets.rename("a", "b");
        sets.delete("a");
      }), BatchError) as BatchError;
    assertEquals(error.failures.map(({ index, error }) => [index, (error as KernelError).code]), [
      [0, "IPSET_ERR_EXIST"],
      [3, "ENOENT"],
    ]);
    assert(tool("save").includes("add b 10.0.0.1\n"));
  });
});

kernelTest("examples: block_list replaces the content of a set at once", ["ip", "ipset"], async () => {
  await withIpset((client, tool, ns) => {
    const example = fileURLToPath(new URL("../../../examples/block_list.ts", import.meta.url));
    const runtime = "Deno" in globalThis ? ["run", "-A", "--no-lock", "--no-check"] : [];
    const block = (lines: string, ...args: string[]): string =>
      run(process.execPath, [...runtime, example, "--netns", ns, ...args, "bad", "-"], lines);
    assertEquals(block("10.0.0.0/8\n192.0.2.1 # a comment\n\n10.1.2.3/8\n"), "bad has 2 networks\n");
    assertEquals(block("198.51.100.0/24\n"), "bad has 1 networks\n");
    assertEquals(tool("save").match(/^(create \S+|add .*)/gm), ["create bad", "add bad 198.51.100.0/24"]);
    assertThrows(() => block("nonsense\n"), Error, "expected an IP address");
    assertEquals(client.sets.list().map(({ name, elements }) => [name, elements]), [["bad", 1]]);
  });
});
