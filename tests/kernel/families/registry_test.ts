/** The registry, compared with the running kernel: every number can be opened, or is refused with the right hint. */
import { assert, assertEquals, assertMatch, assertThrows } from "@std/assert";
import { readFileSync } from "node:fs";
import { Client } from "../../../core/client.ts";
import { serves } from "../../../core/open.ts";
import { SystemError } from "../../../core/errors.ts";
import { families, family, openHint, protocol } from "../../../families/registry.ts";
import { test } from "../../test.ts";

for (let number = 0; number < 32; number++) {
  const known = family(number);
  test(`registry: ${known?.name ?? "protocol"} ${number} opens, or its error says why not`, () => {
    if (serves(number)) {
      using client = new Client(protocol(number));
      assert(client.transport.port > 0);
      assertEquals(known?.status, "active");
      return;
    }
    const error = assertThrows(() => new Client(protocol(number)), SystemError);
    assertEquals([error.code, error.call, error.hint], ["EPROTONOSUPPORT", "socket", openHint(number)]);
    const words = {
      removed: /removed in Linux [\d.]+, the last to have it is [\d.]+; (instead there is|nothing replaces it)/,
      reserved: /no kernel ever served it; instead there is/,
      unused: /no kernel since 2\.6\.18 serves it; .*instead there is/,
      active: /in Linux since [\d.]+, (built in|in module \w+).*CONFIG_\w+/,
      unknown: /no kernel since 2\.6\.14 has a protocol of this number/,
    }[known?.status ?? "unknown"];
    assertMatch(error.message, words);
    assertMatch(error.message, new RegExp(`^Cannot open a ${known?.name ?? `netlink protocol ${number}`} socket: `));
  });
}

test("registry: families() marks protocols of every kernel as served, and none that no kernel has", () => {
  const rows = families();
  assertEquals(rows.length, 23);
  for (const name of ["NETLINK_ROUTE", "NETLINK_USERSOCK", "NETLINK_KOBJECT_UEVENT", "NETLINK_GENERIC"]) {
    assert(rows.find((row) => row.name === name)!.served, name);
  }
  for (const { name, status, served } of rows) assert(status === "active" || !served, name);
});

test("registry: protocols whose sockets the kernel lists are marked as served", () => {
  const rows = families();
  // sk, Eth (the protocol), Pid (0: the kernel's own) …
  const lines = readFileSync("/proc/net/netlink", "utf8").trim().split("\n").slice(1);
  const own = lines.map((line) => line.trim().split(/\s+/)).filter(([, , port]) => port === "0");
  const numbers = [...new Set(own.map(([, number]) => Number(number)))];
  assert(numbers.includes(0) && numbers.includes(16), String(numbers));
  for (const number of numbers) assert(rows[number]!.served, rows[number]!.name);
});

test("registry: opening a protocol that is served gives no hint", () => {
  using client = new Client(protocol("GENERIC"));
  assertEquals(client.protocol.name, "NETLINK_GENERIC");
});
