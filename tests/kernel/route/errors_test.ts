/** The errors that a script's author reads: the cause, and the field in the object. */
import { assert, assertEquals, assertInstanceOf, assertStringIncludes, assertThrows } from "@std/assert";
import { BatchError, KernelError, NetlinkError } from "../../../core/errors.ts";
import { inNamespace, kernelTest, wire } from "../namespace.ts";
import { ROUTE, runIn } from "./child.ts";

const NEEDS = ["ip"];

/** Returns the error that `act` throws, and checks that its message has these words. */
function refused(act: () => unknown, ...words: string[]): NetlinkError {
  const error = assertThrows(act);
  assertInstanceOf(error, NetlinkError);
  for (const word of words) assertStringIncludes(error.message, word);
  return error;
}

/** Returns the kernel's error for `act`, and checks its code and these words in its message. */
function refusedByKernel(act: () => unknown, code: string, ...words: string[]): KernelError {
  const error = refused(act, code, ...words);
  assertInstanceOf(error, KernelError);
  assertEquals(error.code, code);
  return error;
}

kernelTest("error: a vxlan with a bad id names data.id and the limit", NEEDS, async () => {
  await inNamespace(({ route }) => {
    const error = refusedByKernel(
      () => route.links.add({ ifname: "vx0", kind: "vxlan", data: { id: 1 << 24, port: 4789 } }),
      "ERANGE",
      "add link vx0",
      "at data.id",
      "16777216",
    );
    assertEquals(error.path, "data.id");
    assertEquals(route.links.find("vx0"), undefined);
  });
});

kernelTest("error: a value that the kernel's policy forbids names the policy", NEEDS, async () => {
  await inNamespace((ns) => {
    wire(ns);
    const error = refusedByKernel(
      () => ns.route.links.add({ ifname: "x0", kind: "nlmon", address: "02".repeat(40) }),
      "ERANGE",
      "add link x0",
      "at address",
      "expected binary of at most 32 bytes",
    );
    assertEquals(error.path, "address");
    assertEquals(error.policy?.maxLength, 32);
  });
});

kernelTest("error: an address on a link that does not exist, by name and by number", NEEDS, async () => {
  await inNamespace(({ route }) => {
    const byName = refused(
      () => route.addresses.add({ dev: "nope0", address: "192.0.2.1/24" }),
      "add address 192.0.2.1/24 on nope0",
      '"nope0"',
      "(dev)",
    );
    assertEquals(byName.code, "ENODEV");
    refusedByKernel(
      () => route.addresses.add({ index: 4242, address: "192.0.2.1/24" }),
      "ENODEV",
      "add address 192.0.2.1/24 on 4242",
    );
    refusedByKernel(() => route.addresses.add({ index: 4242, address: "2001:db8::1/64" }), "ENODEV", "on 4242");
  });
});

kernelTest("error: a route via an unreachable gateway says what is missing", NEEDS, async () => {
  await inNamespace((ns) => {
    wire(ns);
    const error = refusedByKernel(
      () => ns.route.routes.add({ dst: "198.51.100.0/24", gateway: "203.0.113.1" }),
      "ENETUNREACH",
      "add route 198.51.100.0/24 via 203.0.113.1",
      "gateway",
    );
    assertStringIncludes(error.hint ?? "", "onlink");
    // With several next hops, the wrong one is named.
    refusedByKernel(
      () =>
        ns.route.routes.add({
          dst: "198.51.100.0/24",
          multipath: [{ gateway: "192.0.2.2", dev: "v0" }, { gateway: "203.0.113.1", dev: "v0" }],
        }),
      "ENETUNREACH",
      "gateway",
    );
    ns.ip("link set v1 down");
    ns.ip("link set v0 down");
    const down = refusedByKernel(
      () => ns.route.routes.add({ dst: "198.51.100.0/24", dev: "v0" }),
      "ENETDOWN",
      "on v0",
    );
    assertStringIncludes(down.hint ?? "", "up");
  });
});

kernelTest("error: a user other than root reads the missing capability", [...NEEDS, "setpriv"], async () => {
  await inNamespace(({ name }) => {
    const code = `
      const { links, open } = await import(${JSON.stringify(ROUTE)});
      console.log(links.list().length > 0 ? "may look" : "sees nothing");
      for (const act of [() => links.add({ ifname: "x0", kind: "bridge" }), () => links.delete("lo"),
        () => open({ netns: "/proc/self/ns/net" })]) {
        try {
          act();
          console.log("no error");
        } catch (error) {
          console.log(error.name, error.code, error.message, error.hint);
        }
      }`;
    const nobody = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"];
    const { stdout, stderr, status } = runIn(name, code, nobody);
    assertEquals(status, 0, stderr);
    const lines = stdout.trim().split("\n");
    assertEquals(lines[0], "may look", stdout);
    assertStringIncludes(lines[1]!, "KernelError EPERM Cannot add link x0: EPERM");
    assertStringIncludes(lines[2]!, "KernelError EPERM Cannot delete link lo: EPERM");
    for (const line of lines.slice(1, 3)) assertStringIncludes(line, "CAP_NET_ADMIN");
    assertStringIncludes(lines[3]!, "EPERM Cannot enter the network namespace of a client: setns() failed");
    assertStringIncludes(lines[3]!, "needs CAP_SYS_ADMIN");
  });
});

kernelTest("error: a kind that the kernel does not have names the module", NEEDS, async () => {
  await inNamespace(({ route }) => {
    const error = refusedByKernel(
      () => route.links.add({ ifname: "x0", kind: "brigde" } as never),
      "EOPNOTSUPP",
      "add link x0",
    );
    assertStringIncludes(error.hint ?? "", "brigde");
    assertStringIncludes(error.hint ?? "", "modprobe");
    const typo = assertThrows(
      () => route.links.add({ ifname: "x0", kind: "brigde", data: { stpState: 1 } } as never),
      TypeError,
    );
    assertStringIncludes(typo.message, '"bridge"');
  });
});

kernelTest("error: a batch of 1,000 does 997 and names the other three", NEEDS, async () => {
  await inNamespace((ns) => {
    wire(ns);
    const before = ns.route.routes.list({ type: "blackhole" }).length;
    assertEquals(before, 0);
    const error = assertThrows(
      () =>
        ns.route.batch((batch) => {
          for (let i = 0; i < 1000; i++) {
            const dst = `10.0.${i >> 8}.${i & 255}/32`;
            if (i === 17) batch.routes.add({ dst, gateway: "203.0.113.1" });
            else if (i === 500) batch.routes.add({ dst: "10.0.0.3/32", type: "blackhole" });
            else if (i === 999) batch.routes.add({ dst, dev: "nope0" });
            else batch.routes.add({ dst, type: "blackhole" });
          }
        }),
      BatchError,
    );
    assertEquals(error.failures.map(({ index }) => index), [17, 500, 999]);
    assertEquals(error.failures.map(({ error }) => (error as NetlinkError).code), ["ENETUNREACH", "EEXIST", "ENODEV"]);
    for (
      const words of [
        "3 of 1000",
        "997",
        "item 17: Cannot add route 10.0.0.17/32 via 203.0.113.1: ENETUNREACH",
        "item 500: Cannot add route 10.0.0.3/32: EEXIST",
        'item 999: Cannot add route 10.0.3.231/32 on nope0: no interface is called "nope0" (dev)',
      ]
    ) assertStringIncludes(error.message, words);
    assertEquals(ns.route.routes.list({ type: "blackhole" }).length, 997);
  });
});

kernelTest("error: a batch has the path in the refused item", NEEDS, async () => {
  await inNamespace(({ route }) => {
    const error = assertThrows(
      () =>
        route.batch(({ links }) => {
          links.add({ ifname: "br0", kind: "bridge" });
          links.add({ ifname: "vx0", kind: "vxlan", data: { id: 1 << 24, port: 4789 } });
          links.add({ ifname: "br1", kind: "bridge" });
        }),
      BatchError,
    );
    assertEquals(error.failures.length, 1);
    assertEquals(error.failures[0]!.index, 1);
    assertEquals((error.failures[0]!.error as KernelError).path, "data.id");
    assert(route.links.find("br0") && route.links.find("br1"));
  });
});

kernelTest("error: the library refuses a route without dst, and keys that match too much", NEEDS, async () => {
  await inNamespace(({ route: { addresses, links, neighbours, routes, rules } }) => {
    const typeError = (act: () => unknown, ...words: string[]): void => {
      const { message } = assertThrows(act, TypeError);
      for (const word of words) assertStringIncludes(message, word);
    };
    const before = rules.list().length;
    typeError(() => routes.add({ gateway: "192.0.2.1" } as never), 'without "dst"', '{ dst: "default" }');
    typeError(() => routes.delete({ dst: undefined } as never), "delete", "dst is undefined");
    typeError(() => rules.delete({}), "rule");
    typeError(() => rules.delete({ family: "inet6" }), "rule");
    typeError(() => routes.flush({}), "filter", "{ all: true }");
    typeError(() => addresses.flush({}), "{ all: true }");
    typeError(() => neighbours.flush({ dev: undefined }), "{ all: true }");
    typeError(() => links.delete({}), "ifname");
    assertEquals(rules.list().length, before);
  });
});

kernelTest("error: deleting an object that does not exist names it", NEEDS, async () => {
  await inNamespace((ns) => {
    wire(ns);
    const { addresses, links, neighbours, routes, rules } = ns.route;
    assertEquals(
      refused(() => links.delete("nope0"), "Cannot delete link nope0", "no interface", '"nope0"').code,
      "ENODEV",
    );
    refusedByKernel(() => links.delete(4242), "ENODEV", "Cannot delete link 4242");
    refusedByKernel(
      () => addresses.delete({ dev: "v0", address: "192.0.2.77/24" }),
      "EADDRNOTAVAIL",
      "Cannot delete address 192.0.2.77/24 on v0",
    );
    refusedByKernel(
      () => routes.delete({ dst: "198.51.100.0/24" }),
      "ESRCH",
      "Cannot delete route 198.51.100.0/24",
      "no route of this table (without table: main) has this dst and the other fields given",
    );
    refusedByKernel(
      () => neighbours.delete({ dev: "v0", dst: "192.0.2.77" }),
      "ENOENT",
      "Cannot delete neighbour 192.0.2.77 on v0",
    );
    refusedByKernel(() => rules.delete({ priority: 77 }), "ENOENT", "Cannot delete rule 77");
    assertEquals(links.find("nope0"), undefined);
    assertEquals(routes.find({ dst: "198.51.100.0/24" }), undefined);
    assertEquals(addresses.find({ dev: "v0", address: "192.0.2.77/24" }), undefined);
    assertEquals(neighbours.find({ dev: "v0", dst: "192.0.2.77" }), undefined);
    assertEquals(rules.find({ priority: 77 }), undefined);
    assertEquals(refused(() => links.get("nope0"), "Cannot get link nope0").code, "ENODEV");
    refusedByKernel(
      () => routes.get({ dst: "198.51.100.0/24" }),
      "ENOENT",
      "get route 198.51.100.0/24",
      "no such route",
    );
  });
});

kernelTest("error: an object that exists already is EEXIST", NEEDS, async () => {
  await inNamespace((ns) => {
    wire(ns);
    refusedByKernel(() => ns.route.links.add({ ifname: "v0", kind: "bridge" }), "EEXIST", "Cannot add link v0");
    refusedByKernel(
      () => ns.route.addresses.add({ dev: "v0", address: "192.0.2.1/24" }),
      "EEXIST",
      "Cannot add address 192.0.2.1/24 on v0",
    );
    refusedByKernel(() => ns.route.routes.add({ dst: "192.0.2.0/24", dev: "v0" }), "EEXIST", "Cannot add route");
  });
});

kernelTest("error: the library refuses names that are too long and unknown fields", NEEDS, async () => {
  await inNamespace(({ route: { addresses, links, routes } }) => {
    const long = assertThrows(() => links.add({ ifname: "a".repeat(16), kind: "bridge" }), RangeError);
    for (const word of ["ifname", "at most 15 bytes", "got 16"]) assertStringIncludes(long.message, word);
    const kindless = assertThrows(() => links.add({ ifname: "x0" }), KernelError);
    assertStringIncludes(kindless.message, "a new link needs its kind");
    const unknown = (act: () => unknown, ...words: string[]): void => {
      const { message } = assertThrows(act, TypeError);
      for (const word of words) assertStringIncludes(message, word);
    };
    unknown(() => links.add({ ifnme: "x0", kind: "bridge" } as never), '"ifnme"', 'did you mean "ifname"');
    unknown(
      () => links.add({ ifname: "x0", kind: "bridge", data: { stpStat: 1 } } as never),
      "data",
      '"stpStat"',
      'did you mean "stpState"',
    );
    unknown(
      () => links.add({ ifname: "x0", kind: "veth", data: { peer: { ifnam: "x1" } } } as never),
      "data.peer",
      'did you mean "ifname"',
    );
    unknown(
      () => routes.add({ dst: "default", multipath: [{ gateway: "192.0.2.1", wieght: 2 }] } as never),
      "multipath[0]",
      'did you mean "weight"',
    );
    unknown(() => addresses.add({ dev: "lo", adress: "192.0.2.1/24" } as never), 'did you mean "address"');
    unknown(() => links.set("lo", { flags: ["up"] }), "up, promisc, allmulti, arp, multicast");
    unknown(() => addresses.add({ dev: "lo", address: "192.0.2.300/24" }), "address", "192.0.2.300");
  });
});

kernelTest("error: what the kernel refuses without a reason is named", NEEDS, async () => {
  await inNamespace((ns) => {
    wire(ns);
    const { links, neighbours, routes } = ns.route;
    for (const ifname of ["a b", "a/b", "a:b", ".", "..", ""]) {
      assertThrows(() => links.add({ ifname, kind: "bridge" }), TypeError, "ifname: expected a name without space");
      assertThrows(() => links.set("v0", { ifname }), TypeError, "ifname: expected a name without space");
      const peer = { ifname };
      assertThrows(() => links.add({ ifname: "x0", kind: "veth", data: { peer } }), TypeError, ": data.peer.ifname: ");
    }
    assertEquals([links.find("a b"), links.find("x0")], [undefined, undefined]);
    refusedByKernel(() => routes.add({ dst: "198.51.100.0/24" }), "ENODEV", "dev or gateway is missing");
    refusedByKernel(() => neighbours.add({ dev: "v0", lladdr: "02:00:00:00:00:09" }), "EINVAL", "dst is missing");
    assertThrows(() => routes.lookup("192.0.2.0/24"), TypeError, "dst: expected an address, got the prefix");
  });
});
