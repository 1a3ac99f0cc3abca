/** mptcp_pm, compared with `ip mptcp`. */
import { assertEquals, assertThrows } from "@std/assert";
import { spawn } from "node:child_process";
import process from "node:process";
import { BatchError, KernelError } from "../../../core/errors.ts";
import { type MptcpAddress, type MptcpEvent, open } from "../../../families/generic/mptcp_pm.ts";
import { inNamespace, run } from "../namespace.ts";
import { genericTest } from "./needs.ts";

/** Converts an endpoint to the form of `ip -j mptcp endpoint`. */
function inItsWords({ id, addr4, addr6, port, flags = [], dev }: MptcpAddress): Record<string, unknown> {
  return {
    address: addr4 ?? addr6,
    ...(port === undefined ? {} : { port }),
    id,
    ...Object.fromEntries(flags.map((flag) => [flag, true])),
    ...(dev === undefined ? {} : { dev }),
  };
}

genericTest(
  "mptcp_pm",
  "mptcp_pm: endpoints and limits are what `ip mptcp` says",
  ["ip"],
  () =>
    inNamespace(({ name, ip, ipJson }) => {
      using pm = open({ netns: name });
      ip("link set lo up");
      ip("address add 192.0.2.2/24 dev lo");
      pm.endpoints.add({ addr4: "192.0.2.2", dev: "lo", flags: ["subflow", "backup"], id: 5 });
      pm.endpoints.add({ addr6: "2001:db8::1", flags: ["signal"] });
      pm.endpoints.add({ addr4: "192.0.2.2", port: 5000, flags: ["signal"] });
      ip("mptcp endpoint add 192.0.2.9 id 77 subflow fullmesh");
      const theirs = ipJson("mptcp endpoint") as { id: number }[];
      const byId = (a: { id?: number }, b: { id?: number }): number => a.id! - b.id!;
      assertEquals(pm.endpoints.list().sort(byId).map(inItsWords), theirs.sort(byId));
      assertEquals(pm.endpoints.get(77).flags, ["subflow", "fullmesh"]);
      assertEquals(pm.endpoints.find(78), undefined);
      for (const key of [{ id: 77, addr: "192.0.2.1" }, { id: 77, nonsense: 5 }] as object[]) {
        const verbs = [() => pm.endpoints.find(key), () => pm.endpoints.get(key), () => pm.endpoints.delete(key)];
        for (const verb of verbs) assertThrows(verb, TypeError, "there is no field");
      }
      pm.endpoints.set(77, { flags: ["subflow", "fullmesh", "backup"] });
      assertEquals(ipJson("mptcp endpoint show id 77").map(({ backup }) => backup), [true]);
      // A field that the kernel would ignore is an error that names it.
      pm.endpoints.set(77, { flags: ["backup"] });
      assertEquals(pm.endpoints.get(77).flags, ["subflow", "backup"]);
      const before = ipJson("mptcp endpoint");
      for (
        const [changes, words] of [
          [{ port: 5 }, "port cannot be changed"],
          [{ flags: ["backup"] as const, ifIdx: 1 }, "ifIdx cannot be changed"],
          [{ flags: ["signal"] as const }, "flags: signal cannot be changed"],
          [{}, "flags is missing"],
        ] as const
      ) assertThrows(() => pm.endpoints.set(77, changes), TypeError, words);
      assertEquals(ipJson("mptcp endpoint"), before);
      // A key that names another endpoint changes neither; setting the same value changes nothing.
      for (const other of [{ addr4: "192.0.2.2" }, { id: 5 }, { dev: "lo" }, { addr6: "2001:db8::1" }]) {
        assertThrows(() => pm.endpoints.set(77, { ...other, flags: [] }), TypeError, "cannot be changed");
      }
      pm.endpoints.set(77, { ...pm.endpoints.get(77), flags: ["subflow", "fullmesh", "backup"] });
      assertEquals(pm.endpoints.get(77).flags, ["subflow", "backup", "fullmesh"]);
      assertEquals(pm.endpoints.get(5).flags, ["subflow", "backup"]);
      pm.setLimits({ subflows: 3, rcvAddAddrs: 2 });
      assertEquals(pm.limits(), { rcvAddAddrs: 2, subflows: 3 });
      assertEquals(run("ip", ["-n", name, "mptcp", "limits"]).trim(), "add_addr_accepted 2 subflows 3");
      // A request that only reads is answered at once, even while a batch is collected.
      pm.batch((batch) => assertEquals(batch.limits(), pm.limits()));
      pm.setLimits({ subflows: 1 });
      assertEquals(pm.limits(), { rcvAddAddrs: 2, subflows: 1 });
      assertEquals(assertThrows(() => pm.setLimits({ subflows: 100_000 }), KernelError).code, "EINVAL");
      // A listed object is deleted, and added again.
      const [first] = pm.endpoints.list().filter(({ id }) => id === 5);
      pm.endpoints.delete(first!);
      assertEquals(pm.endpoints.find(5), undefined);
      pm.endpoints.add(first!);
      assertEquals(pm.endpoints.get(5), first);
      pm.endpoints.deleteAll();
      assertEquals([pm.endpoints.list(), ipJson("mptcp endpoint")], [[], []]);
    }),
);

genericTest(
  "mptcp_pm",
  "mptcp_pm: an endpoint is named by its number and its address, and no other is deleted",
  ["ip"],
  () =>
    inNamespace(({ name, ip, ipJson }) => {
      using pm = open({ netns: name });
      ip("link set lo up");
      const { endpoints } = pm, left = (): unknown[] => ipJson("mptcp endpoint").map(({ id }) => id).sort();
      endpoints.add({ addr4: "192.0.2.1", flags: ["signal"], id: 1 });
      endpoints.add({ addr4: "192.0.2.2", flags: ["subflow"], id: 2 });
      endpoints.add({ addr6: "2001:db8::3", flags: ["signal"], id: 3 });
      endpoints.add({ addr4: "192.0.2.4", flags: ["signal"], id: 4 });
      assertEquals(endpoints.get({ addr4: "192.0.2.2" }).id, 2);
      assertEquals(endpoints.find({ addr6: "2001:db8:0::3" })?.id, 3);
      // Numbers are reused: another endpoint has this one by now.
      for (const key of [{ id: 1, addr4: "192.0.2.2" }, { id: 9, addr4: "192.0.2.2" }, { addr4: "192.0.2.9" }]) {
        assertEquals(endpoints.find(key), undefined);
        for (const verb of ["get", "delete"] as const) {
          assertEquals(assertThrows(() => endpoints[verb](key), KernelError).code, "ENOENT");
        }
        assertEquals(assertThrows(() => endpoints.set(key, { flags: ["backup"] }), KernelError).code, "ENOENT");
      }
      // Further fields of a key, beside number and address, are compared too.
      const others: readonly MptcpAddress[] = [
        { id: 1, flags: ["subflow"] },
        { addr4: "192.0.2.1", flags: ["signal", "fullmesh"] },
        { id: 1, port: 80 },
        { id: 1, ifIdx: 1 },
        { id: 1, dev: "lo" },
        { id: 1, family: "inet6" },
      ];
      for (const key of others) {
        assertEquals(endpoints.find(key), undefined);
        assertEquals(assertThrows(() => endpoints.delete(key), KernelError).code, "ENOENT");
        assertEquals(assertThrows(() => endpoints.set(key, { flags: ["signal"] }), KernelError).code, "ENOENT");
        assertThrows(() => pm.batch(({ endpoints }) => endpoints.delete(key)), BatchError, "ENOENT");
      }
      assertEquals(endpoints.find({ id: 1, flags: ["signal"] })?.id, 1);
      // A listed endpoint is the same even if its flags have changed.
      assertEquals(endpoints.find({ ...endpoints.get(1), flags: ["signal", "backup"] })?.id, 1);
      pm.batch(({ endpoints }) => {
        endpoints.add({ addr4: "192.0.2.7", flags: ["signal"], dev: "lo" });
        endpoints.delete({ addr4: "192.0.2.7", flags: ["signal"], dev: "lo" });
      });
      assertThrows(
        () => endpoints.add({ addr4: "192.0.2.7", dev: "lo", ifIdx: "v0" }),
        TypeError,
        'ifIdx "v0" and dev "lo" are two names of one interface',
      );
      for (const key of [{}, { flags: ["signal"] }, { port: 80 }, undefined, null]) {
        for (const verb of ["get", "find", "delete"] as const) {
          assertThrows(() => endpoints[verb](key as MptcpAddress), TypeError, "MPTCP endpoint");
        }
      }
      for (const key of [0, { id: 0 }, { id: 0, flags: ["signal"] as const }]) {
        assertThrows(
          () => endpoints.delete(key),
          TypeError,
          "Cannot delete MPTCP endpoint 0: no endpoint has that number",
        );
        assertEquals(endpoints.find(key), undefined);
      }
      assertThrows(() => pm.batch(({ endpoints }) => endpoints.delete(0)), TypeError, "Cannot delete MPTCP endpoint 0");
      assertEquals(left(), [1, 2, 3, 4]);
      endpoints.set({ addr4: "192.0.2.2" }, { flags: ["subflow", "backup"] });
      assertEquals(endpoints.get(2).flags, ["subflow", "backup"]);
      endpoints.delete({ addr4: "192.0.2.1" });
      endpoints.delete(endpoints.get(3));
      assertEquals(left(), [2, 4]);
      assertEquals(endpoints.flush({ flags: ["signal"] }), 1);
      assertEquals(left(), [2]);
      assertThrows(() => endpoints.flush({ flags: [] }), TypeError, "{ all: true }");
      assertEquals(endpoints.flush({ all: true }), 1);
      // An address alone is a key, and text that is not an address matches nothing.
      endpoints.add({ addr4: "127.0.0.77", flags: ["subflow"] });
      assertEquals(endpoints.get("127.0.0.77").addr4, "127.0.0.77");
      endpoints.delete("127.0.0.77");
      assertEquals(endpoints.find("127.0.0.77"), undefined);
      for (const key of ["", "x"]) assertThrows(() => endpoints.delete(key), TypeError, "addr4");
      assertThrows(() => endpoints.add({ addr4: "127.0.0.78", addr6: "fd00::78" }), TypeError, "addr6");
    }),
);

/** Makes a connection of Multipath TCP to itself, which ends on request. */
const TALK = `
import socket, sys
l = socket.socket(socket.AF_INET, socket.SOCK_STREAM, 262)
l.bind(('127.0.0.1', 5005)); l.listen()
c = socket.socket(socket.AF_INET, socket.SOCK_STREAM, 262)
c.connect(('127.0.0.1', 5005)); s, _ = l.accept()
c.send(b'x'); s.recv(1); s.send(b'y'); c.recv(1)
sys.stdin.read()
`;

genericTest(
  "mptcp_pm",
  "mptcp_pm: connections come and go as events",
  ["ip", "python3", "nsenter"],
  () =>
    inNamespace(async ({ name, ip }) => {
      using pm = open({ netns: name });
      ip("link set lo up");
      await using events = pm.events();
      const talk = spawn("ip", ["netns", "exec", name, "python3", "-c", TALK], {
        stdio: ["pipe", "inherit", "inherit"],
      });
      const told: MptcpEvent[] = [];
      for await (const event of events) {
        if (event.event === "overrun") continue;
        told.push(event);
        if (told.filter((one) => one.event === "established").length === 2) talk.stdin.end();
        if (told.filter((one) => one.event === "closed").length === 2) break;
      }
      const [created] = told.filter(({ event }) => event === "created");
      assertEquals([created!.saddr4, created!.daddr4, created!.family], ["127.0.0.1", "127.0.0.1", "inet"]);
      const tokens = new Set(told.filter(({ token }) => token !== undefined).map(({ token }) => token));
      assertEquals(tokens.size, 2);
      const server = told.find(({ event, sport }) => event === "established" && sport === 5005);
      assertEquals(server?.serverSide, true);
      if (process.env.DEBUG_EVENTS !== undefined) console.log(told);
    }),
);
