/** Captures of real traffic with the kernel: read by tshark, recorded on nlmon, replayed. */
import { assert, assertEquals, assertRejects, assertStringIncludes, assertThrows } from "@std/assert";
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { Client } from "../../core/client.ts";
import { serves } from "../../core/open.ts";
import { KernelError, NetlinkError, SystemError } from "../../core/errors.ts";
import { findFamily, NETLINK_GENERIC } from "../../core/generic.ts";
import * as netns from "../../core/netns.ts";
import { replay } from "../../core/replay.ts";
import { type Algorithm, NETLINK_CRYPTO, open as openCrypto } from "../../families/crypto.ts";
import { open as openEthtool } from "../../families/generic/ethtool.ts";
import { type CapturedMessage, decode, genericNumbers, monitor, readCapture } from "../../families/registry.ts";
import { type Link, NETLINK_ROUTE, open, type OpenOptions } from "../../families/route/mod.ts";
import { open as openSockets } from "../../families/sock_diag/mod.ts";
import { inNamespace, kernelTest, load, namesOf, type Namespace, root, run } from "./namespace.ts";

async function inFolder(body: (folder: string) => void | Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "netlink-capture-"));
  try {
    await body(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Makes a conversation with requests of all kinds, refusals, dumps and events; returns what was received. */
async function converse(options: OpenOptions): Promise<unknown[]> {
  using route = open(options);
  const { links, addresses, routes, rules, neighbours } = route, heard: unknown[] = [];
  await using events = route.watch("link", "address");
  links.add({ ifname: "v0", kind: "veth", up: true, data: { peer: { ifname: "v1" } } });
  links.set("v1", { up: true });
  addresses.add({ dev: "v0", address: "10.9.0.1/24" });
  routes.add({
    dst: "203.0.113.0/24",
    multipath: [{ gateway: "10.9.0.2", dev: "v0" }, { gateway: "10.9.0.3", dev: "v0" }],
  });
  rules.add({ priority: 90, src: "10.9.0.0/24", table: 100 });
  neighbours.add({ dev: "v0", dst: "10.9.0.2", lladdr: "02:00:00:00:00:02", state: ["permanent"] });
  heard.push(assertThrows(() => links.add({ ifname: "v0", kind: "veth" }), KernelError).message);
  heard.push(assertThrows(() => routes.add({ dst: "10.1.0.0/16", gateway: "192.0.2.9" }), KernelError).message);
  heard.push(links.list(), addresses.list(), [...routes.iterate()], rules.list(), neighbours.list(), links.get("v1"));
  route.batch((b) => {
    for (let i = 0; i < 40; i++) b.routes.add({ dst: `10.80.${i >> 8}.${i & 255}/32`, type: "blackhole" });
  });
  links.delete("v0");
  while (true) {
    const { value } = await events.next();
    heard.push(value);
    if (value?.event === "del" && value.object === "link" && (value.value as Link).ifname === "v0") return heard;
  }
}

interface Fields {
  readonly type: number;
  readonly length: number;
  readonly seq: number;
  readonly port: number;
}

/** Returns tshark's reading of a file: each packet's messages with tshark's names, and its complaints. */
function tshark(
  file: string,
): { packets: Fields[][]; errors: number[]; names: string[]; complaints: string[]; text: string } {
  const packets: Fields[][] = [], names: string[] = [], errors: number[] = [], text = run("tshark", ["-r", file, "-V"]);
  const complaints = text.split("\n").filter((line) => /Malformed|Expert Info|bug/i.test(line));
  for (const frame of text.split(/^Frame \d+: .*$/m).slice(1)) {
    const messages: Fields[] = [];
    // tshark also counts the header that an error repeats as a header.
    const headers = new RegExp(
      String.raw`(Error code: .*\((-?\d+)\)\n)?^ +Netlink message header \(type: (.*)\)\n +Length: (\d+)\n` +
        String.raw` +(?:Message type: .*\(|Family ID: )(0x[0-9a-f]+|\d+).*\n[^]*?Sequence: (\d+)\n +Port ID: (\d+)`,
      "gm",
    );
    for (const [, repeated, error, name, length, type, seq, port] of frame.matchAll(headers)) {
      if (repeated !== undefined) errors.push(Number(error));
      else {
        messages.push({ type: Number(type), length: Number(length), seq: Number(seq), port: Number(port) });
        names.push(name!);
      }
    }
    packets.push(messages);
  }
  return { packets, errors, names, complaints, text };
}

/** tshark's names for messages that the library names as the kernel does. */
const NAMES: Readonly<Record<string, string>> = {
  RTM_NEWLINK: "Create network interface",
  RTM_DELLINK: "Remove network interface",
  RTM_GETLINK: "Get network interface info",
  RTM_SETLINK: "Set network interface info",
  RTM_NEWADDR: "Add IP address",
  RTM_DELADDR: "Delete IP address",
  RTM_GETADDR: "Get IP address",
  RTM_NEWROUTE: "Add network route",
  RTM_GETROUTE: "Get network route",
  RTM_NEWNEIGH: "Add neighbor table entry",
  RTM_GETNEIGH: "Get neighbor table entry",
  RTM_NEWRULE: "Add routing rule",
  RTM_GETRULE: "Get routing rule",
  NLMSG_ERROR: "Error",
  NLMSG_DONE: "End of a dump",
};

function grouped(messages: readonly CapturedMessage[]): Fields[][] {
  const packets: Fields[][] = [];
  for (const { packet, bytes, seq, port } of messages) {
    const view = new DataView(bytes.buffer, bytes.byteOffset);
    (packets[packet - 1] ??= []).push({ type: view.getUint16(4, true), length: view.getUint32(0, true), seq, port });
  }
  return packets;
}

for (const format of ["pcap", "pcapng"] as const) {
  kernelTest(
    `tshark reads our ${format} without malformed packets, and finds the same messages`,
    ["ip", "tshark"],
    async () => {
      await inFolder(async (folder) => {
        const file = join(folder, `talk.${format}`);
        await inNamespace(async ({ name }) => void await converse({ netns: name, capture: file }));
        const ours = [...readCapture(file)], theirs = tshark(file);
        assertEquals(theirs.complaints, []);
        assertEquals(theirs.packets, grouped(ours));
        const errors = ours.filter(({ type }) => type === "NLMSG_ERROR");
        assertEquals(theirs.errors, errors.map(({ value }) => -(value as { errno: number }).errno || 0));
        assert(errors.length > 8 && ours.length > 90, `${errors.length} of ${ours.length}`);
        assertEquals(theirs.names, ours.map(({ type }) => NAMES[type] ?? type));
        assert(ours.some(({ direction, group }) => direction === "received" && group === 1), "no event of group 1");
      });
    },
  );
}

kernelTest("tshark reads our captures of generic netlink", ["tshark"], async () => {
  await inFolder((folder) => {
    const file = join(folder, "talk.pcapng");
    {
      using generic = new Client(NETLINK_GENERIC, { capture: file });
      findFamily(generic, "nlctrl");
      assertThrows(() => findFamily(generic, "no such family"), NetlinkError);
    }
    const messages = [...readCapture(file)], { packets, complaints, text } = tshark(file);
    assertEquals(complaints, []);
    assertEquals(packets, grouped(messages));
    assertEquals(messages.map(({ protocol, type }) => [protocol, type]).slice(0, 2), [
      ["NETLINK_GENERIC", "GENL_ID_CTRL"],
      ["NETLINK_GENERIC", "GENL_ID_CTRL"],
    ]);
    assertEquals((messages[1]!.value as { familyName?: string }).familyName, "nlctrl");
    assertStringIncludes(text, "CTRL_ATTR_FAMILY_NAME: nlctrl");
  });
});

kernelTest(
  "a replayed conversation gives the kernel's answers, refusals and events",
  ["ip"],
  async () => {
    await inFolder(async (folder) => {
      const file = join(folder, "talk.pcap");
      let heard: unknown[] = [];
      await inNamespace(async ({ name }) => void (heard = await converse({ netns: name, capture: file })));
      const again = await converse({ transport: replay(file, NETLINK_ROUTE) });
      assertEquals(again, heard);
      using other = open({ transport: replay(file, NETLINK_ROUTE) });
      const error = assertThrows(() => other.links.list({ kind: "bond" }), NetlinkError);
      assertEquals(error.code, "NOT_RECORDED");
    });
  },
);

/** Returns all algorithms, with a socket of its own. */
function algorithmsOf(options: OpenOptions): Algorithm[] {
  using crypto = openCrypto(options);
  return crypto.algorithms.list();
}

const CRYPTO = serves(NETLINK_CRYPTO.number) ? [] : ["a kernel with NETLINK_CRYPTO"];

kernelTest("a recorded conversation of another family can be replayed", CRYPTO, async () => {
  await inFolder((folder) => {
    const file = join(folder, "talk.pcapng");
    const before = algorithmsOf({ capture: file });
    assert(before.length > 5);
    assertEquals(algorithmsOf({ transport: replay(file, NETLINK_CRYPTO) }), before);
  });
});

/** True if this kernel has nlmon: asking makes it load the module. */
function hasNlmon(): boolean {
  if (!root) return false;
  const name = `nl-nlmon-${process.pid}`;
  netns.add(name);
  try {
    return spawnSync("ip", ["-n", name, "link", "add", "nlmon0", "type", "nlmon"], { stdio: "ignore" }).status === 0;
  } finally {
    netns.delete(name);
  }
}

const NLMON = hasNlmon() ? [] : ["a kernel with nlmon"];

/** A program that runs beside a test. */
class Running {
  readonly child: ChildProcess;
  #said = "";
  #heard = (): void => {};

  constructor(program: string, args: readonly string[]) {
    this.child = spawn(program, args, { stdio: ["pipe", "pipe", "pipe"] });
    for (const stream of [this.child.stdout!, this.child.stderr!]) {
      stream.setEncoding("utf8").on("data", (text: string) => {
        this.#said += text;
        this.#heard();
      });
    }
  }

  /** Waits until its output, on stdout and stderr, passes a test. */
  async says(wanted: (said: string) => boolean): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.child.once("close", () => reject(new Error(`it ended: ${this.#said}`)));
      this.#heard = () => wanted(this.#said) && resolve();
      this.#heard();
    });
  }

  /** Ends it by a signal, or by closing its standard input. */
  async end(signal?: "SIGINT"): Promise<void> {
    const end = new Promise((resolve) => this.child.once("close", resolve));
    if (signal === undefined) this.child.stdin!.end();
    else this.child.kill(signal);
    await end;
  }
}

/** Collects messages until one passes a test. */
async function until(
  messages: AsyncIterable<CapturedMessage>,
  wanted: (message: CapturedMessage) => boolean,
): Promise<CapturedMessage[]> {
  const taken: CapturedMessage[] = [];
  for await (const message of messages) {
    taken.push(message);
    if (wanted(message)) break;
  }
  return taken;
}

/** True for the refusal that ends {@linkcode talk}. */
const isLast = ({ type, value }: CapturedMessage): boolean =>
  type === "NLMSG_ERROR" && (value as { request?: { type?: unknown } }).request?.type === "RTM_DELRULE";

function talk({ ip }: Namespace): void {
  ip("link add v0 type veth peer name v1");
  ip("address add 10.9.0.1/24 dev v0");
  ip("link show");
  assertThrows(() => ip("rule delete priority 4711"), Error);
}

/** Checks the messages that `ip` sent and received there. */
function checkTalk(messages: readonly CapturedMessage[]): void {
  const says = (type: string, test: (value: Record<string, unknown>) => boolean): void =>
    assert(
      messages.some((message) => message.type === type && test(message.value as Record<string, unknown>)),
      messages.map((message) => message.summary()).join("\n"),
    );
  says(
    "RTM_NEWLINK",
    ({ ifname, kind, data }) => ifname === "v0" && kind === "veth" && (data as { peer?: Link })?.peer?.ifname === "v1",
  );
  says("RTM_NEWADDR", ({ address }) => address === "10.9.0.1/24");
  says("RTM_GETLINK", () => true);
  says("NLMSG_DONE", ({ errno }) => errno === 0);
  says("NLMSG_ERROR", ({ code }) => code === "ENOENT");
  assert(messages.every(({ protocol, problem }) => protocol === "NETLINK_ROUTE" && problem === undefined));
}

kernelTest("nlmon: monitor() receives the messages of ip and the kernel", ["ip", ...NLMON], async () => {
  await inNamespace(async (ns) => {
    ns.ip("link add nlmon0 type nlmon");
    ns.ip("link set nlmon0 up");
    const messages = monitor("nlmon0", { netns: ns.name, protocol: 0 });
    talk(ns);
    checkTalk(await until(messages, isLast));
  });
});

for (const [format, option] of [["pcap", "-P"], ["pcapng", "-n"]] as const) {
  kernelTest(`nlmon: we read the ${format} that dumpcap records of ip`, ["ip", "dumpcap", ...NLMON], async () => {
    await inFolder(async (folder) => {
      const file = join(folder, `talk.${format}`);
      await inNamespace(async (ns) => {
        ns.ip("link add nlmon0 type nlmon");
        ns.ip("link set nlmon0 up");
        const args = ["netns", "exec", ns.name, "dumpcap", "-i", "nlmon0", option, "-w", file];
        const dumpcap = new Running("ip", args);
        await dumpcap.says((said) => said.includes("File: "));
        const messages = monitor("nlmon0", { netns: ns.name, protocol: 0 });
        talk(ns);
        const live = await until(messages, isLast);
        const counted = (said: string): number =>
          Math.max(...[...said.matchAll(/Packets: (\d+)/g)].map((m) => Number(m[1])));
        await dumpcap.says((said) => counted(said) >= live.at(-1)!.packet);
        await dumpcap.end("SIGINT");
        const read = [...readCapture(file, { protocol: 0 })];
        checkTalk(read);
        const bytes = (list: readonly CapturedMessage[]): Uint8Array[] => list.map(({ bytes }) => bytes);
        // The file began earlier.
        const first = bytes(read).findIndex((one) => `${one}` === `${live[0]!.bytes}`);
        assertEquals(bytes(read).slice(first, first + live.length), bytes(live));
      });
    });
  });
}

load("tun");
const TUN = existsSync("/dev/net/tun") ? [] : ["/dev/net/tun"];

kernelTest("monitor() decodes the packets of an interface of nlmon's type", ["ip", "gcc", ...TUN], async () => {
  await inFolder(async (folder) => {
    const program = join(folder, "tun_nlmon");
    run("gcc", ["-o", program, fileURLToPath(new URL("tun_nlmon.c", import.meta.url))]);
    const pieces: Uint8Array[] = [];
    await inNamespace(async (ns) => {
      await converse({ netns: ns.name, capture: (bytes) => pieces.push(bytes) });
      const tun = new Running("ip", ["netns", "exec", ns.name, program, "nlmon0"]);
      await tun.says((said) => said === "up\n");
      await using messages = monitor("nlmon0", { netns: ns.name });
      const expected = [...readCapture(pieces)];
      // Without its cooked header, each of our packets is a packet that nlmon passes.
      for (const piece of pieces.slice(1)) {
        const packet = piece.subarray(32), head = new Uint8Array(4), view = new DataView(head.buffer);
        view.setUint16(2, packet.length);
        tun.child.stdin!.write(head);
        tun.child.stdin!.write(packet);
      }
      const taken: CapturedMessage[] = [];
      for await (const message of messages) {
        // The interface has IPv6, which sends messages too.
        if (message.protocol === "NETLINK_ROUTE") taken.push(message);
        if (taken.length === expected.length) break;
      }
      const shown = ({ type, flags, seq, value }: CapturedMessage): unknown => ({ type, flags, seq, value });
      assertEquals(taken.map(shown), expected.map(shown));
      // A program that uses a generic family has looked up its number before, so this machine's numbers are known.
      const generic: Uint8Array[] = [];
      {
        using ethtool = openEthtool({ netns: ns.name, names: false, capture: (bytes) => generic.push(bytes) });
        ethtool.linkStates.list();
      }
      const { ethtool } = genericNumbers(ns.name), packetsOf = generic.slice(1).map((piece) => piece.subarray(32));
      const asked = packetsOf.slice(packetsOf.findIndex((packet) => decode("GENERIC", packet)[0]!.type === ethtool));
      await using live = monitor("nlmon0", { netns: ns.name, protocol: 16 });
      for (const packet of asked) {
        const head = new Uint8Array(4), view = new DataView(head.buffer);
        view.setUint16(0, 16);
        view.setUint16(2, packet.length);
        tun.child.stdin!.write(head);
        tun.child.stdin!.write(packet);
      }
      const heard = await until(live, ({ type }) => type === "NLMSG_DONE");
      const said = heard.filter(({ type }) => type === "ethtool").map(({ value }) => value as Record<string, unknown>);
      assert(said.length >= 2, heard.map((message) => message.summary()).join("\n"));
      const [question, ...answers] = said;
      assertEquals(question!.cmd, "ETHTOOL_MSG_LINKSTATE_GET");
      assertEquals(answers.map(({ cmd }) => cmd), answers.map(() => "ETHTOOL_MSG_LINKSTATE_GET_REPLY"));
      assertEquals(namesOf(answers.map(({ devName }) => ({ ifname: devName }))), ["lo", "nlmon0"]);
      await tun.end();
    });
  });
});

kernelTest("monitor() rejects an interface that is not nlmon's or does not exist", ["ip"], async () => {
  await inNamespace(async (ns) => {
    const missing = assertThrows(() => monitor("nlmon7", { netns: ns.name }), SystemError);
    assertEquals([missing.code, missing.message.includes('listen on "nlmon7"')], ["ENODEV", true]);
    assertThrows(() => monitor("a name that is too long", { netns: ns.name }), SystemError, "ENODEV");
    const down = monitor("lo", { netns: ns.name });
    assertStringIncludes((await assertRejects(() => down.next(), SystemError)).message, "ENETDOWN");
    ns.ip("link set lo up");
    const lo = monitor("lo", { netns: ns.name }), next = lo.next();
    netns.run(ns.name, () => void spawnSync("ping", ["-c", "1", "-W", "1", "127.0.0.1"]));
    assertEquals((await assertRejects(() => next, NetlinkError) as NetlinkError).code, "NOT_NLMON");
    const ending = new AbortController(), ends = monitor("lo", { netns: ns.name, signal: ending.signal });
    const waiting = ends.next();
    ending.abort();
    assertEquals((await waiting).done, true);
  });
});

kernelTest("nldump prints a capture: lines, trees, JSON, through a pipe", [], async () => {
  await inFolder((folder) => {
    const file = join(folder, "talk.pcap"),
      example = fileURLToPath(new URL("../../examples/nldump.ts", import.meta.url));
    {
      using route = open({ capture: file });
      route.links.list({ ifname: "lo" });
    }
    const flags = "Deno" in globalThis
      ? ["run", "--no-lock", "--no-check", "--no-prompt", "--allow-read"]
      : process.versions["bun"] === undefined
      ? ["--disable-warning=ExperimentalWarning"]
      : [];
    const nldump = (args: readonly string[], input?: Uint8Array): string[] => {
      const { status, stdout, stderr } = spawnSync("sh", [
        "-c",
        'exec "$RUNTIME" "$@"',
        "sh",
        ...flags,
        example,
        ...args,
      ], {
        encoding: "utf8",
        env: { ...process.env, RUNTIME: process.execPath },
        maxBuffer: 1 << 26,
        ...(input === undefined ? {} : { input }),
      });
      assertEquals(status, 0, stderr);
      return stdout.trimEnd().split("\n");
    };
    const messages = [...readCapture(file)];
    assertEquals(nldump([file]), messages.map((message) => message.summary()));
    const generic = join(folder, "generic.pcapng");
    {
      using ethtool = openEthtool({ names: false, capture: generic });
      ethtool.linkStates.list();
      using sockets = openSockets({ names: false, capture: generic });
      sockets.tcp.list({ info: true, state: "listen" });
    }
    const lines = nldump([generic]), all = [...readCapture(generic)];
    assertEquals(lines, all.map((message) => message.summary()));
    const says = (...words: RegExp[]): void =>
      words.forEach((word) => assert(lines.some((line) => word.test(line)), `${word}`));
    says(
      /> GENERIC GENL_ID_CTRL request\|ack seq 1, 32 bytes \{"cmd":"CTRL_CMD_GETFAMILY","version":1,"familyName":"ethtool"\}$/,
      /> GENERIC ethtool request\|dump seq 2, \d+ bytes \{"cmd":"ETHTOOL_MSG_LINKSTATE_GET","version":1\b/,
      /< GENERIC ethtool multi seq 2 port \d+, \d+ bytes \{"cmd":"ETHTOOL_MSG_LINKSTATE_GET_REPLY",.*"devName":"lo"\}$/,
      /> SOCK_DIAG SOCK_DIAG_BY_FAMILY request\|dump seq 1, \d+ bytes \{"family":"inet",.*"protocol":"tcp"/,
    );
    const tree = nldump(["-v", "-p", "generic", generic]);
    assert(tree.some((line) => /^ +16 {2}06 +cmd +"ETHTOOL_MSG_LINKSTATE_GET"$/.test(line)), tree.join("\n"));
    assertEquals(nldump(["-v", "-p", "route", file]), messages.flatMap((message) => String(message).split("\n")));
    const [first] = nldump(["--json", "-"], readFileSync(file)).map((line) => JSON.parse(line));
    assertEquals([first.protocol, first.type, first.direction], ["NETLINK_ROUTE", "RTM_GETLINK", "sent"]);
    assertEquals(nldump(["-p", "16", file]), [""]);
  });
});
