/** The registration of generic families: every module is registered, with every command that it uses. */
import { assert, assertEquals } from "@std/assert";
import { readdirSync } from "node:fs";
import { Reader, Writer } from "../../../core/codec/mod.ts";
import type { GenericProtocol } from "../../../core/generic.ts";
import { declaredFamily } from "../../../core/generic_messages.ts";
import { everyCommand, NETLINK_GENERIC } from "../../../core/genl.ts";
import { messageSets } from "../../../core/messages.ts";
import { ETHTOOL } from "../../../families/generic/ethtool.ts";
import "../../../families/registry/generic_families.ts";
import { test } from "../../test.ts";

const folder = new URL("../../../families/generic/", import.meta.url);

test("registry: each generic family's module is registered", async () => {
  for (const file of readdirSync(folder).filter((name) => name.endsWith(".ts"))) {
    const module = await import(new URL(file, folder).href) as Record<string, Partial<GenericProtocol>>;
    for (const one of Object.values(module)) {
      if (typeof one !== "object" || one === null || one.messages === undefined || one.commands === undefined) continue;
      assert(declaredFamily(one.name!) === one, `${file}: ${one.name} is not in families/registry/generic_families.ts`);
    }
  }
  // SMC's other family is with the other modules of SMC.
  assertEquals(declaredFamily("SMC_GEN_NETLINK")?.name, "SMC_GEN_NETLINK");
  assertEquals(declaredFamily("nbd")?.commands.connect, 1);
  assertEquals(declaredFamily("no such family"), undefined);
});

test("registry: every message of ethtool has a table, sent and received", () => {
  const { collections = [], calls = [], events = {} } = ETHTOOL.messages!();
  const asked = new Set([
    ...collections.flatMap(({ commands: { reply: _reply, ...rest } }) => Object.values(rest)),
    ...calls.map(({ cmd }) => cmd),
  ]);
  const told = new Set([
    ...collections.flatMap(({ commands: { reply }, events }) => [reply, ...events?.new ?? [], ...events?.del ?? []]),
    ...calls.map(({ cmd, reply = cmd }) => reply),
    ...Object.keys(events).map(Number),
  ]);
  const without = (numbers: Readonly<Record<string, number>>, known: ReadonlySet<unknown>): string[] =>
    Object.entries(numbers).filter(([, number]) => !known.has(number)).map(([name]) => name);
  assertEquals([without(ETHTOOL.commands, asked), without(ETHTOOL.answers!, told)], [[], []]);
});

/** A message of a family whose number is 29. */
function message(flags: number, port: number, cmd: number, ...rest: number[]): Reader {
  const bytes = Uint8Array.of(0, 0, 0, 0, 29, 0, flags, 0, 0, 0, 0, 0, port, 0, 0, 0, cmd, 1, 0, 0, ...rest);
  bytes[0] = bytes.length;
  return new Reader(bytes);
}

test("registry: a command number may mean different messages in a request, an answer and an event", () => {
  const set = messageSets(NETLINK_GENERIC, { generic: { mptcp_pm: 29 } })();
  const of = (flags: number, port: number, ...attributes: number[]): unknown => {
    const from = message(flags, port, 6, ...attributes);
    return { ...set.codec(29, from, 0)!.decode(from, 16, from.length, {}) as object };
  };
  const limit = [8, 0, 2, 0, 3, 0, 0, 0];
  assertEquals(of(1, 0), { cmd: "MPTCP_PM_CMD_GET_LIMITS", version: 1 });
  assertEquals(of(0, 9, ...limit), { cmd: "MPTCP_PM_CMD_GET_LIMITS", version: 1, rcvAddAddrs: 3 });
  assertEquals(of(0, 0, 5, 0, 3, 0, 7, 0, 0, 0), { cmd: "MPTCP_EVENT_ANNOUNCED", version: 1, locId: 7 });
});

test("registry: decoded messages are encoded again, with the command's name or number", () => {
  const set = messageSets(NETLINK_GENERIC, { generic: { tcp_metrics: 29 } })();
  const from = message(1, 0, 2, 8, 0, 1, 0, 192, 0, 2, 7),
    value = set.codec(29, from, 0)!.decode(from, 16, from.length, {});
  const encoded = (given: object): Uint8Array => {
    const to = new Writer();
    set.codec(29)!.encode(given as never, to, {});
    return to.bytes.slice(0, to.length);
  };
  assertEquals(encoded(value as object), from.bytes.subarray(16));
  assertEquals(encoded({ cmd: 2, addrIpv4: "192.0.2.7" }), from.bytes.subarray(16));
  let why = "";
  try {
    encoded({ cmd: "TCP_METRICS_CMD_MISTYPED" });
  } catch (error) {
    why = String(error);
  }
  assert(why.includes('expected a command as cmd, got "TCP_METRICS_CMD_MISTYPED"'), why);
  assertEquals(everyCommand({ A: 1, B: 2 }, set.codec(29)!).map(({ cmd }) => cmd), [1, 2]);
});
