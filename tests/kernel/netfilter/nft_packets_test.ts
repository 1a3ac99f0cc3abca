/** Packets between two network namespaces: rules of ours count, drop, reject and translate them, and sets match them. */
import { assertEquals } from "@std/assert";
import { spawn, spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { KernelError } from "../../../core/errors.ts";
import * as netns from "../../../core/netns.ts";
import { open as openConntrack } from "../../../families/netfilter/conntrack.ts";
import { open } from "../../../families/netfilter/nftables/mod.ts";
import {
  counter,
  dnat,
  drop,
  icmp,
  ip,
  meta,
  redirect,
  reject,
  tcp,
} from "../../../families/netfilter/nftables/statements.ts";
import { skip } from "../../test.ts";
import { inNamespace, load } from "../namespace.ts";
import { inside } from "./flows.ts";
import { nftTest } from "./nft.ts";

/** Returns the beginning of a program: it listens at a port of the namespace that is the first argument. */
const listening = (port: number): string => `
import ctypes, os, socket, sys
libc = ctypes.CDLL(None)
own = os.open("/proc/self/ns/net", os.O_RDONLY)
def enter(fd):
    assert libc.setns(fd, 0x40000000) == 0
enter(os.open("/run/netns/" + sys.argv[1], os.O_RDONLY))
server = socket.create_server(("0.0.0.0", ${port}))
enter(own)
`;

/** Connects to each further argument, and prints what the server's side sees: its port, and the client's address. */
const CONNECT = `${listening(8080)}
for target in sys.argv[2:]:
    address, port = target.split(":")
    client = socket.socket()
    try:
        client.connect((address, int(port)))
        peer, (source, _) = server.accept()
        print(peer.getsockname()[1], source)
        peer.close()
    except OSError as error:
        print(type(error).__name__)
    client.close()
`;

nftTest("nf_tables: packets are counted, dropped, rejected, translated, and matched by sets", async (ns) => {
  load("nft_redir");
  await inNamespace((other) => {
    ns.ip(`link add v0 type veth peer name v0 netns ${other.name}`);
    for (const [one, address] of [[ns, "10.9.0.2"], [other, "10.9.0.1"]] as const) {
      one.ip("link set lo up");
      one.ip("link set v0 up");
      one.ip(`addr add ${address}/24 dev v0`);
    }
    const guard = { family: "inet", table: "guard" } as const, nat = { family: "ip", table: "nat" } as const;
    const { ours } = ns, { elements, rules } = ours;
    ours.batch((b) => {
      b.tables.add({ family: "inet", name: "guard" });
      b.sets.add({ ...guard, name: "bad", keyType: "ipv4_addr", flags: ["interval"] });
      b.sets.add({
        ...guard,
        name: "seen",
        keyType: "ipv4_addr",
        expr: { name: "counter", data: { packets: 0, bytes: 0 } },
      });
      b.elements.add({ ...guard, set: "seen" }, ["10.9.0.1", "10.9.0.7"]);
      b.chains.add({ ...guard, name: "in", type: "filter", hook: "input", priority: 0 });
      const add = (comment: string, ...expr: Parameters<typeof b.rules.add>[0]["expr"] & object): void =>
        b.rules.add({ ...guard, chain: "in", comment, expr });
      add("seen", ip.saddr("@seen"), icmp.type("echo-request"));
      add("bad", ip.saddr("@bad"), counter(), drop());
      add("ping", icmp.type("echo-request"), counter());
      add("web", tcp.dport(8080), counter());
      add("closed", tcp.dport(81), counter(), reject("tcp reset"));
      b.tables.add({ family: "ip", name: "nat" });
      b.chains.add({ ...nat, name: "pre", type: "nat", hook: "prerouting", priority: -100 });
      b.rules.add({ ...nat, chain: "pre", expr: [tcp.dport("80-82"), redirect(8080)] });
    });
    using client = open({ netns: other.name });
    client.tables.add({ family: "ip", name: "nat" });
    client.chains.add({ ...nat, name: "out", type: "nat", hook: "output", priority: -100 });
    client.rules.add({ ...nat, chain: "out", expr: [ip.daddr("10.9.0.99"), tcp.dport(7), dnat("10.9.0.2:8080")] });
    const counts = (): Record<string, number> =>
      Object.fromEntries(
        rules.list(guard).flatMap(({ comment, expressions = [] }) =>
          expressions.flatMap(({ name, data }) =>
            name === "counter" ? [[comment, (data as { packets: number }).packets]] : []
          )
        ),
      );
    const ping = (): number | null =>
      spawnSync("ip", ["netns", "exec", other.name, "ping", "-n", "-c", "1", "-W", "1", "10.9.0.2"]).status;
    assertEquals([ping(), counts()["ping"], counts()["bad"]], [0, 1, 0]);
    // To ports that are redirected, and to an address that is nobody's.
    const connect = (...targets: readonly string[]): string[] =>
      inside(other.name, "python3", "-c", CONNECT, ns.name, ...targets).trim().split("\n");
    assertEquals(connect("10.9.0.2:8080", "10.9.0.2:80", "10.9.0.99:7"), Array(3).fill("8080 10.9.0.1"));
    rules.flush({ ...nat, chain: "pre" });
    assertEquals(connect("10.9.0.2:81"), ["ConnectionRefusedError"]);
    assertEquals(counts()["closed"], 1);
    assertEquals(counts()["web"]! > 6, true, String(counts()["web"]));
    elements.add({ ...guard, set: "bad" }, ["10.9.0.0/24"]);
    assertEquals([ping(), counts()["ping"], counts()["bad"]], [1, 1, 1]);
    elements.delete({ ...guard, set: "bad" }, ["10.9.0.0/24"]);
    assertEquals([ping(), counts()["ping"], counts()["bad"]], [0, 2, 1]);
    // The set counts what was looked up, by element.
    const seen = elements.list({ ...guard, set: "seen" }).map(({ elem, expressions }) => [
      elem,
      (expressions![0]!.data as { packets: number }).packets > 0,
    ]);
    assertEquals(seen, [["10.9.0.1", true], ["10.9.0.7", false]]);
  });
}, ["ip", "nft", "ping", "python3"]);

/**
 * Connects to the address that is the second argument, and sends a hundred times a byte, which comes back each time. Then
 * the connection lasts until the end of the input.
 */
const ECHO = `${listening(7)}
client = socket.create_connection((sys.argv[2], 7))
peer, _ = server.accept()
for i in range(100):
    client.sendall(b"x")
    assert peer.recv(1) == b"x"
    peer.sendall(b"y")
    assert client.recv(1) == b"y"
print("ready", flush=True)
sys.stdin.read()
`;

nftTest("nf_tables: a flow of a flowtable passes its router without the rules, and conntrack tells", async (ns) => {
  await inNamespace((client) =>
    inNamespace(async (server) => {
      for (const [one, end] of [[client, 1], [server, 2]] as const) {
        ns.ipBatch([
          `link add v${end} type veth peer name v0 netns ${one.name}`,
          `addr add 10.9.${end}.1/24 dev v${end}`,
          `link set v${end} up`,
        ]);
        one.ipBatch([
          `addr add 10.9.${end}.2/24 dev v0`,
          "link set v0 up",
          `route add default via 10.9.${end}.1`,
        ]);
      }
      netns.run(ns.name, () => writeFileSync("/proc/sys/net/ipv4/ip_forward", "1"));
      const T = { family: "inet", table: "t" } as const, { ours } = ns;
      ours.tables.add({ family: "inet", name: "t" });
      try {
        ours.flowtables.add({ ...T, name: "f", hook: "ingress", priority: 0, devs: ["v1", "v2"] });
        ours.chains.add({ ...T, name: "c", type: "filter", hook: "forward", priority: 0 });
        ours.rules.add({
          ...T,
          chain: "c",
          expr: [meta.l4proto("tcp"), counter(), { flow: { op: "add", flowtable: "@f" } }],
        });
      } catch (error) {
        if (error instanceof KernelError && error.code === "ENOENT") skip("needs a kernel with flowtables");
        throw error;
      }
      const args = ["netns", "exec", client.name, "python3", "-c", ECHO, server.name, "10.9.2.2"];
      const child = spawn("ip", args, { stdio: ["pipe", "pipe", "inherit"] });
      const ended = new Promise<void>((resolve) => child.on("close", () => resolve()));
      try {
        const ready = new Promise<string>((resolve) => child.stdout.once("data", (data) => resolve(String(data))));
        assertEquals(await Promise.race([ready, ended]), "ready\n");
        using opened = openConntrack({ netns: ns.name });
        const [found] = opened.conntrack.list().filter(({ orig }) => orig?.dstPort === 7);
        assertEquals(found?.status?.includes("offload"), true);
        const [rule] = ours.rules.list(T), [, , data] = rule!.expressions!.map(({ data }) => data);
        const { packets } = data as { packets: number };
        // The first packets pass the chain, until both sides have sent; of the others there are four hundred.
        assertEquals([packets > 0, packets < 100], [true, true], String(packets));
      } finally {
        child.stdin.end();
        await ended;
      }
    })
  );
}, ["ip", "nft", "python3"]);
