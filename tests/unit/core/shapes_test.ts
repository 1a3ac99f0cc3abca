/** Mistakes of scripts: wrong arguments of open() and batch(), closed iterators, and pages in a log. */
import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { inspect } from "node:util";
import type { OpenOptions } from "../../../core/client.ts";
import { NetlinkError } from "../../../core/errors.ts";
import { open } from "../../../families/route/mod.ts";
import { open as openSockets } from "../../../families/sock_diag/mod.ts";
import { test } from "../../test.ts";

test("an option of open() of a wrong type is an error that names it", () => {
  const wrong: readonly (readonly [string, unknown])[] = [
    ["capture", 5],
    ["capture", true],
    ["capture", null],
    ["capture", {}],
    ["capture", { to: 5 }],
    ["capture", { to: "x.pcap", format: "txt" }],
    ["names", 1],
    ["dryRun", "x"],
    ["transport", {}],
    ["timeout", "1"],
  ];
  for (const [name, value] of wrong) {
    const error = assertThrows(() => open({ [name]: value } as OpenOptions), TypeError, `${name}`);
    assertStringIncludes(error.message, "Cannot open a NETLINK_ROUTE socket");
    assert(/expected/.test(error.message), error.message);
  }
});

test("an iterator ends with CLOSED when its client is closed", () => {
  for (const ahead of [0, 1]) {
    const client = open(), all = client.addresses.iterate();
    for (let i = 0; i < ahead; i++) all.next();
    client.close();
    assertEquals(assertThrows(() => all.next(), NetlinkError).code, "CLOSED");
    assertEquals(all.next().done, true);
  }
});

test("clients and collections are a few lines in a log", () => {
  using route = open({ dryRun: () => {} });
  using sockets = openSockets({ dryRun: () => {} });
  const text = inspect(route);
  assertStringIncludes(text, "[collection: links]");
  assertEquals(inspect(route.links), "[collection: links]");
  for (const one of [text, inspect(sockets)]) assert(one.length < 1500, one);
  assertEquals(inspect(sockets.tcp), "[collection: TCP sockets]");
});

test("a dry run of a batch shows what is sent: the last item of a datagram alone asks for an acknowledgement", () => {
  const shown: string[] = [];
  using dry = open({ dryRun: (message) => shown.push(String(message)) });
  dry.batch((add) => {
    add.links.add({ ifname: "x0", kind: "dummy" });
    add.addresses.add({ dev: "x0", address: "10.0.0.1/24" });
    add.routes.add({ dst: "10.1.0.0/16", dev: "x0" });
  });
  assertEquals(shown.map((one) => /\back\b/.test(one.split("\n")[0]!)), [false, false, true]);
  // Bytes of the header that no field has: the length of the prefix.
  assertStringIncludes(shown[1]!, "   17  180000                               (no field)\n");
});
